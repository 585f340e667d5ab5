"""What a column of texts is taken for: one row per notation that plants deliver."""

from __future__ import annotations

import pytest
from samples import Samples

from ingestion.contracts import Column
from ingestion.profiling import ColumnProfile

DAYS = range(1, 29)


def column_of(samples: Samples, texts: list[str], header: str = "value") -> ColumnProfile:
    """Profile of a column beside an id, ; between them."""
    lines = [f"id;{header}", *(f"R{place};{text}" for place, text in enumerate(texts))]
    samples.add("t.csv", "\n".join(lines) + "\n")
    table = samples.table()
    assert table.check.clean, table.check
    return table.columns[1]


@pytest.mark.parametrize(
    ("texts", "kind", "parse", "shape"),
    [
        (["1", "-7", "120"], "BIGINT", "integer", None),
        (["1.5", "-7", "1e3"], "DOUBLE", "decimal", None),
        (["302.35-", "12.00", "4.10-"], "DOUBLE", "decimal", None),
        (["0001", "0120", "9999"], "VARCHAR", "text", None),
        (["12345678901234567890", "22345678901234567890", "1"], "VARCHAR", "text", None),
        (["0.12345678901234567", "1.1", "2.2"], "DECIMAL(38,17)", "decimal", None),
        ([f"202501{day:02d}" for day in DAYS], "DATE", "dats", None),
        (["00000000", *(f"202501{day:02d}" for day in DAYS)], "DATE", "dats", None),
        (["10012345", "20015678", "30099999"], "BIGINT", "integer", None),
        ([f"2025-01-{day:02d}" for day in DAYS], "DATE", "date", None),
        ([f"2025-01-{day:02d} 00:00:00" for day in DAYS], "DATE", "date", None),
        ([f"{day:02d}.01.2025" for day in DAYS], "DATE", "date", "%d.%m.%Y"),
        ([f"01/{day:02d}/2025" for day in DAYS], "DATE", "date", "%m/%d/%Y"),
        ([f"{day:02d}/01/2025" for day in DAYS], "DATE", "date", "%d/%m/%Y"),
        ([f"01/{day:02d}/2025 01:05:09 PM" for day in DAYS], "TIMESTAMPTZ", "local_timestamp", "%m/%d/%Y %I:%M:%S %p"),
        ([f"{day:02d}.01.2025 13:05" for day in DAYS], "TIMESTAMPTZ", "local_timestamp", "%d.%m.%Y %H:%M"),
        ([f"{day:02d}-Jan-25 13:05:00" for day in DAYS], "TIMESTAMPTZ", "local_timestamp", "%d-%b-%y %H:%M:%S"),
        ([f"2025-01-{day:02d}T13:05:00.25" for day in DAYS], "TIMESTAMPTZ", "local_timestamp", None),
        ([f"2025-01-{day:02d}T13:05:00+01:00" for day in DAYS], "TIMESTAMPTZ", "utc_timestamp", None),
        ([f"202501{day:02d}130500" for day in DAYS], "TIMESTAMPTZ", "local_timestamp", "%Y%m%d%H%M%S"),
        (["true", "false", "TRUE"], "BOOLEAN", "boolean", None),
        (["ja", "nein", "ja"], "BOOLEAN", "boolean", None),
        (["NO", "SE", "DK"], "VARCHAR", "text", None),
        (["ab", "12", "3c"], "VARCHAR", "text", None),
        (["", "", ""], "VARCHAR", "text", None),
    ],
    ids=lambda value: str(value[:2] if isinstance(value, list) else value),
)  # fmt: skip
def test_notation(samples: Samples, texts: list[str], kind: str, parse: str, shape: str | None):
    (column,) = column_of(samples, texts).columns
    assert (column.type, column.parse, column.parse_format) == (kind, parse, shape)


def test_month_names_of_a_language_are_found(samples: Samples):
    texts = [
        f"{day:02d}-{month}-25 06:00:00" for day in range(1, 9) for month in ("Mär", "Mai", "Okt", "Dez")
    ]
    (column,) = column_of(samples, texts).columns
    assert (column.type, column.parse_format) == ("TIMESTAMPTZ", "%d-%b-%y %H:%M:%S")


def test_an_export_that_drops_the_time_of_midnight_has_two_formats(samples: Samples):
    texts = [f"{day:02d}.01.2025 {hour:02d}:30" for day in DAYS for hour in (6, 14)] + [
        "30.01.2025",
        "31.01.2025",
    ]
    (column,) = column_of(samples, texts).columns
    assert column.parse_format == "%d.%m.%Y %H:%M|%d.%m.%Y"


