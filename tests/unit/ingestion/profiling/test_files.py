"""Which files make a table, in which format, and what is said of those that make none."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from samples import Samples

from ingestion.contracts import SOURCES, load_contract
from ingestion.errors import ConfigurationError

ROWS = [(n, f"MC{n % 3:02d}", n * 1.5) for n in range(1, 41)]
CSV = "event_id,machine,power_kw\n" + "".join(f"{n},{machine},{power}\n" for n, machine, power in ROWS)


def workbook(pages: dict[str, list[list[object]]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in pages.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return out.getvalue()


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.csv", text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("events.csv", CSV, "delimited"),
        ("events.csv.gz", gzip.compress(CSV.encode()), "delimited"),
        ("dump.zip", zipped(events=CSV), "delimited"),
        (
            "events.json",
            json.dumps({"line": "L1", "events": [{"event_id": n, "at": {"machine": m}} for n, m, _ in ROWS]}),
            "json",
        ),
        (
            "events.jsonl",
            "".join(json.dumps({"event_id": n, "machine": m}) + "\n" for n, m, _ in ROWS),
            "jsonl",
        ),
        (
            "nested.jsonl",
            "".join(json.dumps({"event_id": n, "at": {"machine": m}}) + "\n" for n, m, _ in ROWS),
            "json",
        ),
        (
            "events.xml",
            "<log>"
            + "".join(f'<event id="{n}"><machine>{m}</machine></event>' for n, m, _ in ROWS)
            + "</log>",
            "xml",
        ),
        (
            "events.xlsx",
            workbook({"Data": [["Event Id", "Machine", "Power (kW)"], *map(list, ROWS)]}),
            "excel",
        ),
        (
            "list.txt",
            "Report\n---------\n|EVENT |MACHINE|\n---------\n"
            + "".join(f"|{n:<6}|{m:<7}|\n" for n, m, _ in ROWS)
            + "---------\n",
            "pipe_table",
        ),
        ("bulk.dat", "".join(f"{n}+|{m}+|{p}&|\n" for n, m, p in ROWS), "delimited"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_each_format_is_recognised_and_loads_whole(
    samples: Samples, name: str, content: str | bytes, kind: str
):
    samples.add(name, content)
    table = samples.table()
    assert table.contract.format == kind
    assert (table.rows, table.check.rows_committed, table.check.reasons) == (40, 40, ())
    assert len(table.contract.key) == 1
    assert table.contract.key[0] in ("event_id", "event", "id", "column_1")


def test_parquet_keeps_the_types_of_its_schema(samples: Samples):
    table = pa.table(
        {
            "id": pa.array(range(20), pa.int32()),
            "at": pa.array(range(0, 2 * 10**7, 10**6), pa.timestamp("us", tz="UTC")),
            "price": pa.array([None] * 20, pa.decimal128(10, 2)),
            "wave": pa.array([[1.0, 2.0]] * 20, pa.list_(pa.float32())),
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    samples.add("t.parquet", sink.getvalue())
    found = samples.table()
    assert found.check.clean
    types = {column.name: column.type for column in found.contract.columns}
    assert types == {"id": "BIGINT", "at": "TIMESTAMPTZ", "price": "DECIMAL(10,2)", "wave": "DOUBLE[]"}


def test_each_sheet_of_a_workbook_is_a_table(samples: Samples):
    pages = {
        "Orders": [["Export of plant 7"], ["Order", "Qty"], ["A1", 5], ["A2", 6]],
        "Stops": [["Machine", "Minutes"], ["M1", 2.5], ["M2", 3.5]],
    }
    samples.add("week.xlsx", workbook(pages))
    tables = samples.tables()
    assert list(tables) == ["orders", "stops"]
    assert all(table.check.clean and table.rows == 2 for table in tables.values())
    assert tables["orders"].contract.format_options == {"sheet": "Orders", "headerRow": 2}


def test_files_are_grouped_by_name_and_columns_and_globs_do_not_overlap(samples: Samples):
    for day in (1, 2, 3):
        samples.add(f"order_2025-10-0{day}.csv", CSV)
        samples.add(f"order_item_2025-10-0{day}.csv", CSV)
    samples.add("2025/line1/stops.csv", CSV.replace("power_kw", "minutes"))
    samples.add("2025/line2/stops.csv", CSV.replace("power_kw", "minutes"))
    tables = samples.tables()
    assert {name: table.contract.files for name, table in tables.items()} == {
        "order": "order_[0-9]*.csv",
        "order_item": "order_item_*.csv",
        "stops": "*/line*/stops.csv",
    }
    assert {name: len(table.group.samples) for name, table in tables.items()} == {
        "order": 3,
        "order_item": 3,
        "stops": 2,
    }
    assert all(table.check.clean for table in tables.values())


def test_a_column_that_only_new_files_have_is_optional(samples: Samples):
    samples.add("t_1.csv", "id,name\n1,a\n2,b\n")
    samples.add("t_2.csv", "id,name,shift\n3,c,early\n4,d,late\n")
    table = samples.table()
    assert table.check.clean
    assert table.contract.drift.optional == {"shift"}
    assert table.columns[2].statistics.blank == 2


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.csv", "", "empty"),
        ("photo.dat", bytes(range(256)) * 20, "binary data"),
        ("title.csv", "Report of line 7\n\na;b\n1;2\n3;4\n", "Lines above the header must go"),
        ("broken.json", '{"a": [{"b": 1}, ', "no whole JSON document"),
        ("broken.xml", "<a><b>", "no well-formed XML"),
        ("broken.parquet", b"PAR1broken", "no readable Parquet"),
        ("broken.zip", b"PK no archive", "no whole zip archive"),
        ("points.lp", "cpu,host=a value=1 1760000000000000000\ncpu,host=a value=2 1760000001000000000\n", "influxdb"),
        ("annotated.csv", "#datatype,string,long\n#group,false,false\n", "influxdb_csv"),
        ("pi.json", '{"Items": [{"Timestamp": "2025-01-01T00:00:00Z", "Value": 1}]}', "pi_web_api"),
        ("batch.xml", '<x xmlns="http://www.mesa.org/xml/B2MML"><y a="1"/></x>', "b2mml"),
        ("bench.tdms", b"TDSm" + bytes(50), "sensor_files"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)  # fmt: skip
def test_a_file_without_a_draft_is_told_with_the_reason(
    samples: Samples, name: str, content: str | bytes, why: str
):
    samples.add("good.csv", CSV)
    samples.add(name, content)
    profile = samples.profile()
    assert [table.contract.table for table in profile.tables] == ["good"]
    ((file, reason),) = profile.left_out
    assert file == name
    assert why in reason


def test_a_table_that_a_system_describes_already_is_named(samples: Samples):
    headers = load_contract(SOURCES / "mes" / "machine_states.contract.yml").headers
    samples.add(
        "states_1.csv", "\n".join([",".join(headers), *(",".join([str(n)] * len(headers)) for n in range(9))])
    )
    (guess,) = [guess for guess in samples.table().guesses if guess.about == "known as"]
    assert guess.value == "mes.machine_states"


def test_no_samples_are_a_set_up_error(samples: Samples):
    with pytest.raises(ConfigurationError, match="no files are there"):
        samples.profile()


@pytest.mark.parametrize("packed", [False, True])
def test_of_a_large_file_the_head_is_read_and_named(samples: Samples, packed: bool):
    text = "id;value\n" + "".join(f"{n};{n * 0.5:.1f}\n" for n in range(400_000))
    samples.add("big.csv.gz" if packed else "big.csv", gzip.compress(text.encode(), 1) if packed else text)
    table = samples.table(head_bytes=2**21)
    assert 100_000 < table.rows <= 200_000
    assert table.check.clean
    assert table.check.rows_read < 400_000
    size = f"{len(text):,} bytes"
    assert "of a file of" in table.sampled
    assert packed or size in table.sampled


def test_of_many_files_some_are_read_and_that_is_named(samples: Samples):
    for number in range(130):
        samples.add(f"t_{number:03d}.csv", f"id,value\n{number},{number}.5\n")
    profile = samples.profile()
    assert profile.notes == ("of 130 files t_*.csv 100 were looked at, from the first to the last",)
    (table,) = profile.tables
    assert table.sampled == "all 24 rows of 24 of 100 files"
    assert (table.check.clean, table.check.rows_read) == (True, 100)


def test_of_many_rows_the_first_are_read_and_that_is_named(samples: Samples):
    samples.add("t.csv", "id;value\n" + "".join(f"{n};x\n" for n in range(5_000)))
    table = samples.table(rows=1_000)
    assert table.sampled == "the first 1,000 rows of 1 file"
    assert table.check.rows_committed == 5_000


def test_rows_that_do_not_load_are_explained(samples: Samples):
    lines = [f"{n};{n}" for n in range(2_000)]
    lines[1_500] = "1500;broken"
    samples.add("t.csv", "id;value\n" + "\n".join(lines) + "\n")
    table = samples.table(rows=1_000)
    assert not table.check.clean
    assert table.check.reasons == ("1 rows break type:value, such as t.csv line 1502: 'broken'",)
