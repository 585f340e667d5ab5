"""Health of sensors: what is wrong with a signal, hour by hour, judged from the facts of its hours.

Here: detectors as plain functions over arrays of signals and hours, without state of their own, so that the same hours
give the same flags in whatever order they came. Not here: statistics of readings (dbt_project, fct_signal_minute),
tables and runs (orchestration.lib.health), sending alerts (serving.alerts).
"""
