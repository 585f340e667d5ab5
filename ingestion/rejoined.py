"""A batch as raw would have it with the rows that come in now: what a gate judges of a replay or a release.

Rules about a batch mean the whole file: three rows of it by themselves would be too few, and in no series.

Belongs here: putting a file together again from raw and the stage. Which rows come in stands in chosen.py, the gate's
rules in quality/.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from ingestion.batch import BatchProfile, Finding, StagedRows
from ingestion.chosen import Chosen
from ingestion.lake.read import held_rows
from ingestion.settings import Settings
from ingestion.shaping import Origin
from ingestion.typing.expressions import literal


def rejoined(profile: BatchProfile, chosen: Chosen, origin: Origin, settings: Settings) -> BatchProfile:
    """The profile of the whole file instead of that of the `chosen` rows; what is not judged now counts as quarantined."""
    at = f"TIMESTAMPTZ {literal(origin.ingested_at.isoformat())}"
    rows = held_rows(profile.contract, settings)[1]
    before = (
        f"(FROM ({rows}) WHERE _batch_id = {literal(origin.batch_id)} AND _ingested_at = {at})"
        if rows
        else ""
    )
    with _together(profile, before) as whole:
        ((valid,),) = whole.connection.execute(f"SELECT count(*) FROM {whole.relation}").fetchall()
    elsewhere = Finding(
        "not_judged_again", None, chosen.records - (valid - profile.rows_valid) - profile.rows_read
    )
    return replace(
        profile,
        rows_read=chosen.records,
        rows_valid=valid,
        ranges={},
        findings=(*profile.findings, elsewhere),
        delivered_at=datetime.fromtimestamp(chosen.mtime_ns / 1e9, UTC),
        staged=partial(_together, profile, before),
    )


@contextmanager
def _together(profile: BatchProfile, before: str) -> Iterator[StagedRows]:
    """The staged rows with those that are in raw."""
    assert profile.staged is not None
    with profile.staged() as staged:
        relation = f"(FROM {staged.relation} UNION ALL BY NAME FROM {before})" if before else staged.relation
        yield replace(staged, relation=relation)
