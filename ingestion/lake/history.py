"""What the commits of a Delta table say about themselves.

Belongs here: reading commit metadata. Writing it belongs to commit.py, rows to read.py.
"""

from pathlib import Path

from deltalake import DeltaTable


def versions_by_metadata(path: Path, key: str) -> dict[str, int]:
    """Version by the value that its commit carries under `key`, oldest first; {} if there is no table.

    Commits without the key are left out; of several with one value the newest counts.
    """
    if not DeltaTable.is_deltatable(str(path)):
        return {}
    commits = sorted(DeltaTable(path).history(), key=lambda commit: int(commit["version"]))
    return {str(commit[key]): int(commit["version"]) for commit in commits if key in commit}
