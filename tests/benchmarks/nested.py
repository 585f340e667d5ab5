"""One big document of nested JSON and of XML, exploded into rows, against the readers that parse such documents best.

The others only parse and write Parquet: no check of a row, no line numbers, no quarantine, no exactly-once commit.
"""

# ruff: noqa: PLC0415 - engines are imported before the clock starts, not when benchmarks are listed

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.subject import LABEL, loading, shipped
from tests.benchmarks.table import Benchmark, Contender, Work, at_most, register, under_mib

ROWS = 700_000
NODES = 110_000
_EACH = 100  # rows of an order
_XML_HEAD = '<OperationsPerformance xmlns="http://www.mesa.org/xml/B2MML"><ID>P1</ID>'
_XML_PATHS = (
    "MaterialDefinitionID",
    "MaterialLotID",
    "MaterialUse",
    "Quantity/QuantityString",
    "Quantity/UnitOfMeasure",
)


def orders(rows: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """(order, its materials)."""
    for order in range(max(1, rows // _EACH)):
        numbers = range(order * _EACH, (order + 1) * _EACH)
        yield (
            order,
            [{"material": f"M{n % 997}", "lot": f"L{n}", "qty": n % 9973 / 8, "unit": "kg"} for n in numbers],
        )


def prepare_json(folder: Path, scale: float) -> Work:
    """{"plant": ..., "orders": [{"id": ..., "materials": [...]}, ...]}."""
    path, count = folder / "orders.json", 0
    with path.open("w") as out:
        out.write('{"plant": "North", "orders": [')
        for order, materials in orders(int(ROWS * scale)):
            items = [
                {
                    "material": {"id": m["material"], "lot": m["lot"]},
                    "qty": {"value": m["qty"], "unit": m["unit"]},
                }
                for m in materials
            ]
            out.write(("," if order else "") + json.dumps({"id": str(order), "materials": items}))
            count += len(items)
        out.write("]}")
    return Work(count, path.stat().st_size)


def prepare_xml(folder: Path, scale: float) -> Work:
    """Operations performance with a segment response for each order."""
    path, count = folder / "performance.xml", 0
    with path.open("w") as out:
        out.write(_XML_HEAD)
        for order, materials in orders(int(ROWS * scale)):
            out.write(f"<OperationsResponse><ID>{order}</ID><SegmentResponse><ID>S{order}</ID>")
            for m in materials:
                out.write(
                    f"<MaterialActual><MaterialDefinitionID>{m['material']}</MaterialDefinitionID>"
                    f"<MaterialLotID>{m['lot']}</MaterialLotID><MaterialUse>Consumed</MaterialUse><Quantity>"
                    f"<QuantityString>{m['qty']}</QuantityString><DataType>decimal</DataType>"
                    f"<UnitOfMeasure>{m['unit']}</UnitOfMeasure></Quantity></MaterialActual>\n"
                )
            out.write("</SegmentResponse></OperationsResponse>")
            count += len(materials)
        out.write("</OperationsPerformance>")
    return Work(count, path.stat().st_size)


def prepare_nodeset(folder: Path, scale: float) -> Work:
    """A machine builder's model: objects below Objects, ten variables each."""
    path, objects = folder / "model.xml", max(1, int(NODES * scale) // 11)
    reference = '<Reference ReferenceType="i={}"{}>{}</Reference>'
    node = '<UA{0} NodeId="ns=1;i={1}" BrowseName="1:{2}"{4}><DisplayName>{2}</DisplayName><References>{3}</References></UA{0}>\n'
    back = ' IsForward="false"'
    with path.open("w") as out:
        out.write(
            '<UANodeSet xmlns="http://opcfoundation.org/UA/2011/03/UANodeSet.xsd"><NamespaceUris><Uri>urn:bench</Uri></NamespaceUris>'
        )
        for number in range(objects):
            first, kind = 1 + number * 11, reference.format(40, "", "i=58")
            out.write(
                node.format("Object", first, f"M{number}", kind + reference.format(35, back, "i=85"), "")
            )
            kind = reference.format(40, "", "i=63")
            for at in range(1, 11):
                held = kind + reference.format(47, back, f"ns=1;i={first}")
                out.write(node.format("Variable", first + at, f"V{at}", held, ' DataType="i=11"'))
        out.write("</UANodeSet>")
    return Work(objects * 11, path.stat().st_size)


def nodes_lxml(data: Path, target: Path) -> Callable[[], int]:
    """lxml's iterparse: ids, names and references; no paths, no units."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from lxml import etree

    def run() -> int:
        found = []
        for _, element in etree.iterparse(str(data / "model.xml"), tag=("{*}UAObject", "{*}UAVariable")):
            references = [reference.text for reference in element.iterfind("{*}References/{*}Reference")]
            found.append((element.get("NodeId"), element.get("BrowseName"), references))
            element.clear()
        columns = dict(zip(("id", "name", "references"), map(list, zip(*found, strict=True)), strict=True))
        pq.write_table(pa.table(columns), target / "rows.parquet")
        return len(found)

    return run


def orders_contract(folder: Path) -> Any:
    """A contract for the orders of prepare_json."""
    from ingestion.contracts import load_contract

    paths = {
        "plant": "../../plant",
        "order_id": "../id",
        "material": "material/id",
        "lot": "material/lot",
        "unit": "qty/unit",
    }
    properties: list[Mapping[str, Any]] = [
        {"name": name, "physicalName": path, "logicalType": "string", "physicalType": "VARCHAR"}
        for name, path in paths.items()
    ]
    properties.append(
        {"name": "qty", "physicalName": "qty/value", "logicalType": "number", "physicalType": "DOUBLE"}
    )
    extras = {"format": "json", "files": "*.json", "formatOptions": {"records": "orders/*/materials/*"}}
    document = {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": "bench.materials", "version": "1.0.0", "status": "active",
        "description": {"purpose": "One row per material of an order."},
        "customProperties": [{"property": key, "value": value} for key, value in extras.items()],
        "schema": [{"name": "materials", "physicalName": "materials", "properties": properties}],
    }  # fmt: skip
    path = folder / "bench" / "materials.contract.yml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(document))
    return load_contract(path)


def duckdb_json(data: Path, target: Path) -> Callable[[], int]:
    """DuckDB's JSON reader: the document is one object to it."""
    import duckdb

    path = data / "orders.json"
    size = 2 * path.stat().st_size

    def run() -> int:
        with duckdb.connect() as connection:
            connection.execute(f"""
                COPY (
                    SELECT plant, o.id, m.material.id AS material, m.material.lot AS lot, m.qty.value AS qty, m.qty.unit AS unit
                    FROM (SELECT plant, unnest(orders) AS o FROM read_json('{path}', maximum_object_size={size})),
                        unnest(o.materials) AS t (m)
                ) TO '{target / "rows.parquet"}'
            """)
            ((count,),) = connection.sql(f"SELECT count(*) FROM '{target / 'rows.parquet'}'").fetchall()
            return int(count)

    return run


def plain_json(data: Path, target: Path) -> Callable[[], int]:
    """json.load and loops, as a script would."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def run() -> int:
        document = json.loads((data / "orders.json").read_text())
        rows = [
            {"plant": document["plant"], "order_id": order["id"], **item["material"], **item["qty"]}
            for order in document["orders"]
            for item in order["materials"]
        ]
        pq.write_table(pa.Table.from_pylist(rows), target / "rows.parquet")
        return len(rows)

    return run


def plain_lxml(data: Path, target: Path) -> Callable[[], int]:
    """lxml's iterparse on the record element, cleared as it goes; without the ancestors' values."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from lxml import etree

    paths = ["/".join(f"{{*}}{step}" for step in path.split("/")) for path in _XML_PATHS]

    def run() -> int:
        columns: list[list[str | None]] = [[] for _ in paths]
        for _, element in etree.iterparse(str(data / "performance.xml"), tag="{*}MaterialActual"):
            for column, path in zip(columns, paths, strict=True):
                column.append(element.findtext(path))
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
        pq.write_table(
            pa.table(columns, names=[str(number) for number in range(len(columns))]), target / "rows.parquet"
        )
        return len(columns[0])

    return run


register(
    Benchmark(
        name="json_document",
        title="One document of nested JSON, exploded over two arrays",
        prepare=prepare_json,
        contenders={
            "tundish": Contender(LABEL, loading(orders_contract, "orders.json", zone="Europe/Berlin")),
            "duckdb": Contender("DuckDB read_json and unnest -> Parquet", duckdb_json),
            "json": Contender("json.load and loops -> Parquet", plain_json),
        },
        reference="json",
        goals=(at_most(4, "json"), under_mib(600)),
        module=__name__,
    )
)
register(
    Benchmark(
        name="xml_records",
        title="One B2MML document, a row per material actual",
        prepare=prepare_xml,
        contenders={
            "tundish": Contender(
                LABEL, loading(shipped("b2mml", "material_actuals"), "performance.xml", zone="Europe/Berlin")
            ),
            "lxml": Contender("lxml iterparse -> Parquet", plain_lxml),
        },
        reference="lxml",
        goals=(at_most(6, "lxml"), under_mib(600)),
        module=__name__,
    )
)
register(
    Benchmark(
        name="nodeset",
        title="NodeSet2 model into the table of nodes",
        prepare=prepare_nodeset,
        contenders={
            "tundish": Contender(LABEL, loading(shipped("opcua_nodeset", "nodes"), "model.xml")),
            "lxml": Contender("lxml iterparse -> Parquet", nodes_lxml),
        },
        reference="lxml",
        goals=(under_mib(900),),
        module=__name__,
    )
)
