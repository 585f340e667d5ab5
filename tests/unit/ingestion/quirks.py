"""What real exports do, one entry each: what is delivered, and what ingestion makes of it. test_quirks.py runs them.

Files are delivered in order, a second apart unless `at` says so; `loads` lists after how many files a run starts.
`rows` is what the raw view shows, ordered; `rules` how many rows are quarantined under which rule; `statuses` one a
file, in delivery order of the last run. Where the warehouse has the rest to do, `warehouse` names the test of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.unit.ingestion.home import column

BERLIN = "Europe/Berlin"
FORMAT = "%d.%m.%Y %H:%M"


@dataclass(frozen=True)
class Quirk:
    """See the head of this module. `select` is what of the raw view is compared."""

    name: str
    columns: Sequence[Mapping[str, Any]]
    files: Sequence[tuple[str, str | bytes] | tuple[str, str | bytes, int]]
    select: str
    rows: Sequence[tuple[Any, ...]]
    rules: Mapping[str, int] = field(default_factory=dict)
    statuses: Sequence[str] = ("committed",)
    remarks: Sequence[str] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)
    loads: Sequence[int] = ()
    growing: bool = False
    warehouse: str = ""


def local(**given: Any) -> dict[str, Any]:
    """A local time in German notation."""
    return column("at", "TIMESTAMPTZ", parse="local_timestamp", parseFormat=FORMAT, **given)


UTC_AT = "strftime(\"at\" AT TIME ZONE 'UTC', '%d %H:%M') AS utc"
ID, QTY = column("id", "BIGINT", key=1), column("qty", "DOUBLE")
PAIR = [ID, QTY]
TAG, MOMENT = column("tag", key=1), column("at", "TIMESTAMPTZ", key=2)
SERIES = [TAG, MOMENT, column("value", "DOUBLE", parse="number_else_null")]
STATES = [
    *SERIES[:2],
    column("value", "DOUBLE", parse="number_else_null"),
    column("state", parse="text_else_null", physicalName="value", values=["Bad Input", "Shutdown"]),
]
INTERVAL = [
    column("machine", key=1),
    column("start", "TIMESTAMPTZ", key=2),
    column("end", "TIMESTAMPTZ"),
    column("order"),
]
HEAD = "tag,at,value\n"
GERMAN = {"formatOptions": {"delimiter": ";", "decimal": ",", "thousands": "."}}


def series(*values: object, tag: str = "T1") -> str:
    """One value a minute."""
    return HEAD + "".join(
        f"{tag},2025-07-01T00:{minute:02}:00Z,{value}\n" for minute, value in enumerate(values)
    )


def passes(name: str, values: Sequence[float], warehouse: str = "") -> Quirk:
    """A course of values that only the warehouse can judge: every value comes in as it was delivered."""
    rows = [(float(value),) for value in values]
    return Quirk(name, SERIES, [("a.csv", series(*values))], "value", rows, warehouse=warehouse)


def upsert(name: str, later: str, rows: Sequence[tuple[Any, ...]], **given: Any) -> Quirk:
    """A second export over a table that is read by key."""
    files = [("a.csv", "id,qty\n1,10\n2,20\n"), ("b.csv", "id,qty\n" + later)]
    shared: dict[str, Any] = {
        "extras": {"loadMode": "upsert"},
        "loads": (1,),
        "statuses": ("known", "committed"),
    }
    return Quirk(name, PAIR, files, "id, qty", rows, **(shared | given))


TIME = [
    Quirk("local time without zone", [ID, local()],
          [("a.csv", "id,at\n1,01.07.2025 14:00\n2,01.12.2025 14:00\n")], UTC_AT, [("01 12:00",), ("01 13:00",)]),
    Quirk("DST gap: a local time that does not exist", [ID, local()],
          [("a.csv", "id,at\n1,30.03.2025 01:59\n2,30.03.2025 02:30\n3,30.03.2025 03:00\n")], UTC_AT,
          [("30 00:59",), ("30 01:00",)], {"nonexistent_local_time:at": 1}),
    Quirk("DST fold: the order of the file tells the two hours apart", [ID, local()],
          [("a.csv", "id,at\n1,26.10.2025 02:30\n2,26.10.2025 02:50\n3,26.10.2025 02:10\n")], UTC_AT,
          [("26 00:30",), ("26 00:50",), ("26 01:10",)]),
    Quirk("DST fold: one row alone cannot be told and is never guessed", [ID, local()],
          [("a.csv", "id,at\n1,26.10.2025 01:30\n2,26.10.2025 02:30\n3,26.10.2025 03:30\n")], UTC_AT,
          [("25 23:30",), ("26 02:30",)], {"ambiguous_local_time:at": 1}),
    Quirk("mixed zones in one folder", [ID, column("at", "TIMESTAMPTZ")],
          [("a.csv", "id,at\n1,2025-07-01T14:00:00+02:00\n"), ("b.csv", "id,at\n2,2025-07-01 08:00:00-0400\n"),
           ("c.csv", "id,at\n3,2025-07-01T12:00:00Z\n")], UTC_AT, [("01 12:00",)] * 3, statuses=["committed"] * 3),
    Quirk("clock in the future", [ID, column("at", "TIMESTAMPTZ")],
          [("a.csv", "id,at\n1,2099-01-01T00:00:00Z\n", 4_000_000_000)], 'year("at") AS y', [(2099,)]),
    Quirk("clock set back: arrival order is kept although file times step back", PAIR,
          [("a.csv", "id,qty\n1,1\n", 1_700_000_500), ("b.csv", "id,qty\n1,2\n", 1_700_000_100)], "id, qty", [(1, 2.0)],
          extras={"loadMode": "upsert"}, loads=(1,), statuses=("committed", "known")),
    Quirk("late rows, months back", SERIES,
          [("a.csv", "tag,at,value\nT1,2025-07-01T00:00:00Z,1\n"), ("b.csv", "tag,at,value\nT1,2025-01-01T00:00:00Z,0\n")],
          "value", [(0.0,), (1.0,)], loads=(1,), statuses=("known", "committed"),
          warehouse="test_one_late_reading_names_only_the_days_around_it"),
    Quirk("out of order", SERIES, [("a.csv", HEAD + "T1,2025-07-01T00:02:00Z,2\nT1,2025-07-01T00:01:00Z,1\n")],
          "value", [(1.0,), (2.0,)], warehouse="test_incremental_equals_rebuild_and_oracle"),
]  # fmt: skip
NOTATION = [
    Quirk("decimal comma", PAIR, [("a.csv", "id;qty\n1;1,5\n")], "qty", [(1.5,)], extras=GERMAN),
    Quirk("thousands dot", PAIR, [("a.csv", "id;qty\n1;1.234.567,5\n")], "qty", [(1234567.5,)], extras=GERMAN),
    Quirk("thousands space, also the narrow one that cannot break", PAIR,
          [("a.csv", "id;qty\n1;1 234,5\n2;1\u202f234,5\n")], "qty", [(1234.5,), (1234.5,)],
          extras={"formatOptions": {"delimiter": ";", "decimal": ",", "thousands": " "}}),
    Quirk("byte order mark", PAIR, [("a.csv", b"\xef\xbb\xbfid,qty\n1,1\n")], "id, qty", [(1, 1.0)]),
    Quirk("UTF-16", [ID, column("name")], [("a.csv", "id,name\n1,Mühle\n".encode("utf-16"))], "name", [("Mühle",)],
          extras={"formatOptions": {"encoding": "utf-16"}}),
    Quirk("cp1252", [ID, column("name")], [("a.csv", "id,name\n1,50 € Mühle\n".encode("cp1252"))], "name",
          [("50 € Mühle",)], extras={"formatOptions": {"encoding": "cp1252"}}),
    Quirk("localised month names", [ID, column("at", "TIMESTAMPTZ", parse="local_timestamp", parseFormat="%d-%b-%y %H:%M")],
          [("a.csv", "id,at\n1,05-Okt-25 10:00\n2,05-Mai-25 10:00\n")], UTC_AT, [("05 08:00",), ("05 08:00",)],
          extras={"formatOptions": {"monthNames": "de"}}),
    Quirk("localised booleans", [ID, column("ok", "BOOLEAN")],
          [("a.csv", "id,ok\n1,wahr\n2,FALSCH\n3,Ja\n4,X\n5,\n")], "ok", [(True,), (False,), (True,), (True,), (None,)]),
    Quirk("trailing minus", PAIR, [("a.csv", "id;qty\n1;302,35-\n")], "qty", [(-302.35,)], extras=GERMAN),
    Quirk("leading zeros lost by Excel", [ID, column("material", logicalTypeOptions={"pattern": "^[0-9]{18}$"})],
          [("a.csv", "id,material\n1,000000000000004711\n2,4711\n3,000000000000004712\n")], "id", [(1,), (3,)],
          {"pattern:material": 1}),
    Quirk("ids in scientific notation", [column("id", "BIGINT", key=1), column("serial", logicalTypeOptions={"pattern": "^[0-9]+$"})],
          [("a.csv", "id,serial\n1,123456789012\n2,1.23457E+11\n1.2E+3,9\n4,7\n5,8\n")], "id", [(1,), (4,), (5,)],
          {"pattern:serial": 1, "type:id": 1}),
    Quirk("text states in a numeric column", STATES, [("a.csv", series(1.5, "Bad Input", 2.5))], "value, state",
          [(1.5, None), (None, "Bad Input"), (2.5, None)], warehouse="signal_minutes_know_bad_readings_and_lines"),
    Quirk("NaN and Inf are no measurements", PAIR, [("a.csv", "id,qty\n1,NaN\n2,1\n3,inf\n4,2\n5,3\n")], "qty",
          [(1.0,), (2.0,), (3.0,)], {"type:qty": 2}),
    Quirk("-9999 for no value", [ID, column("qty", "DOUBLE", nullValues=["-9999", "-9999.0"])],
          [("a.csv", "id,qty\n1,-9999\n2,-9999.0\n3,-9998\n")], "qty", [(None,), (None,), (-9998.0,)]),
]  # fmt: skip
FILES = [
    Quirk("truncated last line", PAIR, [("a.csv", "id,qty\n1,1\n2,2\n3")], "id", [(1,), (2,)], {"truncated_row": 1}),
    Quirk("a file that still grows waits", PAIR, [("a.csv", "id,qty\n1,1\n")], "id", [], statuses=("waiting",), growing=True),
    Quirk("an empty file with a header", PAIR, [("a.csv", "id,qty\n")], "id", []),
    Quirk("repeated headers", PAIR, [("a.csv", "id,qty\n1,1\nid,qty\n2,2\n")], "id", [(1,), (2,)], {"repeated_header": 1}),
    Quirk("same name, other content", PAIR, [("a.csv", "id,qty\n1,1\n"), ("a.csv", "id,qty\n2,2\n")], "id", [(1,), (2,)],
          loads=(1,)),
    Quirk("other name, same content", PAIR, [("a.csv", "id,qty\n1,1\n"), ("b.csv", "id,qty\n1,1\n")], "id", [(1,)],
          statuses=("committed", "known")),
    Quirk("a column added", PAIR, [("a.csv", "id,qty,tool\n1,1,T7\n")], "id, _extra", [(1, '{"tool":"T7"}')],
          remarks=("unexpected_column",)),
    Quirk("a column removed", PAIR, [("a.csv", "id\n1\n")], "id", [], statuses=("held",),
          remarks=("missing_column", "schema_drift")),
    Quirk("a column reordered", PAIR, [("a.csv", "qty,id\n9,1\n")], "id, qty", [(1, 9.0)]),
    Quirk("a column renamed", PAIR, [("a.csv", "id,quantity\n1,9\n")], "id", [], statuses=("held",),
          remarks=("missing_column", "schema_drift")),
]  # fmt: skip
REEXPORTS = [
    upsert("a re-export with overlap", "2,20\n3,30\n", [(1, 10.0), (2, 20.0), (3, 30.0)]),
    upsert("a re-export with corrected values", "2,21\n", [(1, 10.0), (2, 21.0)],
           warehouse="test_reexport_replaces_by_key_and_leaves_history"),
    upsert("rows deleted in a full re-export", "2,20\n", [(2, 20.0)], extras={"loadMode": "snapshot"}),
    upsert("exact duplicates, read by key", "3,3\n3,3\n", [(1, 10.0), (2, 20.0), (3, 3.0)]),
    Quirk("exact duplicates of readings", SERIES, [("a.csv", series(1) + series(1).removeprefix(HEAD))], "value",
          [(1.0,), (1.0,)], warehouse="test_duplicates_of_readings_count_once"),
    upsert("same key, other value in one file: the last counts", "3,3\n3,4\n", [(1, 10.0), (2, 20.0), (3, 4.0)]),
]  # fmt: skip
SIGNALS = [
    Quirk("unit change mid-series: each value keeps its unit", [*SERIES, column("uom")],
          [("a.csv", "tag,at,value,uom\nT1,2025-07-01T00:00:00Z,20,degC\nT1,2025-07-01T00:01:00Z,68,degF\n")],
          "value, uom", [(20.0, "degC"), (68.0, "degF")]),
    passes("scale change", [20.1, 20.2, 0.0201], ""),
    passes("counter reset", [98, 99, 3], "counters_reset_and_fall_into_the_shift_that_made_them"),
    passes("16-bit and 32-bit rollover", [65535, 2, 4294967295, 5], "counters_reset_and_fall_into_the_shift_that_made_them"),
    passes("stuck sensor", [7, 7, 7, 7], "a_silent_day_is_a_row"),
    passes("spikes", [1, 1, 1e9, 1]),
    passes("slow drift", [1.0, 1.001, 1.002]),
    passes("silence of report-by-exception", [5, 6], "a_silent_day_is_a_row"),
    Quirk("tag renamed: both names come in", SERIES,
          [("a.csv", series(1)), ("b.csv", series(2, tag="T1_new"))], "tag, value", [("T1", 1.0), ("T1_new", 2.0)],
          statuses=["committed"] * 2),
    Quirk("tag moved to another machine: the path is part of its name", SERIES,
          [("a.csv", series(1, tag="M1/T")), ("b.csv", series(2, tag="M2/T"))], "tag, value", [("M1/T", 1.0), ("M2/T", 2.0)],
          statuses=["committed"] * 2),
]  # fmt: skip
PRODUCTION = [
    Quirk("overlapping orders", INTERVAL,
          [("a.csv", "machine,start,end,order\nM1,2025-07-01T06:00:00Z,2025-07-01T08:00:00Z,1\n"
                     "M1,2025-07-01T07:00:00Z,2025-07-01T09:00:00Z,2\n")], '"order"', [("1",), ("2",)],
          warehouse="elements_add_up"),
    Quirk("shift over midnight", INTERVAL,
          [("a.csv", "machine,start,end,order\nM1,2025-07-01T22:00:00Z,2025-07-02T06:00:00Z,1\n")],
          'CAST(epoch("end" - "start") / 3600 AS INTEGER) AS h', [(8,)],
          warehouse="states_split_at_shift_borders_and_leave_no_gap"),
    Quirk("open-ended downtime", INTERVAL, [("a.csv", "machine,start,end,order\nM1,2025-07-01T22:00:00Z,,1\n")],
          '"end"', [(None,)], warehouse="failures_without_end_are_censored"),
    Quirk("zero planned time", PAIR, [("a.csv", "id,qty\n1,0\n")], "qty", [(0.0,)],
          warehouse="oee_has_no_value_without_planned_busy_time"),
    Quirk("performance over 100 %", PAIR, [("a.csv", "id,qty\n1,1.07\n")], "qty", [(1.07,)],
          warehouse="effectiveness_above_one_is_shown"),
    Quirk("cancelled confirmations: both rows are raw", [ID, column("stokz"), column("stzhl")],
          [("a.csv", "id,stokz,stzhl\n1,X,\n2,,1\n")], "id, stokz, stzhl", [(1, "X", None), (2, None, "1")],
          warehouse="cancelled_pairs_do_not_count"),
    Quirk("scrap booked later: a row of its own, days behind", INTERVAL[:2],
          [("a.csv", "machine,start\nM1,2025-07-01T06:00:00Z\n"), ("b.csv", "machine,start\nM1,2025-06-01T06:00:00Z\n")],
          "month(start) AS m", [(7,), (6,)], loads=(1,), statuses=("known", "committed"),
          warehouse="test_incremental_equals_rebuild_and_what_happened"),
]  # fmt: skip
QUIRKS = [*TIME, *NOTATION, *FILES, *REEXPORTS, *SIGNALS, *PRODUCTION]
