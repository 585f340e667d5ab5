"""Forms of plant exports that a first look misses: fixed width, merged headers, dates and times apart, sentinels."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from samples import Samples

from ingestion.profiling import TableProfile

SAP = "MANDT;AUFNR;ISDD;ISDZ;AUSVN;AUZTV;LMNGA\n" + "".join(
    f"100;{4711 + n:012d};202501{n % 28 + 1:02d};{n % 24:02d}3000;{'00000000' if n % 3 else '20250102'};{n % 10:02d}1500;{n},5-\n"
    for n in range(40)
)


def test_dates_and_times_of_sap_give_one_moment_beside_them(samples: Samples):
    samples.add("afru.csv", SAP)
    table = samples.table()
    assert table.check.clean, table.check
    columns = {column.name: column for column in table.contract.columns}
    assert [columns[name].parse for name in ("isdd", "isdz", "ausvn", "auztv")] == [
        "dats",
        "tims",
        "dats",
        "tims",
    ]
    for name, sources in (("isdd_at", ("ISDD", "ISDZ")), ("ausvn_at", ("AUSVN", "AUZTV"))):
        assert (columns[name].type, columns[name].parse, columns[name].sources) == (
            "TIMESTAMPTZ", "local_timestamp", sources,
        )  # fmt: skip
    text = table.contract.path.read_text(encoding="utf-8") if table.contract.path else ""
    assert "'moment: isdd_at of ISDD and ISDZ" in text
    assert "sentinel: 00000000" in text


def test_a_time_without_a_date_stays_alone(samples: Samples):
    samples.add("t.csv", "id;zeit\n" + "".join(f"{n};{n % 24:02d}1500\n" for n in range(40)))
    table = samples.table()
    assert [(column.name, column.parse) for column in table.contract.columns] == [
        ("id", "integer"),
        ("zeit", "tims"),
    ]


def sentinel_of(samples: Samples, texts: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """nullValues of the column, and what is said of sentinels."""
    samples.add("t.csv", "id;x\n" + "".join(f"R{place};{text}\n" for place, text in enumerate(texts)))
    table = samples.table()
    assert table.check.clean, table.check
    said = [guess for guess in table.columns[1].guesses if guess.about == "sentinel"]
    assert all("rows" in guess.evidence for guess in said)
    return table.columns[1].columns[0].null_values, [guess.value for guess in said]


DATS = [f"202501{day:02d}" for day in range(1, 29)]
ISO = [f"2025-01-{day:02d}" for day in range(1, 29)]
NUMBERS = [str(n / 4) for n in range(40)]


@pytest.mark.parametrize(
    ("texts", "nulls", "said"),
    [
        ([*DATS, "99991231"], ("99991231",), ["9999-12-31"]),
        ([*DATS, "00000000", "19000101"], ("19000101",), ["00000000", "1900-01-01"]),
        ([*ISO, "1900-01-01", "9999-12-31"], ("1900-01-01", "9999-12-31"), ["1900-01-01", "9999-12-31"]),
        ([f"{day} 06:00:00" for day in ISO] + ["9999-12-31 23:59:59"], ("9999-12-31 23:59:59",), ["9999-12-31"]),
        ([f"{day[8:]}.01.2025" for day in ISO] + ["01.01.1900"], ("01.01.1900",), ["1900-01-01"]),
        ([*ISO, "0000-00-00"], ("0000-00-00",), []),
        ([*NUMBERS, "-9999", "-9999.0"], ("-9999", "-9999.0"), ["-9999"]),
        ([*NUMBERS, "NULL", "-999", "-999"], ("NULL", "-999"), ["-999"]),
        ([*map(str, range(40)), "99999", "99999"], (), ["99999"]),
        ([*map(str, range(-9_950, -10_050, -1)), "-9999"], (), []),  # one number among others like it
        ([*NUMBERS, "-9999"], (), []),  # once: may be a reading
        (["1969-12-31", "1970-01-01", "1970-01-02", "1971-05-05", "1972-01-01"], (), []),
    ],
    ids=lambda value: str(value[-2:]) if isinstance(value, list) else "",
)  # fmt: skip
def test_values_far_off_all_others_are_told_with_evidence(
    samples: Samples, texts: list[str], nulls: tuple[str, ...], said: list[str]
):
    assert sentinel_of(samples, texts) == (nulls, said)


def merged(top: str = "") -> bytes:
    """A sheet whose header has two lines, with cells merged across and down."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Shifts")
        first = 0
        if top:
            sheet.write(0, 0, top)
            first = 2
        sheet.merge_range(first, 0, first + 1, 0, "Machine")
        for place, shift in enumerate(("Early", "Late")):
            sheet.merge_range(first, 1 + 2 * place, first, 2 + 2 * place, shift)
            sheet.write_row(first + 1, 1 + 2 * place, ["Good", "Scrap"])
        for row in range(12):
            sheet.write_row(first + 2 + row, 0, [f"MC{row:02d}", row * 10, row, row * 9, row % 3])
    return out.getvalue()


@pytest.mark.parametrize("top", ["", "Output of hall 3"])
def test_a_merged_header_of_two_lines_names_all_columns(samples: Samples, top: str):
    samples.add("shifts.xlsx", merged(top))
    table = samples.table()
    assert table.check.clean, table.check
    assert table.group.headers == ("Machine", "Early / Good", "Early / Scrap", "Late / Good", "Late / Scrap")
    assert table.contract.format_options == {"headerRows": 2} | ({"headerRow": 3} if top else {})
    assert (table.rows, [column.columns[0].type for column in table.columns][1:]) == (12, ["BIGINT"] * 4)


def fixed(*, header: bool, short: bool = False) -> str:
    lines = [f"{'ORDER':<12}{'MATERIAL':<20}{'QTY':>10} {'DAY':<8}"] if header else []
    lines += [
        f"{4711 + n:012d}{('Plate', 'Gear wheel', 'Hex bolt M8')[n % 3]:<20}{n * 2.5:>10.2f} 202501{n % 28 + 1:02d}"
        for n in range(40)
    ]
    lines = [f"{line[:12]}  {line[12:]}" for line in lines]
    return "\r\n".join(line.rstrip() if short else line for line in lines) + "\r\n"


def described(table: TableProfile) -> list[tuple[str, str]]:
    return [(profile.header, profile.columns[0].type) for profile in table.columns]


def test_fields_of_fixed_width_lie_between_places_that_are_always_blank(samples: Samples):
    samples.add("orders.txt", fixed(header=True))
    table = samples.table()
    assert table.check.clean, table.check
    assert (table.group.format, table.rows) == ("fixed_width", 40)
    assert described(table) == [
        ("ORDER", "VARCHAR"),
        ("MATERIAL", "VARCHAR"),
        ("QTY", "DOUBLE"),
        ("DAY", "DATE"),
    ]


def test_fixed_width_without_names_has_names_made_up(samples: Samples):
    samples.add("orders.txt", fixed(header=False))
    table = samples.table()
    assert table.check.clean, table.check
    assert [kind for _, kind in described(table)] == ["VARCHAR", "VARCHAR", "DOUBLE", "DATE"]
    assert table.group.headers == ("column_1", "column_2", "column_3", "column_4")


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_padded_fields_between_marks_are_delimited_text(samples: Samples, mark: str):
    lines = [mark.join((f"{n:06d}", f"{'M' * (n % 5 + 1):<10}", f"{n:>8}")) for n in range(1, 31)]
    samples.add("t.csv", mark.join(("order ", "machine   ", "quantity")) + "\n" + "\n".join(lines) + "\n")
    assert samples.table().group.format == "delimited"
