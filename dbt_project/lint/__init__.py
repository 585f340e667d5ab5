"""What sqlfluff needs of dbt's context to render the models: stand-ins, nothing else.

Here: names that macros ask dbt for. A dispatched macro renders as a call of its own name, which any dialect parses.
Not here: ref, source, config, var (sqlfluff's own dbt builtins), rules (`.sqlfluff`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import yaml

# What renders as something else than an expression of its arguments.
_CLAUSES: dict[str, Callable[..., str]] = {
    "with_recursive": lambda: "with recursive",
    "once": lambda: "materialized",
    "recursion": lambda name, first, *_: f"{name} as ({first.strip()})",
    "utc_literal": lambda instant: f"timestamptz '{instant}'",
    "replace_all": lambda text, *_: f"lower({text})",
}


def _dispatch(name: str, *_: str) -> Callable[..., str]:
    """Return a stand-in for the dispatched macro ``name``."""
    call = lambda *arguments: f"{name}({', '.join(str(argument) for argument in arguments)})"  # noqa: E731
    return _CLAUSES.get(name, call)


def _no_rows(_: str) -> SimpleNamespace:
    """Return an empty query result."""
    return SimpleNamespace(columns=[SimpleNamespace(values=lambda: [None])], rows=[[None, None]])


def _no_relation(*_: str, **__: str) -> None:
    """Return that a table is not there."""


adapter = SimpleNamespace(dispatch=_dispatch, get_relation=_no_relation)
load_relation = _no_relation
run_query = _no_rows
execute = True
model = {"columns": {"source_system": SimpleNamespace(name="source_system", data_type="varchar")}}


_PROJECT = yaml.safe_load((Path(__file__).parents[1] / "dbt_project.yml").read_text(encoding="utf-8"))


def var(name: str, default: object = "") -> object:
    """Return no active systems and no sites, master_data as dbt_project.yml has it; other variables at their default."""
    if name == "master_data":
        return _PROJECT["vars"][name]
    return [] if name in {"active_systems", "sites"} else default


flags = SimpleNamespace(FULL_REFRESH=False)
