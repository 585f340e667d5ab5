"""What is published follows from the manifest: meta, contract and tests of a model."""

from __future__ import annotations

from orchestration.lib.release_tables import release_tables


def model(name: str, schema: str, release: str, **extra):
    columns = {
        "machine": {"name": "machine", "data_type": "varchar", "description": "Machine.", "constraints": []},
        "day": {
            "name": "day",
            "data_type": "date",
            "description": "Day.",
            "constraints": [{"type": "not_null"}],
        },
        "oee": {"name": "oee", "data_type": "double", "description": "OEE.", "constraints": []},
    }
    return {
        "unique_id": f"model.tundish.{name}",
        "resource_type": "model",
        "name": name,
        "schema": schema,
        "description": "One row per machine and day.",
        "config": {"meta": {"release": release, **extra}},
        "columns": columns,
    }


def generic_test(model_name: str, test: str, **arguments):
    return {
        "resource_type": "test",
        "attached_node": f"model.tundish.{model_name}",
        "test_metadata": {"name": test, "kwargs": arguments},
    }


def manifest(*nodes):
    return {"nodes": dict(enumerate(nodes))}


def test_only_models_that_say_so_are_published_each_in_its_dataset():
    tables = release_tables(
        manifest(
            model("fct_signal_minute", "core", "none"),
            model("mart_oee", "marts", "bi"),
            model("ftr_equipment__1h", "features", "features"),
        )
    )
    assert [(table.schema, table.name, table.dataset) for table in tables] == [
        ("features", "ftr_equipment__1h", "features"),
        ("marts", "mart_oee", "bi"),
    ]


def test_grain_comes_from_the_uniqueness_test_and_its_parts_may_be_null():
    nodes = (
        model("mart_oee", "marts", "bi"),
        generic_test("mart_oee", "unique_combination", columns=["machine", "day"]),
    )
    (table,) = release_tables(manifest(*nodes))
    assert table.grain == ("machine", "day")
    assert {column.name for column in table.columns if column.required} == {"day"}


def test_a_column_is_required_by_constraint_or_by_test():
    nodes = model("mart_oee", "marts", "bi"), generic_test("mart_oee", "no_nulls", columns=["oee"])
    (table,) = release_tables(manifest(*nodes))
    assert {column.name for column in table.columns if column.required} == {"day", "oee"}


def test_meta_names_a_grain_that_no_test_can_say():
    (table,) = release_tables(manifest(model("mart_oee", "marts", "bi", grain=["day"])))
    assert table.grain == ("day",)


def test_columns_keep_type_order_and_description():
    (table,) = release_tables(manifest(model("mart_oee", "marts", "bi")))
    assert [(column.name, column.data_type) for column in table.columns] == [
        ("machine", "varchar"),
        ("day", "date"),
        ("oee", "double"),
    ]
    assert table.columns[0].description == "Machine."
