"""Bad rows of one file become quarantine records and findings, with the text that was delivered.

The stream keeps only number and rule of a bad row; here the records are fetched again from the file, in one pass.
Few records stay in memory, many go to a scratch file.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.formats.base import Opened, RawRecord, Reader
from ingestion.lake.quarantine import SCHEMA
from ingestion.rows import BadRows
from ingestion.scratch import scratch_file
from ingestion.shaping import Origin
from ingestion.typing.rules import Rule

_SAMPLES = 3
_ROWS_IN_MEMORY = 20_000


@dataclass
class PutAside:
    """Quarantine records of one file: `batches` in memory, then those in the Arrow stream `spooled`."""

    findings: tuple[Finding, ...] = ()
    rows: int = 0
    batches: list[pa.RecordBatch] = field(default_factory=list)
    spooled: Path | None = None

    def stream(self) -> Iterator[pa.RecordBatch]:
        """All records in order of the file."""
        if self.spooled is not None:
            with pa.ipc.open_stream(self.spooled) as reader:
                yield from reader
        yield from self.batches


def put_aside(
    contract: Contract, reader: Reader, opened: Opened, *, bad: BadRows, origin: Origin, scratch: Path
) -> PutAside:
    """Fetch the records of all bad rows."""
    result = PutAside(rows=len(bad.rows))
    samples: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    with _Spool(scratch, result) as spool:
        for record, code in _fetched(reader, opened, bad):
            rule = bad.rules[code]
            value = _offender(contract, rule, record)
            if len(samples[code]) < _SAMPLES:
                samples[code].append(_sample(record, value))
            spool.add(_entry(contract, opened.file.name, origin, rule, record=record, value=value))
    result.findings = findings(contract, opened.file.name, bad, samples)
    return result


def findings(
    contract: Contract, file: str, bad: BadRows, samples: Mapping[int, Sequence[Mapping[str, Any]]]
) -> tuple[Finding, ...]:
    """One finding per broken rule, most rows first."""
    return tuple(
        Finding(
            rule=bad.rules[code].id,
            column=bad.rules[code].column,
            rows=count,
            sample=tuple(samples.get(code, ())),
            message=_message(contract, file, bad.rules[code], count, samples.get(code, ())),
        )
        for code, count in bad.counts()
    )


def sampled_findings(contract: Contract, reader: Reader, opened: Opened, bad: BadRows) -> tuple[Finding, ...]:
    """Findings with samples from the first bad rows only: for a file that is held."""
    first = BadRows(bad.rows[:_SAMPLES], bad.codes[:_SAMPLES], bad.rules)
    samples: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for record, code in _fetched(reader, opened, first):
        value = _offender(contract, bad.rules[code], record)
        samples[code].append(_sample(record, value))
    return findings(contract, opened.file.name, bad, samples)


def _fetched(reader: Reader, opened: Opened, bad: BadRows) -> Iterator[tuple[RawRecord, int]]:
    """Each bad row with its record; a record that cannot be found again (a file of another line end) has no text."""
    numbers = bad.rows.tolist()
    records = {} if not numbers else reader.records(opened, numbers)
    found = next(iter_records := iter(records or ()), None)
    for row, code in zip(numbers, bad.codes.tolist(), strict=True):
        if found is not None and found.row == row:
            yield found, code
            found = next(iter_records, None)
        else:
            yield RawRecord(row, 0, ""), code


def _offender(contract: Contract, rule: Rule, record: RawRecord) -> str | None:
    """The delivered text that broke the rule."""
    if rule.column is None:
        return None
    given = (
        contract.drift.given_as(source, record.values) for source in contract.column(rule.column).sources
    )
    parts = [None if name is None else record.values[name] for name in given]
    return " ".join(part or "" for part in parts) if any(part is not None for part in parts) else None


def _sample(record: RawRecord, value: str | None) -> Mapping[str, Any]:
    place = {"place": record.place} if record.place else {}
    return {"source_row": record.row, "line": record.line, "value": value, **place}


def _entry(
    contract: Contract, file: str, origin: Origin, rule: Rule, *, record: RawRecord, value: str | None
) -> dict[str, Any]:
    return {
        "file": file,
        "source_row": record.row,
        "line": record.line,
        "rule": rule.id,
        "column": rule.column,
        "value": value,
        "raw_text": record.text,
        "expected": rule.expects,
        "batch_id": origin.batch_id,
        "ingested_at": origin.ingested_at,
        "contract_version": contract.version,
    }


def _message(
    contract: Contract, file: str, rule: Rule, count: int, samples: Sequence[Mapping[str, Any]]
) -> str:
    seen = "; ".join(
        f"line {sample['line']}{f', {place}' if (place := sample.get('place')) else ''}: {sample['value']!r}"
        for sample in samples
    )
    return (
        f"{contract.raw_name}: file {file}: {count} rows break {rule.id}, expected {rule.expects}"
        f"{f' ({seen})' if seen else ''}. Next step: tundish quarantine show {contract.raw_name}."
    )


class _Spool:
    """Collects entries into record batches; beyond a limit they go to an Arrow stream in scratch."""

    def __init__(self, scratch: Path, result: PutAside) -> None:
        self._scratch = scratch
        self._result = result
        self._entries: list[dict[str, Any]] = []
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None

    def __enter__(self) -> "_Spool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._entries:
            self._result.batches.append(self._batch())
        if self._writer is not None:
            self._writer.close()

    def add(self, entry: dict[str, Any]) -> None:
        self._entries.append(entry)
        if len(self._entries) >= _ROWS_IN_MEMORY:
            if self._writer is None:
                self._result.spooled = scratch_file(self._scratch)
                self._writer = pa.ipc.new_stream(str(self._result.spooled), SCHEMA)
            self._writer.write_batch(self._batch())

    def _batch(self) -> pa.RecordBatch:
        entries, self._entries = self._entries, []
        return pa.RecordBatch.from_pylist(entries, schema=SCHEMA)
