"""From delivered text to typed columns and a verdict per row, as one SQL query generated from a contract.

zones.py (one level up) knows clock changes, expressions.py how one column is parsed, rules.py what a good value is,
query.py puts them together. Nothing here touches a file.
"""
