"""Exports of historians as their systems write them: what becomes a reading, and what is held or put aside."""

import json
import sqlite3
from pathlib import Path

import pytest

from ingestion.contracts import Contract
from tests.unit.ingestion.historian import READING, lenient, shipped
from tests.unit.ingestion.historian_items import item, utc
from tests.unit.ingestion.home import Home

# AVEVA


def test_aveva_csv(home: Home) -> None:
    contract = shipped("aveva_historian")
    home.deliver(
        "a.csv",
        "DateTime,TagName,Value,vValue,OPCQuality,QualityDetail\n"
        "2024-03-07 06:00:00.0000000,Tank.Level,4.2,4.2,192,192\n"
        "2024-03-07 06:00:01.1234567,Tank.Level,NULL,,0,24\n"
        "2024-03-07 06:00:02.0000000,Batch.Name,NULL,B-17,192,192\n"
        "2024-03-07 06:00:03.0000000,Tank.Level,9,9,194,202\n"
        "2024-03-07 06:00:04.0000000,Tank.Level,9,9,64,192\n",
    )
    assert home.load(contract).rows_quarantined == 0
    assert home.rows(contract, f"{READING}, status_code") == [
        ("Tank.Level", utc(2024, 3, 7, 5), 4.2, None, "good", "192"),
        ("Tank.Level", utc(2024, 3, 7, 5, 0, 1, 123456), None, None, "bad", "24"),
        ("Batch.Name", utc(2024, 3, 7, 5, 0, 2), None, "B-17", "good", "192"),
        ("Tank.Level", utc(2024, 3, 7, 5, 0, 3), 9.0, None, "good", "202"),
        ("Tank.Level", utc(2024, 3, 7, 5, 0, 4), 9.0, None, "uncertain", "192"),
    ]
    assert home.rows(contract, "reading_ns, is_substituted, is_questionable, is_clamped") == [
        (0, False, False, False),
        (700, False, False, False),
        (0, False, False, False),
        (0, True, False, True),
        (0, False, True, False),
    ]


def test_aveva_odata(home: Home) -> None:
    contract = shipped("aveva_odata")
    rows = [
        {"FQN": "S.T", "DateTime": "2024-03-07T05:00:00Z", "OpcQuality": 192, "Value": 1.5, "Unit": "bar"},
        {"FQN": "S.T", "DateTime": "2024-03-07T05:00:01Z", "OpcQuality": 0, "Value": None, "Unit": "bar"},
        {"FQN": "S.U", "DateTime": "2024-03-07T05:00:02Z", "OpcQuality": 192, "Value": None, "Text": "open"},
    ]
    home.deliver("a.json", json.dumps({"@odata.context": "x", "value": rows}))
    home.load(contract)
    assert home.rows(contract, f"{READING}, uom") == [
        ("S.T", utc(2024, 3, 7, 5), 1.5, None, "good", "bar"),
        ("S.T", utc(2024, 3, 7, 5, 0, 1), None, None, "bad", "bar"),
        ("S.U", utc(2024, 3, 7, 5, 0, 2), None, "open", "good", None),
    ]


# Ignition


def ignition_file(path: Path, *, te: bool = True) -> None:
    with sqlite3.connect(path) as database:
        if te:
            database.execute(
                "CREATE TABLE sqlth_te (id INTEGER PRIMARY KEY, tagpath TEXT, scid INTEGER, datatype INTEGER, "
                "querymode INTEGER, created INTEGER, retired INTEGER)"
            )
            database.executemany(
                "INSERT INTO sqlth_te VALUES (?, ?, 1, ?, 0, 0, ?)",
                [
                    (1, "line1/temp", 1, 1709787600500),
                    (2, "line1/state", 2, None),
                    (3, "line1/temp", 0, None),
                ],
            )
        for month, rows in {
            "2024_02": [(1, None, 20.5, None, None, 192, 1709787600000)],
            "2024_03": [
                (3, 21, None, None, None, 192, 1709787601000),
                (2, None, None, "running", None, 192, 1709787602000),
                (3, None, None, None, None, 500, 1709787603001),
                (9, 1, None, None, None, 192, 1709787604000),
            ],
        }.items():
            name = f"sqlt_data_1_{month}"
            database.execute(
                f"CREATE TABLE {name} (tagid INTEGER, intvalue INTEGER, floatvalue REAL, stringvalue TEXT, "
                "datevalue TEXT, dataintegrity INTEGER, t_stamp INTEGER)"
            )
            database.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    database.close()


