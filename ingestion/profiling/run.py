"""Profiling from files to drafts: stage, recognise, group, read, guess, write, prove. Each step has its own module."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ConfigurationError
from ingestion.profiling.check import checked
from ingestion.profiling.draft import write_draft
from ingestion.profiling.grouping import grouped, thinned
from ingestion.profiling.model import Profile, Recognised, Sample, TableProfile
from ingestion.profiling.reading import ROWS, read
from ingestion.profiling.recognise import recognise
from ingestion.profiling.samples import HEAD_BYTES, Stage, listed, root_of
from ingestion.profiling.tables import Guessed, guess_table
from ingestion.profiling.zone import guess_zone
from ingestion.session import connect
from ingestion.settings import Settings

MOST_ALIKE = 100  # files with like names that are opened


@dataclass(frozen=True)
class Request:
    """What is asked for: samples, the system's name, where drafts go, the zone if nothing in the files tells another."""

    paths: Sequence[Path]
    system: str
    out: Path
    zone: str
    zone_reason: str
    rows: int = ROWS
    head_bytes: int = HEAD_BYTES


def profile(request: Request, settings: Settings, progress: Callable[[str], None]) -> Profile:
    """Write drafts into <out>/<system> and tell how they came about; ConfigurationError if there are no samples."""
    root = root_of(request.paths)
    files = listed(request.paths)
    if not files:
        raise ConfigurationError(root, "no files are there.", "give files or folders of samples.")
    scratch = settings.scratch / f"profile-{request.system}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        return _Run(request, settings, root, scratch).profile(files, progress)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class _Run:
    """One call of profile."""

    def __init__(self, request: Request, settings: Settings, root: Path, scratch: Path) -> None:
        self._request = request
        self._settings = settings
        self._root = root
        self._scratch = scratch
        self._stage = Stage(root, scratch, request.head_bytes)
        self._left_out: list[tuple[str, str]] = []

    def profile(self, files: Sequence[Path], progress: Callable[[str], None]) -> Profile:
        """All tables; files that no draft covers are told with the reason."""
        request = self._request
        kept, notes = thinned([self._name(path) for path in files], MOST_ALIKE)
        files = [path for path in files if self._name(path) in kept]
        found = []
        for group in grouped(list(self._recognised(files))):
            progress(f"{group.name}: {len(group.samples):,} files, {group.format}")
            with connect(self._settings, self._scratch) as connection:
                rows = read(group, connection, self._scratch, self._settings.max_line_bytes, request.rows)
                if rows.count:
                    found.append(guess_table(rows, american=request.zone.startswith("America/")))
                else:
                    self._left_out += rows.problems or [(group.files, "no rows are in it.")]
        seen = [observed for one in found for observed in one.observed]
        zone = guess_zone(seen, request.zone, request.zone_reason)
        tables = tuple(self._proved(one, zone.value, progress) for one in found)
        return Profile(request.system, str(self._root), zone, tables, tuple(self._left_out), tuple(notes))

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _recognised(self, files: Sequence[Path]) -> Iterator[tuple[Sample, Recognised]]:
        for sample in self._stage.samples(files):
            if not isinstance(sample, Sample):
                self._left_out.append(sample)
                continue
            for recognised in recognise(sample):
                if recognised.known_as:
                    words = (
                        f"the system {recognised.known_as} reads such files already: name it in plant.yml."
                    )
                    self._left_out.append((sample.origin, words))
                elif recognised.problem:
                    self._left_out.append((sample.origin, recognised.problem))
                else:
                    yield sample, recognised

    def _proved(self, one: Guessed, zone: str, progress: Callable[[str], None]) -> TableProfile:
        progress(f"{one.group.name}: the sample is loaded through its draft")
        contract = write_draft(self._request.out / self._request.system, one)
        check = checked(contract, self._stage.delivered, zone, self._scratch)
        return TableProfile(one.group, contract, one.columns, one.guesses, one.sampled, one.rows, check)
