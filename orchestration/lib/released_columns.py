"""What consumers were promised: the columns of all released tables by name and type, in a file that only grows by itself.

Here: the record in dbt_project/released_columns.yml, and whether the models still keep it. Semantic versioning: a new table or
column is a minor version and is recorded by the command; a column or table that is gone or has another type is a major one, which
a person asks for with a reason. Not here: which models are released (``release_tables``), other generated files (``generate``).

Run as ``python -m orchestration.lib.released_columns``; ``--check`` only tells, ``--major REASON`` records a breaking change.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingestion.contracts.writing import to_yaml
from ingestion.settings import REPOSITORY
from orchestration.lib.translator import LAYER_OWNERS
from quality.table_spec import released_type

COMMAND = "python -m orchestration.lib.released_columns"
RECORD = Path("dbt_project") / "released_columns.yml"
LAYERS = ("core", "marts", "features")
PRIVATE = re.compile(r"""["']release["']: ["']none["']""")
HEADER = f"# What consumers were promised, kept by `{COMMAND}`: new columns by itself, breaking changes with --major REASON.\n"


@dataclass(frozen=True)
class Promise:
    """Version, owner and columns with types by table, and the reason of each major version."""

    version: str = "1.0.0"
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    majors: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """As the record holds it."""
        return HEADER + to_yaml(
            {"version": self.version, "majors": dict(self.majors), "tables": dict(self.tables)}
        )


def read_promise(repository: Path = REPOSITORY) -> Promise:
    """Return what is recorded, nothing before the first time."""
    path = repository / RECORD
    return Promise(**yaml.safe_load(path.read_text(encoding="utf-8"))) if path.is_file() else Promise()


def read_tables(repository: Path = REPOSITORY) -> dict[str, dict[str, Any]]:
    """Return owner and columns of the tables that the models release, by name. Raises ValueError for one without owner."""
    tables = {}
    for layer in LAYERS:
        for path in sorted((repository / "dbt_project" / "models" / layer).rglob("*.yml")):
            document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            for model in document.get("models") or []:
                meta = (model.get("config") or {}).get("meta") or {}
                if not _is_private(path.with_name(f"{model['name']}.sql"), meta):
                    tables[model["name"]] = _table(
                        path, model, str(meta.get("owner", LAYER_OWNERS.get(layer, "")))
                    )
    return dict(sorted(tables.items()))


def _is_private(sql: Path, meta: Mapping[str, Any]) -> bool:
    """True if the properties or the model's own config say that it is not released."""
    said = PRIVATE.search(sql.read_text(encoding="utf-8")) if sql.is_file() else None
    return meta.get("release") == "none" or said is not None


def _table(path: Path, model: Mapping[str, Any], owner: str) -> dict[str, Any]:
    if not owner:
        raise ValueError(f"{path.name}: {model['name']} has no owner; name a team in its meta")
    columns = {
        column["name"]: released_type(str(column["data_type"])) for column in model.get("columns") or []
    }
    return {"owner": owner, "columns": columns}


def breaking(before: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Give a sentence for each table or column that is gone or has another type."""
    for name, table in before.items():
        if name not in now:
            yield f"{name}: the table is gone"
            continue
        columns = now[name]["columns"]
        for column, kind in table["columns"].items():
            if column not in columns:
                yield f"{name}.{column}: the column is gone"
            elif columns[column] != kind:
                yield f"{name}.{column}: was {kind}, is {columns[column]}"


def next_promise(promise: Promise, tables: Mapping[str, Mapping[str, Any]], major: str = "") -> Promise:
    """Return the promise with these tables: the next minor version, or with a reason the next major one.

    Raises ValueError if what is there breaks the promise and no reason is given.
    """
    broken = list(breaking(promise.tables, tables))
    if broken and not major:
        raise ValueError("\n".join(broken))
    if not broken and dict(promise.tables) == dict(tables):
        return promise
    first, second, _ = (int(part) for part in promise.version.split("."))
    version = (
        f"{first + 1}.0.0" if broken else f"{first}.{second + 1}.0" if promise.tables else promise.version
    )
    return Promise(version, tables, {**promise.majors, version: major} if broken else promise.majors)


def main(arguments: list[str], repository: Path = REPOSITORY) -> int:
    """Record what is released, or only tell what differs; 1 if consumers would break or the record is behind."""
    promise, major = read_promise(repository), ""
    if "--major" in arguments:
        major = " ".join(arguments[arguments.index("--major") + 1 :])
    try:
        wanted = next_promise(promise, read_tables(repository), major)
    except ValueError as error:
        sys.stdout.write(
            f"{error}\nThese columns were promised to consumers. Bring them back beside the new ones, or, if they have to go, "
            f'record a major version and say why: {COMMAND} --major "REASON".\n'
        )
        return 1
    if wanted == promise:
        return 0
    if "--check" in arguments:
        sys.stdout.write(f"{RECORD}: tables or columns are new. Run `{COMMAND}` and commit the result.\n")
        return 1
    (repository / RECORD).write_text(wanted.text, encoding="utf-8")
    sys.stdout.write(f"{RECORD}: version {wanted.version}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