def test_ignition_is_stitched_by_tag_path(home: Home) -> None:
    contract = lenient(home, shipped("ignition"))
    ignition_file(home.inbox / "history.sqlite")
    home.load(contract)
    assert home.rows(contract, f"{READING}, status_code") == [
        ("line1/temp", utc(2024, 3, 7, 5), 20.5, None, "good", "192"),
        ("line1/temp", utc(2024, 3, 7, 5, 0, 1), 21.0, None, "good", "192"),
        ("line1/state", utc(2024, 3, 7, 5, 0, 2), None, "running", "good", "192"),
        ("line1/temp", utc(2024, 3, 7, 5, 0, 3, 1000), None, None, "bad", "500"),
    ]
    aside = home.quarantine(contract)
    assert [(row.source_row, row.rule) for row in aside] == [(5, "required:signal")]
    assert aside[0].raw_text.endswith(", 9")


def test_files_that_are_no_tag_history(home: Home) -> None:
    contract = shipped("ignition")
    ignition_file(home.inbox / "a.db", te=False)
    home.deliver("b.db", "SQLite format 2")
    whole = home.inbox / "c.db"
    ignition_file(whole)
    whole.write_bytes(whole.read_bytes()[:5000])
    messages = {batch.file: (batch.status, batch.message) for batch in home.load(contract).batches}
    assert {status for status, _ in messages.values()} == {"held"}
    assert "sqlth_te" in messages["a.db"][1]
    assert "byte 0" in messages["b.db"][1]
    assert "malformed" in messages["c.db"][1]


# InfluxDB annotated CSV

ANNOTATED = (
    "#group,false,false,true,true,false,false,true,true,true\r\n"
    "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339Nano,double,string,string,string\r\n"
    "#default,mean,,,,,,,,\r\n"
    ",result,table,_start,_stop,_time,_value,_field,_measurement,host\r\n"
    ",,0,2024-03-01T00:00:00Z,2024-03-31T00:00:00Z,2024-03-07T05:00:00.123456789Z,15.5,mem,m,A 1\r\n"
    ",,1,2024-03-01T00:00:00Z,2024-03-31T00:00:00Z,2024-03-07T05:00:01Z,59.25,mem,m,B\r\n"
    "\r\n"
    "#group,false,false,false,false,true,true\r\n"
    "#datatype,string,long,dateTime:RFC3339,string,string,string\r\n"
    "#default,_result,,,,,\r\n"
    ",result,table,_time,_value,_field,_measurement\r\n"
    ",,2,2024-03-07T05:00:02Z,12,batch,m\r\n"
    "\r\n"
    "#group,false,false,false,false,true\r\n"
    "#datatype,string,long,dateTime:RFC3339,long,string\r\n"
    "#default,_result,3,,,m\r\n"
    ",result,table,_time,_value,_measurement\r\n"
    "\r\n"
    "#group,false,false,false,true,true,false,false\r\n"
    "#datatype,string,long,dateTime:RFC3339,string,string,boolean,long\r\n"
    "#default,_result,,,,,,\r\n"
    ",result,table,_time,_measurement,host,on,count\r\n"
    ",,4,2024-03-07T05:00:03Z,m,A,true,9007199254740993\r\n"
    ",,4,2024-03-07T05:00:04Z,m,A,,7\r\n"
)


def test_annotated_csv_with_several_tables(home: Home) -> None:
    contract = shipped("influxdb_csv")
    home.deliver("a.csv", ANNOTATED)
    assert home.load(contract).rows_quarantined == 0
    assert home.rows(contract, "signal, value, value_text, reading_ns") == [
        ("m,host=A\\ 1 mem", 15.5, None, 789),
        ("m,host=B mem", 59.25, None, 0),
        ("m batch", None, "12", 0),
        ("m,host=A on", 1.0, None, 0),
        ("m,host=A count", 9007199254740992.0, "9007199254740993", 0),
        ("m,host=A count", 7.0, None, 0),
    ]


def test_annotated_csv_with_bad_rows(home: Home) -> None:
    contract = lenient(home, shipped("influxdb_csv"))
    header = ",result,table,_time,_value,_field,_measurement\n"
    rows = ",,0,2024-03-07T05:00:02Z,1,f,m\n,,0,2024\n,,0,later,1,f,m\n,,0,2024-03-07T05:00:02Z,1,f,\n"
    home.deliver("a.csv", header + rows)
    home.load(contract)
    assert [(row.source_row, row.line, row.rule) for row in home.quarantine(contract)] == [
        (2, 3, "malformed_row"),
        (3, 4, "type:reading_at"),
        (4, 5, "required:signal"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("a,b,c\n1,2,3\n", "without _time"),
        (
            f"{ANNOTATED}\r\n#datatype,string,string\r\n,error,reference\r\n,Failed to parse query,897\r\n",
            "Failed to parse",
        ),
    ],
)
def test_annotated_csv_that_is_held(home: Home, content: str, words: str) -> None:
    contract = shipped("influxdb_csv")
    home.deliver("a.csv", content)
    batch = home.load(contract).batches[0]
    assert (batch.status, words in batch.message) == ("held", True)


