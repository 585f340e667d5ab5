"""Feature tables: one Delta version for each release, found again by its id, written once."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from serving.errors import FeatureVersionError, ReleaseNotFoundError, ReleaseNotGatedError
from serving.features import feature_releases, feature_version, publish_features
from serving.release import publish, record_gates, rollback
from tests.unit.serving.warehouses import FAILED, PASSED, build, write_warehouse

TABLE = "ftr_equipment__1h"


@pytest.fixture
def released(tmp_path):
    return tmp_path / "released"


@pytest.fixture
def make(released, tmp_path):
    """A gated candidate with `rows` rows in its feature table."""

    def candidate(rows: int, gates=PASSED):
        made = build(released, write_warehouse(tmp_path / "warehouse.duckdb", rows))
        record_gates(made, gates)
        return made

    return candidate


def rows_at(released, version: int) -> list[dict]:
    table = DeltaTable(str(released / "features" / TABLE), version=version)
    return pa.table(table.to_pyarrow_table()).to_pylist()


def test_publish_features_writes_the_candidate_rows_with_its_id(released, make):
    candidate = make(3)
    versions = publish_features(candidate)
    rows = rows_at(released, versions[TABLE])
    assert sorted(row["machine"] for row in rows) == ["M0", "M1", "M2"]
    assert {row["_release_id"] for row in rows} == {candidate.release_id}


def test_publish_features_keeps_timestamps_that_every_reader_understands(released, make):
    publish_features(make(3))
    table = DeltaTable(str(released / "features" / TABLE))
    assert table.protocol().min_reader_version == 1
    assert table.to_pyarrow_table().schema.field("hour_at").type == pa.timestamp("us", "UTC")


def test_publish_features_again_writes_nothing(released, make):
    candidate = make(3)
    first = publish_features(candidate)
    assert publish_features(candidate) == first
    publish(candidate)
    assert publish_features(candidate) == first
    assert DeltaTable(str(released / "features" / TABLE)).version() == first[TABLE]


@pytest.mark.parametrize("gates", [(), FAILED])
def test_publish_features_refuses_without_passed_gates(released, make, gates):
    with pytest.raises(ReleaseNotGatedError):
        publish_features(make(3, gates))
    assert not (released / "features").exists()


def test_feature_version_follows_the_release_that_is_current(released, make):
    first, second = make(3), make(5)
    for candidate in (first, second):
        publish_features(candidate)
        publish(candidate)
    assert len(rows_at(released, feature_version(released, TABLE))) == 5
    rollback(released, first.release_id)
    assert len(rows_at(released, feature_version(released, TABLE))) == 3
    assert len(rows_at(released, feature_version(released, TABLE, second.release_id))) == 5
    assert list(feature_releases(released, TABLE)) == [first.release_id, second.release_id]


def test_feature_version_names_what_is_there_instead(released, make):
    candidate = make(3)
    publish_features(candidate)
    with pytest.raises(ReleaseNotFoundError):
        feature_version(released, TABLE)
    with pytest.raises(FeatureVersionError, match=candidate.release_id):
        feature_version(released, TABLE, "20250101T000000Z-00000000")
    with pytest.raises(FeatureVersionError, match="none"):
        feature_version(released, "ftr_gone", candidate.release_id)


def test_publish_features_of_an_empty_table(released, make):
    versions = publish_features(make(0))
    assert rows_at(released, versions[TABLE]) == []


def test_a_new_column_is_there_from_its_release_on(released, make, tmp_path):
    first = publish_features(make(3))
    warehouse = write_warehouse(tmp_path / "wider.duckdb", 2)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table features.ftr_equipment__1h add column crest double default 1.5")
        connection.execute("alter table features.ftr_equipment__1h alter rms type varchar")
    wider = build(released, warehouse, "fedcba9876543210")
    record_gates(wider, PASSED)
    second = publish_features(wider)
    assert [(row["crest"], row["rms"]) for row in rows_at(released, second[TABLE])] == [
        (1.5, "0.0"),
        (1.5, "0.5"),
    ]
    assert [row["rms"] for row in rows_at(released, first[TABLE])] == [0.0, 0.5, 1.0]
    assert "crest" not in rows_at(released, first[TABLE])[0]


def test_the_gated_file_is_what_is_published(released, make):
    candidate = make(3)
    publish_features(candidate)
    (file,) = DeltaTable(str(released / "features" / TABLE)).file_uris()
    assert Path(file).read_bytes() == (candidate.folder / "features" / f"{TABLE}.parquet").read_bytes()
