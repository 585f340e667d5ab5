"""Gates: what must hold before a batch becomes raw and before a release becomes visible.

Here: the rules of gate 1 (contract) and gate 3 (release) and their results. Not here: dbt tests (gate 2,
`dbt_project/`), reading files (`ingestion/`), and turning results into asset checks (`orchestration/`).
"""
