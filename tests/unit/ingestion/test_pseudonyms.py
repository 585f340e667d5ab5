"""Persons: their numbers become pseudonyms on the way in, as Python's own HMAC says, and stand nowhere in the lake."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from ingestion.contracts import Contract
from ingestion.errors import ContractError
from ingestion.pseudonyms import pseudonym_variables
from tests.unit.ingestion.home import Home, column, pseudonym_of

KEY = "a key of the works council"
PERSON = column("employee_code", parse="pseudonym")


@pytest.fixture
def keyed(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.settings = home.settings.model_copy(update={"pseudonym_key": SecretStr(KEY)})
    return home


def employees(home: Home, contract: Contract) -> list[str | None]:
    return [code for (code,) in home.rows(contract, "employee_code")]


@pytest.mark.parametrize("key", ["k", KEY, "longer than the block of SHA-256, which has 64 bytes " * 3])
def test_a_pseudonym_is_the_hmac_of_the_number_without_leading_zeros(tmp_path: Path, key: str) -> None:
    home = Home(tmp_path)
    home.settings = home.settings.model_copy(update={"pseudonym_key": SecretStr(key)})
    numbers = ["00004711", "4711", " 4711 ", "ID4932", "0012a", "Zoë", "00000000", "", "7"]
    contract = home.contract([column("line", key=1), PERSON])
    text = "\n".join(f"{line},{number}" for line, number in enumerate(numbers))
    home.deliver("t.csv", f"line,employee_code\n{text}\n")
    home.load(contract)
    assert employees(home, contract) == [pseudonym_of(number, key.encode()) for number in numbers]


def test_whole_numbers_and_texts_of_other_files_are_the_same_person(keyed: Home) -> None:
    contract = keyed.contract([PERSON], format="parquet")
    for name, cells in (
        ("t1", pa.array([4711, None, 0])),
        ("t2", pa.array(["00004711", " ", "0"])),
        ("t3", pa.array([4711], pa.int16())),
    ):
        pq.write_table(pa.table({"employee_code": cells}), keyed.inbox / f"{name}.parquet")
    keyed.load(contract)
    assert (
        sorted(employees(keyed, contract), key=str) == [None] * 4 + [pseudonym_of("4711", KEY.encode())] * 3
    )


def test_a_row_without_its_required_person_is_put_aside(keyed: Home) -> None:
    contract = keyed.contract([column("line", key=1), PERSON | {"required": True}], maxQuarantinedPct=100)
    keyed.deliver("t.csv", "line,employee_code\n1,00000000\n2,\n3,12\n")
    keyed.load(contract)
    assert [row.rule for row in keyed.quarantine(contract)] == ["required:employee_code"] * 2


def test_the_number_stands_nowhere_in_the_lake(keyed: Home) -> None:
    contract = keyed.contract([column("line", key=1), PERSON])
    keyed.deliver("t.csv", "line,employee_code\n1,JOHNSON-83\n")
    keyed.load(contract)
    files = [path for path in keyed.settings.lake.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"JOHNSON" in path.read_bytes()]


def test_a_home_makes_a_key_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    here, there = Home(tmp_path / "a"), Home(tmp_path / "b")
    for home in (here, there):
        contract = home.contract([column("line", key=1), PERSON], loadMode="append")
        home.deliver("t1.csv", "line,employee_code\n1,4711\n")
        home.load(contract)
        home.deliver("t2.csv", "line,employee_code\n2,4711\n")
        home.load(contract)
        own = home.settings.pseudonym_key_path
        assert stat.S_IMODE(own.stat().st_mode) == 0o600
        assert employees(home, contract) == [home.pseudonym("4711")] * 2
    assert here.settings.pseudonym_key_path.read_bytes() != there.settings.pseudonym_key_path.read_bytes()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(processes=st.integers(2, 8))
def test_all_who_come_first_at_the_same_time_have_one_key(
    tmp_path_factory: pytest.TempPathFactory, processes: int
) -> None:
    home = Home(tmp_path_factory.mktemp("keys"))
    with ThreadPoolExecutor(processes) as pool:
        found = list(pool.map(lambda _: dict(pseudonym_variables(home.settings)), range(processes)))
    assert all(one == found[0] for one in found)
    assert [path.name for path in home.settings.pseudonym_key_path.parent.iterdir()] == ["pseudonym.key"]


def test_a_pseudonym_is_text(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="employee_code: pseudonym needs physicalType VARCHAR"):
        Home(tmp_path).contract([column("employee_code", "BIGINT", parse="pseudonym")])
