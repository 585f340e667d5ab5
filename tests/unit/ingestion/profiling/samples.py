"""Samples in a folder, profiled in a home of their own."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.profiling import Profile, Request, TableProfile, profile
from ingestion.settings import Settings


@dataclass
class Samples:
    """A folder of files; each is a second younger than the one before."""

    root: Path
    clock: int = field(default=1_760_000_000)

    def __post_init__(self) -> None:
        self.folder = self.root / "in"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings = Settings(home=self.root / "home", settle_seconds=0)

    def add(self, name: str, content: str | bytes, at: float | None = None) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.clock += 1
        os.utime(path, (at or self.clock, at or self.clock))
        return path

    def profile(self, **given: object) -> Profile:
        asked = {"zone": "Europe/Berlin", "zone_reason": "assumed by the test", **given}
        request = Request([self.folder], "sys", self.root / "drafts", **asked)  # type: ignore[arg-type]
        return profile(request, self.settings, lambda _: None)

    def table(self, **given: object) -> TableProfile:
        (table,) = self.profile(**given).tables
        return table

    def tables(self, **given: object) -> Mapping[str, TableProfile]:
        return {table.contract.table: table for table in self.profile(**given).tables}
