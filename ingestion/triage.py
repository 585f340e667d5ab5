"""Which delivered files are new. What is known, was held before or may still be written needs no reading.

A content becomes raw once, under whatever name it comes. Full exports (snapshot tables) are the exception that their
meaning asks for: one that was delivered after the last, and is again what a former one was, is news.

Belongs here: telling new files by path, time and content. Reading them is intake.py, writing them down load.py.
"""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ingestion.batch import BatchResult
from ingestion.contracts import Contract
from ingestion.delivery import Delivered, discover, needs_settling
from ingestion.lake.archive import Copy, Incoming
from ingestion.lake.ledger import Book, Ledger, committed_entries, contract_hash, read_ledger
from ingestion.lake.transactions import committed_hashes
from ingestion.outcomes import waiting_result
from ingestion.plant import Source
from ingestion.settings import Settings

_TRIED = 16  # files that tell whether copying is waiting
_AT_ONCE = 32  # files that a thread is handed
Latest = tuple[int, str]  # time and hash of the full export that counts


class Triage:
    """Sorts the files of one load; `incoming` takes the copies of new ones, `under` is the hash of the contract,
    `book` the ledger."""

    def __init__(
        self,
        contract: Contract,
        source: Source,
        settings: Settings,
        *,
        under: str,
        incoming: Incoming,
        book: Book,
    ) -> None:
        self._contract = contract
        self._settings = settings
        self._contract_hash = under
        self._incoming = incoming
        self._book = book
        self._rests = needs_settling(contract, source)

    def sort(self, files: Sequence[Delivered]) -> tuple[dict[str, BatchResult], list[Copy]]:
        """Results of files that are not read, by name, and copies of those to be read, in the order given."""
        ledger = self._book.of(self._contract.raw_name)
        hashes = ledger.known_hashes(files)
        former = self._former(ledger, set(hashes.values()))
        results, copies = self._copied([file for file in files if hashes.get(file) not in former], hashes)
        former |= self._former(ledger, {copy.sha256 for copy in copies.values()} - set(former))
        fresh: list[Copy] = []
        renamed: list[tuple[Delivered, BatchResult]] = []
        latest = self._latest()
        for file in files:
            if file.name in results:
                continue
            copy = copies.get(file)
            sha256 = copy.sha256 if copy is not None else hashes[file]
            known = former.get(sha256)
            again = known is not None and _returns(file, sha256, known, latest)
            if known is None or again:
                fresh.append(replace(copy or self._incoming.take(file), again=again))
                former[sha256] = BatchResult(file.name, "known", sha256=sha256)
                latest = latest and (file.mtime_ns, sha256)
                continue
            results[file.name] = replace(known, file=file.name, bytes=file.size)
            if file not in hashes:
                renamed.append((file, results[file.name]))
        self._book.record(self._contract, self._contract_hash, renamed)
        return results, fresh

    def _copied(
        self, files: Sequence[Delivered], seen: dict[Delivered, str]
    ) -> tuple[dict[str, BatchResult], dict[Delivered, Copy]]:
        """Files that may still be written, and copies of the others."""
        resting = {file for file in files if file in seen or self._settled(file)}
        taken = _each(lambda file: self._take(file) if file in resting else None, files)
        copies = {file: copy for file, copy in zip(files, taken, strict=True) if copy is not None}
        waiting = {file: "it changed while it was read." for file in resting if file not in copies}
        waiting |= {file: "it is younger than the settle time." for file in files if file not in resting}
        return {
            file.name: waiting_result(self._contract, file, reason) for file, reason in waiting.items()
        }, copies

    def _settled(self, file: Delivered) -> bool:
        return not self._rests or file.settled(self._settings.settle_seconds)

    def _take(self, file: Delivered) -> Copy | None:
        """A copy of the file; None if somebody wrote to it or took it away meanwhile."""
        try:
            copy = self._incoming.take(file)
        except FileNotFoundError:
            return None
        return copy if file.unchanged() else None

    def _former(self, ledger: Ledger, hashes: set[str]) -> dict[str, BatchResult]:
        return _former(self._settings, self._contract, self._contract_hash, ledger, hashes)

    def _latest(self) -> Latest | None:
        """The full export that counts now; None for tables that take in no full exports."""
        if self._contract.load_mode != "snapshot":
            return None
        entries = committed_entries(self._settings, self._contract.raw_name, self._book)
        return (entries[-1]["mtime_ns"], entries[-1]["sha256"]) if entries else (0, "")


def nothing_new(contract: Contract, source: Source, settings: Settings) -> bool:
    """True if a load would read no file: by path, size and time each was committed, or held under this contract."""
    files = discover(contract, source)
    ledger = read_ledger(settings, contract.raw_name)
    hashes = ledger.known_hashes(files)
    known = _former(settings, contract, contract_hash(contract), ledger, set(hashes.values()))
    return all(hashes.get(file) in known for file in files)


def _former(
    settings: Settings, contract: Contract, under: str, ledger: Ledger, hashes: set[str]
) -> dict[str, BatchResult]:
    """What came of contents before: committed, or held under this very contract."""
    committed = committed_hashes(settings.raw_path(contract.raw_name), hashes)
    known = {sha256: BatchResult("", "known", sha256=sha256) for sha256 in committed}
    referring = {rule.type for rule in contract.quality if "parent" in rule.arguments}
    held = ledger.held(hashes - committed, under)
    # held for what another table lacked: that one may have it by now
    return known | {
        sha256: one
        for sha256, one in held.items()
        if referring.isdisjoint(finding.rule for finding in one.findings[:1])
    }


def _returns(file: Delivered, sha256: str, known: BatchResult, latest: Latest | None) -> bool:
    """True for a full export of former content that was delivered after the one that counts."""
    return (
        latest is not None and known.status == "known" and file.mtime_ns > latest[0] and sha256 != latest[1]
    )


def _each(take: Callable[[Delivered], Copy | None], files: Sequence[Delivered]) -> list[Copy | None]:
    """`take` of all files by threads: one for each processor, or more where it is mostly waiting, as for a network share.

    Copying a small file takes no longer than handing it to a thread: a thread is handed some at once.
    """
    started, used = time.perf_counter(), time.thread_time()
    taken = [take(file) for file in files[:_TRIED]]
    waits = time.thread_time() - used < (time.perf_counter() - started) / 2
    at_once = 1 if waits else _AT_ONCE
    portions = [files[start : start + at_once] for start in range(_TRIED, len(files), at_once)]
    if not portions:
        return taken
    with ThreadPoolExecutor(None if waits else os.cpu_count()) as pool:
        for portion in pool.map(lambda some: [take(file) for file in some], portions):
            taken += portion
    return taken
