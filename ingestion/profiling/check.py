"""The proof of a draft: its very sample is loaded through it, as ingestion would, in a home that goes afterwards."""

import tempfile
from collections import Counter
from pathlib import Path

from ingestion.batch import TableLoad
from ingestion.contracts import Contract
from ingestion.lake.quarantine import list_quarantine
from ingestion.load import load_table
from ingestion.plant import Plant, Site, Source
from ingestion.profiling.model import Check
from ingestion.settings import Settings

_SITE = "SAMPLE"
_EXAMPLES = 2


def checked(contract: Contract, samples: Path, zone: str, scratch: Path) -> Check:
    """Load the files of `samples` that the contract's glob finds, local times taken in `zone`."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        settings = Settings(home=Path(folder), settle_seconds=0)
        site = Site(_SITE, "Sample", zone, "", "")
        source = Source(contract.system, samples, _SITE, zone)
        plant = Plant("sample", "Sample", samples, (site,), (source,))
        load = load_table(contract, source, plant, settings)
        return Check(
            rows_read=load.rows_read,
            rows_committed=load.rows_committed,
            rows_quarantined=load.rows_quarantined,
            reasons=(*_held(load), *_put_aside(contract, load, settings)),
        )


def _held(load: TableLoad) -> list[str]:
    held = [batch for batch in load.batches if batch.status in ("held", "waiting")]
    return [f"{batch.file} is held: {batch.message}" for batch in held]


def _put_aside(contract: Contract, load: TableLoad, settings: Settings) -> list[str]:
    """One sentence per broken rule, with examples."""
    if not load.rows_quarantined:
        return []
    counts: Counter[str] = Counter()
    for batch in load.batches:
        counts.update({finding.rule: finding.rows for finding in batch.findings if finding.rows})
    rows = list_quarantine(settings, contract.raw_name)
    reasons = []
    for rule, count in counts.most_common():
        shown = [f"{row.file} line {row.line}: {row.value!r}" for row in rows if row.rule == rule][:_EXAMPLES]
        reasons.append(f"{count:,} rows break {rule}, such as {', '.join(shown)}")
    return reasons