# GE Proficy and SiteWise


def test_proficy(home: Home) -> None:
    contract = shipped("proficy")
    home.deliver(
        "a.csv",
        "* exported\n[Tags]\nTagname,Description\nTIGER.F_CV,flow\n[Data]\n"
        "Tagname,TimeStamp,Value,DataQuality\n"
        "TIGER.F_CV,7/20/01 11:07,1,Good\n"
        '"TIGER.F_CV",07/20/2001 11:08:30.250,"2.5",Bad\n'
        "* the end\n[Data]\nValue,Tagname,TimeStamp,EngineeringUnits,DataQuality\nopen,V.1,07/20/2001 01:00:00 PM,,100\n",
    )
    load = home.load(contract)
    assert load.rows_quarantined == 0
    assert home.rows(contract, READING) == [
        ("TIGER.F_CV", utc(2001, 7, 20, 9, 7), 1.0, None, "good"),
        ("TIGER.F_CV", utc(2001, 7, 20, 9, 8, 30, 250000), 2.5, None, "bad"),
        ("V.1", utc(2001, 7, 20, 11), None, "open", "good"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[Tags]\nTagname,Description\n", "no [Data] section"),
        ("[Data]\nTag,Value\n", "without tagname, timestamp"),
    ],
)
def test_proficy_files_that_are_held(home: Home, content: str, words: str) -> None:
    contract = shipped("proficy")
    home.deliver("a.csv", content)
    batch = home.load(contract).batches[0]
    assert (batch.status, words in batch.message) == ("held", True)


def test_proficy_rows_that_are_put_aside(home: Home) -> None:
    contract = lenient(home, shipped("proficy"))
    home.deliver(
        "a.csv",
        "Tagname,TimeStamp,Value,DataQuality\nT,7/20/01 11:07,1,Good\nT,7/20/01 11:07\nT,20/7/01 11:07,1,Good\n"
        "T,7/20/01 11:07,1,Fine\n",
    )
    home.load(contract)
    assert [(row.line, row.rule) for row in home.quarantine(contract)] == [
        (3, "malformed_row"),
        (4, "type:reading_at"),
        (5, "type:status"),
    ]


def test_sitewise(home: Home) -> None:
    contract = shipped("sitewise")
    home.deliver(
        "a.csv",
        "/wind/3/temp,DOUBLE,1709787600,123456789,GOOD,1.5\n/wind/3/on,BOOLEAN,1709787601,0,UNCERTAIN,true\n"
        "/wind/3/name,STRING,1709787602,0,BAD,north\n/wind/3/temp,DOUBLE,1709787603,0,,2\n",
    )
    assert home.load(contract).rows_quarantined == 0
    assert home.rows(contract, f"{READING}, reading_ns") == [
        ("/wind/3/temp", utc(2024, 3, 7, 5, 0, 0, 123456), 1.5, None, "good", 789),
        ("/wind/3/on", utc(2024, 3, 7, 5, 0, 1), 1.0, None, "uncertain", 0),
        ("/wind/3/name", utc(2024, 3, 7, 5, 0, 2), None, "north", "bad", 0),
        ("/wind/3/temp", utc(2024, 3, 7, 5, 0, 3), 2.0, None, "good", 0),
    ]


@pytest.mark.parametrize(
    "system", ["pi_web_api", "ignition", "influxdb_csv", "proficy", "influxdb", "pi_datalink", "sitewise"]
)
def test_the_same_content_again_adds_nothing(home: Home, system: str) -> None:
    contract: Contract = shipped(system)
    contents = {
        "pi_web_api": json.dumps({"Name": "A", "Items": [item(0, 1)]}),
        "influxdb_csv": ANNOTATED,
        "proficy": "Tagname,TimeStamp,Value,DataQuality\nT,7/20/01 11:07,1,Good\n",
        "influxdb": "m f=1 1\n",
        "pi_datalink": "Tag,Timestamp,Value,UOM,Questionable,Substituted\nFIC-1,07-Mar-24 06:00:00,12.5,bar,,\n",
        "sitewise": "/a,DOUBLE,1709787600,0,GOOD,1.5\n",
    }
    suffix = {"pi_web_api": "json", "ignition": "db", "influxdb": "lp"}.get(system, "csv")
    if system == "ignition":
        contract = lenient(home, contract)
        ignition_file(home.inbox / "a.db")
        content: bytes = (home.inbox / "a.db").read_bytes()
    else:
        content = contents[system].encode()
        home.deliver(f"a.{suffix}", content)
    first = home.load(contract)
    assert first.rows_committed > 0
    home.deliver(f"again.{suffix}", content)
    assert home.load(contract).rows_committed == 0
