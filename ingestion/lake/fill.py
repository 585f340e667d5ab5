"""Columns that a file delivered before the contract knew them: raw has their text in `_extra`, readers see them typed.

The log is not rewritten. Rows read back are those that loading their files under the present contract would give: an
accepted column has its value, and `_extra` only what is still unknown. Values that break a rule of the column stay
null and in `_extra`; local times do too, since the table does not know the zone of its rows, and so do pseudonyms, since
readers of the lake do not know their key.
"""

from dataclasses import replace

from ingestion.contracts import TECHNICAL_FIELDS, Column, Contract
from ingestion.drift.policy import EXTRA
from ingestion.typing.expressions import identifier, literal
from ingestion.typing.inputs import Input
from ingestion.typing.query import RULE_COLUMN, typed_query


def filled(contract: Contract, rows: str) -> str:
    """SQL of `rows` (all columns of the contract and the technical ones) with the accepted columns out of `_extra`."""
    for column in contract.columns:
        names = [name for source in column.sources for name in contract.drift.names_of(source)]
        if len(column.sources) == 1 and not contract.drift.added.isdisjoint(names):
            rows = _with_column(contract, column, names, rows)
    return rows


def _with_column(contract: Contract, column: Column, names: list[str], rows: str) -> str:
    given = ", ".join(f"json_extract_string({EXTRA}, {literal(_pointer(name))})" for name in names)
    alone = replace(contract, columns=(replace(column, name="found"),))
    query = typed_query(alone, {column.sources[0]: Input("given")}, extra=("*",))
    if query.local_columns or column.parse == "pseudonym":
        return rows
    typed = query.over(f"(SELECT *, coalesce({given}) AS given FROM ({rows}))")
    taken = f"{RULE_COLUMN} = 0 AND given IS NOT NULL"
    value = f"coalesce({identifier(column.name)}, CASE WHEN {taken} THEN found END)"
    nothing = ", ".join(f"{literal(name)}, NULL" for name in names)
    left = f"nullif(CAST(json_merge_patch({EXTRA}, json_object({nothing})) AS VARCHAR), '{{}}')"
    shown = {name: identifier(name) for name in _names(contract)}
    shown |= {column.name: value, EXTRA: f"CASE WHEN {taken} THEN {left} ELSE {EXTRA} END"}
    return f"SELECT {', '.join(f'{sql} AS {identifier(name)}' for name, sql in shown.items())} FROM ({typed})"


def _names(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns] + [field.name for field in TECHNICAL_FIELDS]


def _pointer(name: str) -> str:
    """The JSON pointer of a member of `_extra`."""
    return "/" + name.replace("~", "~0").replace("/", "~1")
