"""Payloads and a capture of others: seven published vectors, and the sequence numbers of a real plant's edge node."""

from __future__ import annotations

import base64
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.connectors.mqtt.node import Patience
from ingestion.connectors.mqtt.readings import Arrival, Output, Row
from ingestion.connectors.mqtt.schema import Payload
from ingestion.connectors.mqtt.sessions import Sessions
from ingestion.connectors.mqtt.topics import NodeId
from tests.unit.ingestion.connectors import sparkplug_wire as wire

FOLDER = Path("shared") / "data" / "fmt_sparkplug_b"
DATA = next((up / FOLDER for up in Path(__file__).parents if (up / FOLDER).is_dir()), None)
pytestmark = pytest.mark.skipif(DATA is None, reason=f"no Sparkplug B samples on this machine (../{FOLDER})")

SENT_US = 1_750_855_643_474_000
NODE = NodeId("G", "E")


@pytest.fixture(scope="module")
def vectors() -> dict[str, dict[str, Any]]:
    assert DATA is not None
    entries = json.loads((DATA / "sparkplug_vectors.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry | {"payload": base64.b64decode(entry["base64"])} for entry in entries}


class Host:
    def __init__(self) -> None:
        self.sessions, self.now_us = Sessions(Patience()), SENT_US

    def hear(self, kind: str, payload: bytes) -> list[Row]:
        out = Output()
        self.now_us += 1000
        self.sessions.take(Arrival(self.now_us, f"spBv1.0/G/{kind}/E", payload), out)
        return out.rows

    def wait(self) -> list[Row]:
        out = Output()
        self.now_us += 3_000_000
        self.sessions.tick(self.now_us, out)
        return out.rows


def short(rows: list[Row]) -> list[tuple[Any, ...]]:
    return [(row.signal, row.value, row.status, row.status_code) for row in rows]


def test_every_vector_has_the_metrics_it_is_said_to_have(vectors: dict[str, dict[str, Any]]) -> None:
    assert len(vectors) == 7
    for vector in vectors.values():
        payload = Payload.FromString(vector["payload"])
        assert (len(payload.metrics), payload.timestamp) == (vector["metrics"], SENT_US // 1000)
        assert payload.SerializeToString(deterministic=True) == vector["payload"]  # nothing was left unread


def test_vectors_as_one_session(vectors: dict[str, dict[str, Any]]) -> None:
    host = Host()
    assert short(host.hear("NBIRTH", vectors["NBIRTH_V1"]["payload"])) == [
        ("G/E:Temperature", 21.5, "good", None)
    ]
    rows = host.hear("NDATA", vectors["NDATA_V1"]["payload"])
    assert short(rows) == [("G/E:Temperature", 22.5, "good", None)]
    assert (rows[0].reading_at, rows[0].server_at) == (SENT_US, SENT_US)
    assert (
        host.hear("NDEATH", vectors["NDEATH_V1"]["payload"]) == []
    )  # bdSeq 0: not of this session, which is 88
    assert host.hear("NDATA", vectors["NDATA_GAP"]["payload"]) == []  # number 5, though 2 is next
    assert host.sessions.rebirths(host.now_us) == []
    assert short(host.wait()) == [("G/E:Temperature", 27.0, "uncertain", "sequence_gap")]
    assert host.sessions.rebirths(host.now_us) == [NODE]


def test_sequence_wraps_from_255_to_0(vectors: dict[str, dict[str, Any]]) -> None:
    host = Host()
    host.hear("NBIRTH", vectors["NBIRTH_V1"]["payload"])
    for seq in range(1, 256):
        metric = wire.metric(None, ("double_value", float(seq)), alias=100)
        assert len(host.hear("NDATA", wire.payload([metric], seq=seq, at=SENT_US // 1000))) == 1
    rows = host.hear("NDATA", vectors["NDATA_WRAPAROUND"]["payload"])
    assert short(rows) == [("G/E:Temperature", 30.0, "good", None)]
    assert host.sessions.rebirths(host.now_us) == []


def test_data_before_birth_is_put_aside_whole(vectors: dict[str, dict[str, Any]]) -> None:
    host, vector = Host(), vectors["NDATA_BEFORE_BIRTH"]
    assert host.hear("NDATA", vector["payload"]) == []
    (row,) = host.wait()
    assert (row.signal, row.status_code) == (None, "not_decoded")
    assert json.loads(row.value_text or "")["payload_base64"] == vector["base64"]
    assert host.sessions.rebirths(host.now_us) == [NODE]


def test_birth_of_102_metrics(vectors: dict[str, dict[str, Any]]) -> None:
    rows = Host().hear("NBIRTH", vectors["NBIRTH_LARGE"]["payload"])
    assert short(rows) == [(f"G/E:Metric_{index}", index * 1.5, "good", None) for index in range(1, 101)]


def test_capture_of_a_plant_loses_nothing_and_sees_every_break() -> None:
    assert DATA is not None
    with (DATA / "pcap_patterns.csv").open(encoding="utf-8") as handle:
        lines = [line for line in handle if line.strip() and not line.startswith("#")]
    captured = [row for row in csv.DictReader(lines) if row["edge_node_id"] == "702" and row["seq"]]
    assert len(captured) == 502
    first = int(captured[0]["payload_timestamp"])
    sessions, out = Sessions(Patience()), Output()
    start = wire.payload([], seq=(int(captured[0]["seq"]) - 1) % 256, at=first)
    sessions.take(Arrival(first * 1000, "spBv1.0/org_A/NBIRTH/702", start), out)
    sent = 0
    for row in captured:
        names = range(int(row["metric_count"]))
        metrics = [wire.metric(f"m{index}", ("int_value", index), kind=3) for index in names]
        payload = wire.payload(metrics, seq=int(row["seq"]), at=int(row["payload_timestamp"]))
        now_us = first * 1000 + round(float(row["timestamp"]) * 1e6)
        sessions.take(Arrival(now_us, row["topic"], payload), out)
        sent += len(metrics)
    sessions.tick(now_us + 3_000_000, out)
    assert len(out.rows) == sent
    assert {row.status for row in out.rows} == {"uncertain"}
    assert out.counts["gaps"] == 16  # the breaks in the capture
    assert out.counts["rejected"] == 0
