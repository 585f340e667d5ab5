"""Trust over time: results of the gates as rows, scores by dataset and day, drift of distributions, the report of a run.

Here: functions on rows and connections that are given. Not here: judging (`quality.engine`, `contract_gate`, `release_gate`),
where rows are kept and when they are read (`orchestration.lib.quality_results`).
"""
