"""What consumers get: immutable, versioned BI releases and versioned feature tables.

Here: building, publishing, listing and switching releases. Not here: the rules a release must pass
(`quality/`), the models it holds (`dbt_project/`), and when it is built (`orchestration/`).
"""
