"""The contracts of b2mml on messages of several versions of the standard, written for this test."""

import pytest

from ingestion.contracts import Contract, load_contracts
from tests.unit.ingestion.home import Home

CONTRACTS = {contract.table: contract for contract in load_contracts(["b2mml"])}
AREA = "<ApplicationArea><Sender><LogicalID>MES1</LogicalID></Sender><CreationDateTime>{at}</CreationDateTime></ApplicationArea>"
OPERATIONS = f"""<SyncOperationsPerformance xmlns="NAMESPACE">
{AREA.format(at="2025-03-30T03:30:00.1234567+02:00")}
<DataArea><OperationsPerformance><ID>P-1</ID>
  <OperationsType>Production</OperationsType><HierarchyScope><EquipmentID>LINE1</EquipmentID></HierarchyScope>
  <StartTime>2025-03-30T00:00:00Z</StartTime><Endtime>2025-03-30T08:00:00Z</Endtime>
  <OperationsResponse><ID>R-1</ID><OperationsRequestID>4711</OperationsRequestID>
    <SegmentResponse><ID>S-1</ID><ProcessSegmentID>Mixing</ProcessSegmentID>
      <ActualStartTime>2025-03-30T01:00:00+01:00</ActualStartTime><ActualEndTime>2025-03-30T03:00:00+02:00</ActualEndTime>
      <SegmentData><ID>Speed</ID><Value><ValueString>12.5</ValueString><DataType>double</DataType><UnitOfMeasure>1/min</UnitOfMeasure></Value></SegmentData>
      <PersonnelActual><PersonID>0815</PersonID><Quantity><QuantityString>2</QuantityString><UnitOfMeasure>h</UnitOfMeasure></Quantity></PersonnelActual>
      <EquipmentActual><EquipmentID>MIXER1</EquipmentID></EquipmentActual>
      <MaterialActual><MaterialDefinitionID>SUGAR</MaterialDefinitionID><MaterialLotID>L1</MaterialLotID><MaterialUse>Consumed</MaterialUse>
        <Quantity><QuantityString>2.50</QuantityString><DataType>decimal</DataType><UnitOfMeasure>kg</UnitOfMeasure><Key>net</Key></Quantity>
        <Quantity><QuantityString>2.75</QuantityString><DataType>decimal</DataType><UnitOfMeasure>kg</UnitOfMeasure><Key>gross</Key></Quantity>
        <MaterialActualProperty><ID>Moisture</ID><Value><ValueString>0.3</ValueString><UnitOfMeasure>%</UnitOfMeasure></Value></MaterialActualProperty>
      </MaterialActual>
      <MaterialActual><MaterialDefinitionID>DOUGH</MaterialDefinitionID><MaterialUse>Produced</MaterialUse></MaterialActual>
      <SegmentResponse><ID>S-1-1</ID><MaterialActual><MaterialDefinitionID>WATER</MaterialDefinitionID><MaterialUse>Consumed</MaterialUse></MaterialActual></SegmentResponse>
      <SegmentState>Completed</SegmentState>
    </SegmentResponse>
    <ResponseState>Completed</ResponseState>
  </OperationsResponse>
</OperationsPerformance></DataArea></SyncOperationsPerformance>"""
PRODUCTION = f"""<p:SyncProductionPerformance xmlns:p="http://www.wbf.org/xml/B2MML-V0401">
{AREA.format(at="2012-11-29T11:58:25Z").replace("<", "<p:").replace("<p:/", "</p:")}
<p:DataArea><p:ProductionPerformance><p:ID>P-2</p:ID><p:EndTime>2012-11-29T11:00:00Z</p:EndTime>
  <p:ProductionResponse><p:ID>R-2</p:ID><p:ProductionRequestID>4712</p:ProductionRequestID>
    <p:SegmentResponse><p:ID>Weighing</p:ID>
      <p:MaterialConsumedActual><p:MaterialDefinitionID>SALT</p:MaterialDefinitionID>
        <p:Quantity><p:QuantityString>0.41</p:QuantityString><p:UnitOfMeasure>KG</p:UnitOfMeasure></p:Quantity></p:MaterialConsumedActual>
      <p:MaterialProducedActual><p:MaterialDefinitionID>BRINE</p:MaterialDefinitionID></p:MaterialProducedActual>
    </p:SegmentResponse>
  </p:ProductionResponse></p:ProductionPerformance></p:DataArea></p:SyncProductionPerformance>"""