@pytest.mark.parametrize(
    ("unit", "count"), [("s", 1_760_000_000), ("ms", 1_760_000_000_123), ("us", 1_760_000_000_123_456)]
)
def test_whole_numbers_are_times_only_where_the_name_says_so(samples: Samples, unit: str, count: int):
    texts = [str(count + step) for step in range(20)]
    (column,) = column_of(samples, texts, "event_time").columns
    assert (column.type, column.parse, column.parse_format) == ("TIMESTAMPTZ", "epoch", unit)
    samples.folder.joinpath("t.csv").unlink()
    (plain,) = column_of(samples, texts, "counter").columns
    assert plain.type == "BIGINT"


def test_words_for_no_value_become_null_values(samples: Samples):
    profile = column_of(samples, [*map(str, range(50)), "n/a", "-", "n/a"])
    assert profile.columns == (Column("value", ("value",), "BIGINT", "integer", null_values=("n/a", "-")),)
    assert profile.statistics.blank == 3
    assert "'n/a', '-' in 3 rows taken for no value" in profile.guesses[0].evidence


def test_states_among_numbers_get_a_column_of_their_own(samples: Samples):
    profile = column_of(samples, [*(f"{n}.5" for n in range(50)), "Bad Input", "I/O Timeout"])
    number, words = profile.columns
    assert (number.parse, words.name, words.values) == (
        "number_else_null",
        "value_text",
        ("Bad Input", "I/O Timeout"),
    )


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        (["1,5", "12,25", "7"], {"decimal": ","}),
        (["1.234,5", "1.234.567,25"], {"decimal": ",", "thousands": "."}),
        (["1 234,5", "12 234 567,25"], {"decimal": ",", "thousands": " "}),
        (["1'234.5", "1'234'567.25"], {"thousands": "'"}),
        (["1,234.5", "1,234,567.25"], {"thousands": ","}),
        (["1.5", "2.75"], {}),
    ],
    ids=str,
)
def test_decimal_and_thousands_marks(samples: Samples, texts: list[str], options: dict[str, str]):
    lines = ["id;value", *(f"R{place};{text}" for place, text in enumerate(texts * 3))]
    samples.add("t.csv", "\n".join(lines) + "\n")
    table = samples.table()
    assert table.check.clean
    given = {name: table.contract.format_options.get(name) for name in ("decimal", "thousands")}
    assert given == {"decimal": None, "thousands": None} | options
    assert table.columns[1].columns[0].type == "DOUBLE"


def test_a_comma_before_three_digits_is_named_as_a_doubt(samples: Samples):
    samples.add("t.csv", "id;value\n" + "".join(f"R{n};1,{n:03d}\n" for n in range(100, 140)))
    (guess,) = [guess for guess in samples.table().guesses if guess.about == "numbers"]
    assert (guess.confidence, "may be either" in guess.evidence) == ("low", True)


def test_a_day_that_could_be_a_month_is_named_as_a_doubt(samples: Samples):
    texts = [f"{day:02d}/0{month}/2025" for month in range(3, 6) for day in range(1, 13)]
    (guess, *_) = column_of(samples, texts).guesses
    assert guess.value == "DATE date %d/%m/%Y"
    assert (guess.confidence, "no day above 12" in guess.evidence) == ("medium", True)


def test_units_names_and_persons(samples: Samples):
    header = "Order No;Air temperature [°C];Energy_kWh;operator_name;order"
    samples.add("t.csv", header + "\n" + "".join(f"A{n};2{n}.5;{n};Anna{n};{n}x\n" for n in range(9)))
    table = samples.table()
    columns = {one.header: one for one in table.columns}
    assert [one.columns[0].name for one in table.columns] == [
        "order_no",
        "air_temperature_degc",
        "energy_kwh",
        "operator_name",
        "order_value",
    ]
    assert columns["Air temperature [°C]"].columns[0].unit == "degC"
    assert columns["Energy_kWh"].columns[0].unit == "kWh"
    assert columns["operator_name"].is_personal
    text = table.contract.path.read_text()
    assert "Anna" not in text
    assert "classification: restricted" in text
    assert table.contract.key == ("order_no",)


def test_every_guess_stands_in_the_contract_with_evidence_and_confidence(samples: Samples):
    samples.add("t.csv", "id;value\n" + "".join(f"{n};{n},5\n" for n in range(1, 200)))
    table = samples.table()
    text = " ".join(table.contract.path.read_text().split())
    assert "key: id (high confidence): unique and filled in 199 rows" in text
    assert "type: DOUBLE decimal (high confidence)" in text
    assert "sample: all 199 rows of 1 file" in text
