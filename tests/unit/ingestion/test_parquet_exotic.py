"""Parquet columns of types that no plant table should have: read, put aside or held, but never a crash or a silent null."""

import datetime as dt
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.ingestion.home import Home, column
from tests.unit.ingestion.test_parquet import KEY, content, parquet

MEANT = {"VARCHAR", "DOUBLE", "BIGINT", "FLOAT[]", "TIMESTAMPTZ", "BOOLEAN", "DECIMAL(18,3)", "DATE"}
HALF = np.float16(1)
EXOTIC = {
    "struct": pa.array([{"a": 1}, None]),
    "struct of half floats": pa.array([{"a": HALF}, None], pa.struct([("a", pa.float16())])),
    "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())),
    "list of lists": pa.array([[[1.0]], None], pa.list_(pa.list_(pa.float64()))),
    "list of structs": pa.array([[{"a": 1}], None]),
    "list of dictionary": pa.array([["a"], None], pa.list_(pa.dictionary(pa.int32(), pa.string()))),
    "list of timestamps": pa.array([[1], None], pa.list_(pa.timestamp("ns"))),
    "binary": pa.array([b"\xff", None]),
    "binary of fixed size": pa.array([b"\xff\xfe", None], pa.binary(2)),
    "time": pa.array([1, None], pa.time64("ns")),
    "duration": pa.array([1, None], pa.duration("us")),
    "json": pa.array(["{}", None], pa.json_()),
    "uuid": pa.array([b"1" * 16, None], pa.uuid()),
    "wide decimal": pa.array(["7", None]).cast(pa.decimal256(76, 0)),
    "dictionary of timestamps": pa.array([dt.datetime(2020, 1, 1), None]).dictionary_encode(),  # noqa: DTZ001
}


@pytest.mark.parametrize("kind", EXOTIC)
def test_exotic_type_for_any_column_is_read_put_aside_or_held_never_a_crash(home: Home, kind: str) -> None:
    for meant in sorted(MEANT):
        table = f"t{len(list(home.inbox.iterdir()))}"
        contract = home.contract(
            [column("x", meant)],
            table=table,
            format="parquet",
            files=f"{table}.parquet",
            maxQuarantinedPct=100,
        )
        home.deliver(f"{table}.parquet", content({"x": EXOTIC[kind]}))
        (batch,) = home.load(contract).batches
        if batch.status == "held":
            assert batch.findings[0].rule == "unreadable_file"
            assert "Next step" in batch.message
        else:
            assert (batch.rows_read, batch.rows_committed + batch.rows_quarantined) == (2, 2)
            found = [value for (value,) in home.rows(contract, "x")]
            assert len([value for value in found if value is None]) == 1, "a value became null silently"
            assert None not in (found[0] if isinstance(found[0], list) else [])


def test_one_file_that_cannot_be_typed_does_not_stop_its_neighbours(home: Home) -> None:
    contract = parquet(home, [column("id"), column("x", "DOUBLE")])
    half = pa.array([{"a": HALF}], pa.struct([("a", pa.float16())]))
    home.deliver("a.parquet", content({"id": ["a"], "x": [1.0]}))
    home.deliver("b.parquet", content({"id": ["b"], "x": half}))
    home.deliver("c.parquet", content({"id": ["c"], "x": half}))
    home.deliver("d.parquet", content({"id": ["d"], "x": [2.0]}))
    found = [(batch.status, batch.file) for batch in home.load(contract).batches]
    assert found == [
        ("committed", "a.parquet"),
        ("held", "b.parquet"),
        ("held", "c.parquet"),
        ("committed", "d.parquet"),
    ]
    assert home.rows(contract, "id, x") == [("a", 1.0), ("d", 2.0)]


def test_member_of_a_list_that_is_no_float_is_put_aside_not_lost(home: Home) -> None:
    contract = parquet(home, [KEY, column("wave", "FLOAT[]")])
    waves = [[1.0, None, 2.5], [1e300, 1.0], [float("nan")], []]
    home.deliver("a.parquet", content({"id": [1, 2, 3, 4], "wave": pa.array(waves, pa.list_(pa.float64()))}))
    home.load(contract)
    found = home.rows(contract, "id, wave")
    assert found[0] == (1, [1.0, None, 2.5])
    assert [row[0] for row in found] == [1, 3, 4]
    assert [(row.source_row, row.rule) for row in home.quarantine(contract)] == [(2, "type:wave")]


def test_row_groups_without_rows_and_dictionary_pages(home: Home) -> None:
    contract = parquet(home, [KEY, column("tag")])
    sink = io.BytesIO()
    schema = pa.schema([("id", pa.int64()), ("tag", pa.dictionary(pa.int8(), pa.string()))])
    with pq.ParquetWriter(sink, schema) as writer:
        for ids, tags in (([], []), ([1, 2], ["a", None]), ([], []), ([3], ["b"]), ([], [])):
            arrays = [
                pa.array(ids, pa.int64()),
                pa.array(tags, pa.string()).dictionary_encode().cast(schema.field("tag").type),
            ]
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=1)
    home.deliver("a.parquet", sink.getvalue())
    home.deliver("b.parquet", content({"id": pa.array([], pa.int64()), "tag": pa.array([], pa.string())}))
    assert [batch.rows_read for batch in home.load(contract).batches] == [3, 0]
    assert home.rows(contract, "id, tag, _source_row") == [(1, "a", 1), (2, None, 2), (3, "b", 3)]