MASTER = """<{root} xmlns="http://www.mesa.org/xml/B2MML-V0600"><DataArea>{body}</DataArea></{root}>"""
NEWEST = "http://www.mesa.org/xml/B2MML"


def load(home: Home, table: str) -> Contract:
    contract = CONTRACTS[table]
    for batch in home.load(contract).batches:
        assert batch.status in ("committed", "known"), batch.message
    return contract


@pytest.fixture
def performance(home: Home) -> Home:
    home.deliver("a.xml", OPERATIONS.replace("NAMESPACE", NEWEST))
    home.deliver("b.xml", PRODUCTION)
    return home


def test_responses_of_both_generations(performance: Home) -> None:
    columns = "message, sender, response_id, request_id, performance_id, operations_type, hierarchy_scope"
    times = "performance_started_at::varchar, performance_ended_at::varchar, response_state, message_created_at::varchar"
    assert performance.rows(load(performance, "responses"), f"{columns}, {times}") == [
        (
            "SyncOperationsPerformance", "MES1", "R-1", "4711", "P-1", "Production", "LINE1",
            "2025-03-30 00:00:00+00", "2025-03-30 08:00:00+00", "Completed", "2025-03-30 01:30:00.123456+00",
        ),
        (
            "SyncProductionPerformance", "MES1", "R-2", "4712", "P-2", None, None,
            None, "2012-11-29 11:00:00+00", None, "2012-11-29 11:58:25+00",
        ),
    ]  # fmt: skip


def test_segments_in_segments(performance: Home) -> None:
    columns = (
        "segment_response_id, parent_segment_response_id, response_id, process_segment_id, segment_state"
    )
    contract = load(performance, "segment_responses")
    assert performance.rows(contract, columns) == [
        ("S-1", None, "R-1", "Mixing", "Completed"),
        ("S-1-1", "S-1", "R-1", None, None),
        ("Weighing", None, "R-2", None, None),
    ]
    ((hours,),) = performance.rows(contract, "epoch(ended_at - started_at) / 3600")[:1]
    assert hours == 1  # over the night when the clock goes forward


def test_material_actuals_have_a_row_per_quantity(performance: Home) -> None:
    columns = "response_id, segment_response_id, process_segment_id, actual_kind, actual_no, material_definition_id, material_use"
    quantity = "quantity, uom, quantity_key, quantity_no"
    assert performance.rows(load(performance, "material_actuals"), f"{columns}, {quantity}") == [
        ("R-1", "S-1", "Mixing", "MaterialActual", 1, "SUGAR", "Consumed", 2.5, "kg", "net", 1),
        ("R-1", "S-1", "Mixing", "MaterialActual", 1, "SUGAR", "Consumed", 2.75, "kg", "gross", 2),
        ("R-1", "S-1", "Mixing", "MaterialActual", 2, "DOUGH", "Produced", None, None, None, None),
        ("R-1", "S-1-1", "S-1-1", "MaterialActual", 1, "WATER", "Consumed", None, None, None, None),
        ("R-2", "Weighing", "Weighing", "MaterialConsumedActual", 1, "SALT", None, 0.41, "KG", None, 1),
        ("R-2", "Weighing", "Weighing", "MaterialProducedActual", 1, "BRINE", None, None, None, None, None),
    ]  # fmt: skip


def test_people_equipment_and_data_of_a_segment(performance: Home) -> None:
    personnel, equipment = load(performance, "personnel_actuals"), load(performance, "equipment_actuals")
    data, properties = load(performance, "segment_data"), load(performance, "properties")
    assert performance.rows(personnel, "segment_response_id, person_id, quantity, uom") == [
        ("S-1", performance.pseudonym("0815"), 2.0, "h")
    ]
    assert performance.rows(equipment, "segment_response_id, equipment_id, quantity") == [
        ("S-1", "MIXER1", None)
    ]
    assert performance.rows(data, "response_id, parameter_id, value_text, value_data_type, uom") == [
        ("R-1", "Speed", "12.5", "double", "1/min")
    ]
    columns = "property_kind, owner_kind, owner_id, owner_no, property_id, value_text, uom"
    assert performance.rows(properties, columns) == [
        ("MaterialActualProperty", "MaterialActual", "L1", 1, "Moisture", "0.3", "%")
    ]


