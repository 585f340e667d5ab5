"""Gate 1: may a batch become raw?

Rows that break a rule of the contract are quarantined one by one. This gate looks at the batch as a whole
and holds it if too much of it is bad, if rows went missing, if there are fewer than the contract says, or if
a critical rule of the contract about the batch fails.

Here: rules on a whole batch. Not here: rules on a row and the commit (`ingestion/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from ingestion.batch import BatchProfile, Finding, GateVerdict
from ingestion.contracts import Contract
from ingestion.errors import ContractError
from quality.contract_suite import batch_rules
from quality.engine import Dataset, evaluate, from_figures
from quality.result import ExpectationResult, Severity
from quality.sql_rules import LARGEST, ROW_COUNT, SMALLEST, field
from quality.suite import Expectation

Tables: TypeAlias = Mapping[str, str]

MINIMUM_ROWS = "minimumRows"
"""slaProperties entry: the fewest data rows that one delivered file may have."""


def evaluate_batch(profile: BatchProfile, tables: Tables | None = None) -> GateVerdict:
    """Judge one batch before its commit; the batch is held if the verdict did not pass.

    `tables` gives other raw tables as SQL relations, by the name that rules use; KeyError for one that is not there.

    Duplicate keys inside the file are a remark only: the last arrival of a key wins when it is read.
    Raises ContractError if the contract's minimum is no number.
    """
    held = [*_check_balance(profile), *_check_share(profile), *_check_volume(profile)]
    said = [] if held else _check_rules(profile, tables or {})
    held += [finding for finding in said if finding.severity == Severity.CRITICAL]
    remarks = [finding for finding in said if finding.severity != Severity.CRITICAL]
    return GateVerdict(passed=not held, findings=(*held, *remarks, *_remark_duplicates(profile)))


def _check_balance(profile: BatchProfile) -> list[Finding]:
    """Each row read is valid or quarantined under a rule; anything else is a defect of a reader."""
    named = sum(finding.rows for finding in profile.findings)
    if 0 <= profile.rows_valid <= profile.rows_read and named >= profile.rows_quarantined:
        return []
    message = (
        f"{profile.contract.raw_name}: file {profile.file}: {profile.rows_read} rows read, "
        f"{profile.rows_valid} valid, but rules name only {named} of the rest. "
        "Next step: this is a defect of the reader: keep the file and report it."
    )
    return [Finding("row_balance", None, 0, (), message)]


def _check_share(profile: BatchProfile) -> list[Finding]:
    """Hold the batch above the contract's share of quarantined rows; exactly at the limit it passes."""
    limit = profile.contract.max_quarantined_pct
    if not profile.contract.too_many_bad(profile.rows_quarantined, profile.rows_read):
        return []
    worst = max(profile.findings, key=lambda finding: finding.rows, default=None)
    most = f", most by rule {worst.rule} ({worst.rows} rows)" if worst else ""
    message = (
        f"{profile.contract.raw_name}: file {profile.file}: {profile.rows_quarantined} of "
        f"{profile.rows_read} rows ({profile.quarantined_pct:.3g} %) break rules{most}; the contract allows "
        f"{limit:g} %. Next step: check the export; if it is right, mend the rule or maxQuarantinedPct."
    )
    sample = worst.sample if worst else ()
    return [Finding("too_many_quarantined", None, 0, sample, message)]


def _check_volume(profile: BatchProfile) -> list[Finding]:
    """Hold a file with fewer rows than the contract's minimum, if it names one."""
    minimum = minimum_rows(profile.contract)
    if profile.rows_read >= minimum:
        return []
    message = (
        f"{profile.contract.raw_name}: file {profile.file}: {profile.rows_read} rows, the contract expects at "
        f"least {minimum}. Next step: check whether the export was cut; deliver it again."
    )
    return [Finding("too_few_rows", None, 0, (), message)]


def _check_rules(profile: BatchProfile, tables: Tables) -> list[Finding]:
    """What the contract's rules about batches found in the rows that are left; rules that hold say nothing."""
    delivered_at = profile.delivered_at or datetime.now(UTC)
    rules = batch_rules(profile.contract, delivered_at)
    columns, figures = _known(profile)
    told = [from_figures(rule, columns, figures) for rule in rules]
    asked = [rule for rule, result in zip(rules, told, strict=True) if result is None]
    results = [*filter(None, told), *_ask(profile, asked, tables)]
    return [_finding(profile, result) for result in results if not result.passed]


def _known(profile: BatchProfile) -> tuple[dict[str, str], dict[str, Any]]:
    """Columns by DuckDB type, and what is known of the rows without asking them, by SQL."""
    columns = dict.fromkeys(profile.ranges, "TIMESTAMPTZ")
    figures: dict[str, Any] = {ROW_COUNT: profile.rows_valid}
    for name, (first, last) in profile.ranges.items():
        of = field(name, columns[name]).sql
        figures |= {SMALLEST.format(of): first, LARGEST.format(of): last}
    return columns, figures


def _ask(profile: BatchProfile, rules: Sequence[Expectation], tables: Tables) -> list[ExpectationResult]:
    """Results of rules that need the rows; where there are none nothing is opened, as small files may be many."""
    if not rules or profile.staged is None:
        return []
    wanted = {str(rule.kwargs["parent"]) for rule in rules if "parent" in rule.kwargs}
    references = {name: tables[name] for name in sorted(wanted) if name in tables}
    with profile.staged() as rows:
        key = profile.contract.key or ("_source_row",)
        return evaluate(Dataset(rows.connection, rows.relation, rows.columns, key, references), rules)


def _finding(profile: BatchProfile, result: ExpectationResult) -> Finding:
    """A rule that a batch broke."""
    name, file = profile.contract.raw_name, profile.file
    step = "check the export; if it is right, mend the rule in the contract's quality"
    return Finding(
        rule=result.expectation,
        column=result.column or None,
        rows=result.unexpected_count or 0,
        sample=tuple({"value": value} for value in (result.keys or result.sample)),
        message=f"{name}: file {file}: {result.message}. Next step: {step}.",
        severity=result.severity.value,
        expected=result.rule,
        observed=result.observed or ", ".join(result.sample),
    )


def _remark_duplicates(profile: BatchProfile) -> list[Finding]:
    """Say how many rows repeat a key of the same file."""
    if not profile.duplicate_keys:
        return []
    key = ", ".join(profile.contract.key)
    message = (
        f"{profile.contract.raw_name}: file {profile.file}: {profile.duplicate_keys} rows repeat a key "
        f"({key}) of the same file; the last one counts."
    )
    return [Finding("duplicate_key", key, profile.duplicate_keys, (), message)]


def minimum_rows(contract: Contract) -> int:
    """The contract's minimum of rows a file, 0 if it names none."""
    text = contract.sla.get(MINIMUM_ROWS, "0")
    number = text.split()[0] if text else ""
    if not number.isdigit():
        raise ContractError(
            contract.path or contract.raw_name,
            f"slaProperties {MINIMUM_ROWS} is {text!r}, not a whole number of rows.",
            "write a whole number, or remove the property.",
        )
    return int(number)
