"""Alerts: one message when something falls silent, one when it is back.

Here: messages, channels and what was told already. Not here: what is silent (orchestration.lib.silence), the section of
plant.yml (ingestion.alerting).
"""
