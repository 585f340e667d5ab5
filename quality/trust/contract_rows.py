"""What gate 1 found, out of the ledger of batches: rules that nothing broke too.

Here: rules of contracts by name, and the one query over the ledger. A batch is what one run took in of one table and day of
delivery: its files share one row a rule. Not here: the ledger itself (`ingestion.lake.ledger`), judging (`contract_gate`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import duckdb
import pyarrow as pa

from ingestion.contracts import Contract
from ingestion.typing.expressions import literals
from ingestion.typing.pairs import pair_rules
from ingestion.typing.rules import column_rules
from quality.contract_suite import AHEAD, FRESHNESS
from quality.suite import Expectation
from quality.trust.dimensions import BY_RULE, dimension_of
from quality.trust.rows import EXAMPLES, SCHEMA

Rule = tuple[str, str, str, str, str, str]
"""Rule, column, what it asks for, severity, dimension, arguments: empty where rule and column name it alone."""
Run = tuple[str, datetime, datetime]
"""Id of a run with its begin and end: one run at a time works on a home."""
_ASKED = pa.schema(
    [
        (name, pa.string())
        for name in (
            "raw_name",
            "rule_name",
            "column_name",
            "rule_text",
            "severity",
            "dimension",
            "arguments",
        )
    ]
)
_RUNS = pa.schema(
    [("run_id", pa.string()), *((name, SCHEMA.field("judged_at").type) for name in ("began_at", "ended_at"))]
)
_ROWS = """
with fresh as (
    select *, coalesce(run_id, '') as of_run, make_timestamptz(mtime_ns // 1000)::date as batch_date
    from read_parquet([{ledger}], union_by_name = true) left join runs on recorded_at between began_at and ended_at
    where recorded_at > $since and status in ('committed', 'held')
    qualify row_number() over (
        partition by raw_name, status, coalesce(nullif("transaction", ''), sha256) order by recorded_at desc, file desc) = 1
),
batches as (
    select raw_name, batch_date, of_run, sum(rows_read)::bigint as row_count, max(recorded_at) as judged_at
    from fresh group by all
),
findings as (
    select raw_name, batch_date, of_run, file, status,
        unnest(from_json(findings, '[{{"rule": "VARCHAR", "column": "VARCHAR", "rows": "BIGINT", "severity": "VARCHAR",
            "expected": "VARCHAR", "observed": "VARCHAR", "message": "VARCHAR", "sample": ["JSON"]}}]')) as found
    from fresh where findings <> '[]'
),
broken as (
    select findings.raw_name, batch_date, of_run, found.rule as rule_name, coalesce(found."column", '') as column_name,
        coalesce(arguments, '') as arguments,
        sum(greatest(found.rows, (status = 'held')::bigint))::bigint as unexpected_count,
        bool_or(status = 'held' and coalesce(found.severity, '') in ('', 'critical')) as is_held,
        max(coalesce(found.severity, '')) as severity, max(coalesce(found.expected, '')) as expected,
        first(coalesce(nullif(found.observed, ''), found.message) order by file) as observed_text,
        list(file || coalesce(' line ' || (found.sample[1] ->> '$.line'), '')
            || coalesce(': ' || (found.sample[1] ->> '$.value'), '') order by file) as samples
    from findings
    left join rules on findings.raw_name = rules.raw_name and found.rule = rules.rule_name
        and coalesce(found."column", '') = rules.column_name and found.expected = rules.arguments
    group by all
),
asked as (
    select batches.*, rules.* exclude (raw_name) from batches inner join rules using (raw_name)
    union all
    select batches.*, rule_name, column_name, expected, coalesce(nullif(severity, ''), 'critical'),
        coalesce(dimension, 'consistency'), arguments
    from broken left join dimensions on split_part(rule_name, ':', 1) = kind
    inner join batches using (raw_name, batch_date, of_run)
    anti join rules using (raw_name, rule_name, column_name, arguments)
)
select
    of_run as run_id, 'contract' as gate, raw_name as dataset, batch_date, rule_name, column_name,
    asked.rule_text, dimension, asked.severity,
    coalesce(unexpected_count, 0) = 0 as is_passed,
    case when coalesce(unexpected_count, 0) = 0 then 'passed' when is_held then 'held'
        when asked.severity = 'critical' then 'put aside' else 'told' end as outcome,
    greatest(row_count, coalesce(unexpected_count, 0), 1) as checked_count,
    coalesce(unexpected_count, 0) as unexpected_count, row_count as batch_row_count,
    coalesce(observed_text, '') as observed_text,
    coalesce(array_to_string(samples[:{examples}], chr(10)), '') as sample_text, judged_at
from asked
left join broken using (raw_name, batch_date, of_run, rule_name, column_name, arguments)
order by dataset, batch_date, rule_name, column_name"""


def rules_of(contract: Contract) -> Iterator[Rule]:
    """Give the rules that a file of the contract is held to."""
    of_rows = [
        rule for column in contract.columns for rule, _ in column_rules(column, text="text", value="value")
    ]
    for rule in [*of_rows, *(pair.rule for pair in pair_rules(contract))]:
        yield rule.id, rule.column or "", rule.expects, "critical", dimension_of(rule.id), ""
    yield "malformed_row", "", "as many fields as the header", "critical", dimension_of("malformed_row"), ""
    if contract.key and contract.load_mode != "append":
        yield "duplicate_key", ", ".join(contract.key), "each key once in a file", "info", "uniqueness", ""
    for asked in contract.quality:
        if not asked.of_rows:
            one = Expectation(asked.type, asked.arguments)
            text = "; ".join(filter(None, (asked.reason, one.rule)))
            yield asked.type, ", ".join(one.columns), text, asked.severity, dimension_of(asked.type), one.rule
    if fresh := contract.freshness:
        text = f"at most {fresh.limit} older than the file and {AHEAD} newer"
        yield FRESHNESS, fresh.column, text, fresh.severity, "timeliness", ""


def contract_results(
    ledger: Sequence[str], contracts: Iterable[Contract], runs: Sequence[Run], since: datetime
) -> pa.Table:
    """Return results of all batches that the ledger's files wrote down after `since`, as a table of rows.SCHEMA."""
    rules = [
        (contract.raw_name, *rule) for contract in contracts for rule in dict.fromkeys(rules_of(contract))
    ]
    asked = pa.Table.from_pylist([dict(zip(_ASKED.names, rule, strict=True)) for rule in rules], _ASKED)
    worked = pa.Table.from_pylist([dict(zip(_RUNS.names, run, strict=True)) for run in runs], _RUNS)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("rules", asked)
        connection.register("runs", worked)
        connection.register(
            "dimensions", pa.table({"kind": list(BY_RULE), "dimension": list(BY_RULE.values())})
        )
        query = _ROWS.format(ledger=literals(list(ledger)), examples=EXAMPLES)
        return connection.sql(query, params={"since": since}).to_arrow_table().cast(SCHEMA)
