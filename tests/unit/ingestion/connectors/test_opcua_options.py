"""Options of an OPC UA connection: what is wrong is named, with what to write."""

from pathlib import Path
from typing import Any

import pytest

from ingestion.connectors.opcua.options import OpcUaOptions, opcua_options
from ingestion.connectors.opcua.setup import warnings
from ingestion.errors import PlantError

GOOD: dict[str, Any] = {
    "url": "opc.tcp://plc:4840",
    "nodes": ["ns=2;s=Line1.Speed", {"node": "Objects/2:Line1/**", "deadband": 0.5, "queue_size": 7}],
    "user": "collector",
    "password": {"env": "OPCUA_PASSWORD"},
}


def checked(**changes: Any) -> OpcUaOptions:
    given = {**GOOD, **changes}
    options = {name: value for name, value in given.items() if value is not None}
    return opcua_options(options, Path("plant.yml"), "opcua")


def test_security_is_the_strict_one_unless_the_plant_says_otherwise() -> None:
    options = checked()
    assert (options.security, options.policy) == ("SignAndEncrypt", "Basic256Sha256")
    assert warnings(options) == []


def test_sampling_can_be_set_for_all_and_for_one_entry() -> None:
    options = checked(sampling_ms=100, queue_size=50)
    assert [(one.sampling_ms, one.queue_size, one.deadband) for one in options.nodes] == [
        (100.0, 50, 0.0),
        (100.0, 7, 0.5),
    ]


def test_the_open_way_is_possible_with_a_warning() -> None:
    told = warnings(checked(security="None", user=None, password=None, anonymous=True))
    assert len(told) == 2
    assert "anonymous" in told[1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": "http://plc"}, r"url is 'http://plc'.*opc\.tcp"),
        ({"nodes": []}, r"nodes are missing.*write nodes"),
        ({"nodes": [{"deadband": 1}]}, r"an entry of nodes is"),
        ({"nodes": [{"node": "i=85", "colour": 1}]}, r"unknown options colour"),
        ({"publishing": 5}, r"unknown options publishing.*publishing_ms"),
        ({"publishing_ms": "fast"}, r"publishing_ms is 'fast'"),
        ({"queue_size": -1}, r"queue_size is -1"),
        ({"security": "none"}, r"security is 'none'.*SignAndEncrypt, Sign, None"),
        ({"policy": "Basic128Rsa15"}, r"policy is 'Basic128Rsa15'"),
        ({"user": None, "password": None}, r"neither user nor anonymous"),
        ({"password": None}, r"user without password.*env: NAME"),
        ({"spool": {"when_full": "panic"}}, r"spool\.when_full is 'panic'"),
        ({"mode": "both"}, r"mode is 'both'.*live, history"),
        ({"deadband_kind": "relative"}, r"deadband_kind is 'relative'"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PlantError, match=message):
        checked(**changes)
