"""A REST service and a folder of documents, each beside the shortest script that does the same by hand.

The service answers from a thread of the same process for both, so its own time counts twice. Scripts write Parquet:
no as-of time, no retry, no contract, no history of contents.
"""

# ruff: noqa: PLC0415 - each contender imports its own engine only, before its clock starts

import atexit
import random
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.subject import fetching, one_after_the_other, own, register_beside, shipped
from tests.benchmarks.table import Contender, Work, under_mib

RECORDS, PAGE = 200_000, 1_000
DOCUMENTS, LARGEST = 5_000, 400_000
COLUMNS = {"id": "BIGINT", "station": "VARCHAR", "value": "DOUBLE"}
LABEL = "Tundish: fetch, contract, gate, Delta commit"


def prepare_records(folder: Path, scale: float) -> Work:
    """How many records; the service makes them."""
    records = int(RECORDS * scale)
    (folder / "records").write_text(str(records))
    return Work(records)


def serving(data: Path) -> str:
    """Address of a service with all records in pages; it ends with the process."""
    from tests.unit.ingestion.connectors.service import running

    stack = ExitStack()
    service = stack.enter_context(running())
    atexit.register(stack.close)
    count = int((data / "records").read_text())
    service.pages([{"id": n, "station": f"S{n % 40}", "value": n / 8} for n in range(count)], PAGE, "next")
    return service.url


def fetch_and_load(data: Path, target: Path) -> Callable[[], int]:
    """The connector follows the pages, then the load."""
    from ingestion.plant import Connection

    extract = {"path": "values", "records": "data", "paging": {"kind": "next", "path": "next"}}
    contract = own(COLUMNS, format="jsonl", files="lines.*.jsonl", extract=extract)(target)
    connection = Connection("http", {"url": serving(data)})
    return one_after_the_other(*fetching(contract, connection, target))


def by_httpx(data: Path, target: Path) -> Callable[[], int]:
    """httpx over one connection, pages into one list."""
    import httpx
    import pyarrow as pa
    import pyarrow.parquet as pq

    url = serving(data)

    def run() -> int:
        found, following = [], "/values"
        with httpx.Client(base_url=url, trust_env=False) as client:
            while following:
                body = client.get(following).json()
                found += body["data"]
                following = body.get("next")
        pq.write_table(pa.Table.from_pylist(found), target / "plain.parquet", compression="zstd")
        return len(found)

    return run


def prepare_documents(folder: Path, scale: float) -> Work:
    """PDF, PNG and text of 1 kB to 400 kB in folders by machine."""
    chance, count, size = random.Random(1), int(DOCUMENTS * scale), 0
    heads = {"pdf": b"%PDF-1.7\n", "png": b"\x89PNG\r\n\x1a\n", "log": b"2025-01-01 started\n"}
    for number in range(count):
        suffix = ("pdf", "png", "log")[number % 3]
        path = folder / "documents" / f"M{number % 50:03}" / f"order_{number:07}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        size += path.write_bytes(heads[suffix] + chance.randbytes(chance.randrange(1000, LARGEST)))
    return Work(count, size)


def catalogue(data: Path, target: Path) -> Callable[[], int]:
    """The connector looks through the folder, then the load."""
    from ingestion.plant import Connection

    contract = shipped("documents", "files")(target)
    patterns = [r"^(?P<equipment>M\d{3})/", r"order_(?P<order_no>\d{7})"]
    connection = Connection("documents", {"folder": str(data / "documents"), "patterns": patterns})
    return one_after_the_other(*fetching(contract, connection, target))


def by_hashlib(data: Path, target: Path) -> Callable[[], int]:
    """hashlib and mimetypes, file by file."""
    import hashlib
    import mimetypes

    import pyarrow as pa
    import pyarrow.parquet as pq

    def run() -> int:
        found = []
        for path in sorted((data / "documents").rglob("*.*")):
            with path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            kind, _ = mimetypes.guess_type(path.name)
            found.append({"path": str(path), "sha256": digest, "size": path.stat().st_size, "mime": kind})
        pq.write_table(pa.Table.from_pylist(found), target / "plain.parquet")
        return len(found)

    return run


register_beside(
    "http", f"{RECORDS:,} records of a REST service in pages of {PAGE:,}", prepare_records,
    fetch_and_load, Contender("httpx to Parquet", by_httpx), module=__name__, goals=(under_mib(900),), our_label=LABEL,
)  # fmt: skip
register_beside(
    "documents", f"{DOCUMENTS:,} documents into the catalogue (rows are documents)", prepare_documents,
    catalogue, Contender("hashlib and mimetypes to Parquet", by_hashlib), module=__name__, goals=(under_mib(900),), our_label=LABEL,
)  # fmt: skip