def test_master_data_is_replaced_by_key(home: Home) -> None:
    site = "<Equipment><ID>SITE</ID><EquipmentLevel>Site</EquipmentLevel>{inner}</Equipment>"
    cell = "<Equipment><ID>CELL</ID><Description>{text}</Description><EquipmentElementLevel>WorkCell</EquipmentElementLevel></Equipment>"
    for name, text in (("a", "old"), ("b", "new")):
        body = f"<EquipmentInformation>{site.format(inner=cell.format(text=text))}</EquipmentInformation>"
        home.deliver(f"{name}.xml", MASTER.format(root="SyncEquipmentInformation", body=body))
    person = "<Person><ID>0815</ID><PersonName>A. Person</PersonName><PersonnelClassID>Operator</PersonnelClassID></Person>"
    home.deliver(
        "c.xml",
        MASTER.format(
            root="SyncPersonnelInformation", body=f"<PersonnelInformation>{person}</PersonnelInformation>"
        ),
    )
    columns = "equipment_id, parent_equipment_id, equipment_level, description"
    assert home.rows(load(home, "equipment"), columns, order="1 desc") == [
        ("SITE", None, "Site", None),
        ("CELL", "SITE", "WorkCell", "new"),
    ]
    assert home.rows(load(home, "persons"), "person_id, person_name, personnel_class_id") == [
        (home.pseudonym("0815"), home.pseudonym("A. Person"), "Operator")
    ]


def test_lots_sublots_and_their_stock(home: Home) -> None:
    quantity = "<Quantity><QuantityString>{amount}</QuantityString><DataType>decimal</DataType><UnitOfMeasure>kg</UnitOfMeasure></Quantity>"
    sublot = f"<MaterialSubLot><ID>L1-1</ID><Status>Valid</Status><StorageLocation>BIN7</StorageLocation>{quantity.format(amount=24.91)}</MaterialSubLot>"
    lot = f"<MaterialLot><ID>L1</ID><MaterialDefinitionID>SUGAR</MaterialDefinitionID>{sublot}</MaterialLot>"
    unit = "<MaterialDefinitionProperty><ID>BaseUnitOfMeasure</ID><Value><ValueString>kg</ValueString></Value></MaterialDefinitionProperty>"
    definition = f"<MaterialDefinition><ID>SUGAR</ID><Description>Sugar</Description><Description>Zucker</Description>{unit}</MaterialDefinition>"
    body = f"<MaterialInformation><ID>M</ID>{definition}{lot}<MaterialLot><ID>L2</ID></MaterialLot></MaterialInformation>"
    home.deliver("a.xml", MASTER.format(root="SyncMaterialInformation", body=body))
    assert home.rows(load(home, "material_definitions"), "material_definition_id, description, base_uom") == [
        ("SUGAR", "Sugar; Zucker", "kg")
    ]
    assert home.rows(load(home, "material_lots"), "material_lot_id, material_definition_id, material_information_id") == [
        ("L1", "SUGAR", "M"), ("L2", None, "M"),
    ]  # fmt: skip
    assert home.rows(
        load(home, "material_sublots"), "material_sublot_id, material_lot_id, storage_location"
    ) == [("L1-1", "L1", "BIN7")]
    columns = "item_kind, item_id, material_lot_id, material_definition_id, item_status, quantity, uom"
    assert home.rows(load(home, "inventory"), columns) == [
        ("MaterialSubLot", "L1-1", "L1", "SUGAR", "Valid", 24.91, "kg")
    ]


@pytest.mark.parametrize(
    "namespace", [NEWEST, f"{NEWEST}-V0600", f"{NEWEST}-V0401", "http://www.wbf.org/xml/B2MML-V03"]
)
def test_namespaces_old_and_new_give_the_same_rows(home: Home, namespace: str) -> None:
    home.deliver("a.xml", OPERATIONS.replace("NAMESPACE", namespace))
    assert len(home.rows(load(home, "material_actuals"), "quantity")) == 4


def test_another_namespace_is_held_and_named(home: Home) -> None:
    home.deliver("a.xml", OPERATIONS.replace("NAMESPACE", "http://example.org/xml/Other"))
    (batch,) = home.load(CONTRACTS["responses"]).batches
    assert batch.status == "held"
    assert "namespace 'http://example.org/xml/Other', not http://www.mesa.org/xml/B2MML*" in batch.message


def test_time_without_offset_is_quarantined_with_its_xml(home: Home) -> None:
    late = OPERATIONS.replace("NAMESPACE", NEWEST).replace("01:00:00+01:00", "01:00:00")
    home.deliver("a.xml", late)
    (batch,) = home.load(CONTRACTS["segment_responses"]).batches
    assert batch.status == "held"  # one of two rows is more than the contract allows
    assert "type:started_at" in batch.message
