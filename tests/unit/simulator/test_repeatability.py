"""Same seed, same bytes; more days only add files; a later call can write the new days alone."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from data.simulator import simulate
from data.simulator.plant_files import write_plant_tables

START = date(2025, 10, 25)
REPOSITORY = Path(__file__).resolve().parents[3]


def contents(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("two")
    simulate(home / "landing", home / "truth", days=2, tags=12, start=START)
    return home


def test_second_call_gives_identical_files(two_days: Path, tmp_path: Path) -> None:
    simulate(tmp_path / "landing", tmp_path / "truth", days=2, tags=12, start=START)
    assert contents(tmp_path / "landing") == contents(two_days / "landing")
    assert contents(tmp_path / "truth").keys() == contents(two_days / "truth").keys()


def test_more_days_keep_the_first_and_add_the_next(two_days: Path, tmp_path: Path) -> None:
    simulate(tmp_path / "landing", tmp_path / "truth", days=3, tags=12, start=START)
    short, long = contents(two_days / "landing"), contents(tmp_path / "landing")
    assert long.items() >= short.items()
    assert len(long) > len(short)


def test_only_after_day_writes_just_the_new_files(two_days: Path, tmp_path: Path) -> None:
    simulate(tmp_path / "a", tmp_path / "truth_a", days=3, tags=12, start=START)
    simulate(tmp_path / "b", tmp_path / "truth_b", days=3, tags=12, start=START, only_after_day=2)
    whole, new = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert new.items() == whole.items() - contents(two_days / "landing").items()
    truth_a, truth_b = contents(tmp_path / "truth_a"), contents(tmp_path / "truth_b")
    assert {n: h for n, (h, _) in truth_a.items()} == {n: h for n, (h, _) in truth_b.items()}


def test_other_seed_gives_other_events(two_days: Path, tmp_path: Path) -> None:
    simulate(tmp_path / "landing", tmp_path / "truth", days=1, tags=12, start=START, seed=7)
    name = "mes/states_20251025.csv"
    assert (tmp_path / "landing" / name).read_bytes() != (two_days / "landing" / name).read_bytes()


def test_demo_plant_folder_is_what_the_model_writes(tmp_path: Path) -> None:
    write_plant_tables(tmp_path)
    for path in tmp_path.glob("*.csv"):
        assert path.read_text() == (REPOSITORY / "data/plants/demo" / path.name).read_text(), path.name


@pytest.mark.parametrize("machines", [1, 6, 13, 24])
def test_plants_of_any_size_run(machines: int, tmp_path: Path) -> None:
    summary = simulate(
        tmp_path / "l", tmp_path / "t", days=1, machines=machines, tags=2 * machines, rate_s=60.0, start=START
    )
    assert summary.pieces > 0
    assert summary.readings > 0


def test_nonsense_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="days and rate_s"):
        simulate(tmp_path / "l", tmp_path / "t", days=0)
    with pytest.raises(ValueError, match="machines"):
        simulate(tmp_path / "l", tmp_path / "t", machines=0)
