"""Work of ``tundish new-source``. Not here: the files that it writes (``orchestration.lib.scaffold``)."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from ingestion.contracts import load_contracts
from ingestion.errors import ConfigurationError
from ingestion.settings import REPOSITORY, load_settings
from orchestration.cli.frame import Exit, Place
from orchestration.cli.profile import SOURCE_FILE
from orchestration.lib.scaffold import NewSource, add_source
from orchestration.lib.scaffold.plant_file import SourceLines, with_source
from orchestration.lib.scaffold.source import released_names

EVERY = "all"


def main(
    place: Place, *, drafts: Path, release: list[str], adapter: list[str], with_personal: bool, add: bool
) -> Exit:
    """Lay the source into the tree, then show or add the plant's lines."""
    asked = NewSource(drafts, _tables(drafts, release), _adapters(adapter), with_personal)
    lines = _lines(asked)
    if add and place.plant is None:
        raise ConfigurationError("--add-to-plant", "which plant?", "name its folder with --plant.")
    settings = load_settings(home=place.home, plant=place.plant)
    plant, text = settings.plant / "plant.yml", with_source(settings.plant, lines) if add else ""
    for path in add_source(asked):
        sys.stdout.write(f"  {path.relative_to(REPOSITORY).as_posix()}\n")
    if add:
        settings.plant.mkdir(parents=True, exist_ok=True)
        plant.write_text(text, encoding="utf-8")
        sys.stdout.write(f"  {plant}: source {asked.system} added\n")
    else:
        sys.stdout.write(f"Add to {plant}, below sources:\n\n{lines.text()}\n")
    _say_next(asked, len(load_contracts([asked.system])))
    return Exit.OK


def _say_next(asked: NewSource, tables: int) -> None:
    names = released_names(asked)
    sys.stdout.write(f"{asked.system}: {tables} tables become raw and staging")
    sys.stdout.write(
        f"; released as {', '.join(names)}.\n" if names else "; nothing is released yet (--release).\n"
    )
    sys.stdout.write("Next step: tundish run, with the same --plant and --home\n")
    if names:
        sys.stdout.write(f'Then: tundish sql "select * from {names[0]} limit 10"\n')


def _tables(drafts: Path, release: list[str]) -> list[str]:
    if release != [EVERY]:
        return release
    return sorted(path.name.removesuffix(".contract.yml") for path in drafts.glob("*.contract.yml"))


def _adapters(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for table, mark, entity in pairs:
        if not (table and mark and entity):
            raise ConfigurationError(
                "--adapter", f"{table!r} names no entity.", "write --adapter TABLE=ENTITY."
            )
    return {table: entity for table, _, entity in pairs}


def _lines(asked: NewSource) -> SourceLines:
    path = asked.drafts / SOURCE_FILE
    try:
        facts = yaml.safe_load(path.read_text(encoding="utf-8"))
        return SourceLines(asked.system, facts["path"], facts["timezone"], facts["evidence"])
    except (FileNotFoundError, KeyError, TypeError) as error:
        raise ConfigurationError(path, "is missing or incomplete.", "run tundish profile again.") from error
