"""Which sources `tundish collect mqtt` takes, and what it says where there is none."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from ingestion.errors import PlantError
from ingestion.plant import Plant, load_plant
from ingestion.settings import Settings
from orchestration.cli import app
from orchestration.cli.collect_mqtt import chosen

MQTT = {"connection": {"kind": "mqtt", "host": "127.0.0.1", "port": 1}}


def plant(folder: Path, **sources: object) -> Plant:
    site = {"site_code": "1000", "name": "Test", "timezone": "UTC"}
    (folder / "plant.yml").write_text(yaml.safe_dump({"sites": [site], "sources": sources}, sort_keys=False))
    return load_plant(folder, Settings(home=folder, plant=folder))


def test_all_sources_of_that_kind_or_the_named_ones(tmp_path: Path) -> None:
    found = plant(tmp_path, sparkplug_b=MQTT, mqtt_json=MQTT, opcua={"connection": {"kind": "opcua"}}, mes={})
    assert [source.system for source in chosen(found, [])] == ["sparkplug_b", "mqtt_json"]
    assert [source.system for source in chosen(found, ["mqtt_json"])] == ["mqtt_json"]


def test_no_source_of_that_kind_and_no_contract_are_set_up_errors(tmp_path: Path) -> None:
    with pytest.raises(PlantError, match="no source has a connection of kind mqtt"):
        chosen(plant(tmp_path, mes={}), [])
    with pytest.raises(PlantError, match="'nothing' is not active"):
        chosen(plant(tmp_path, sparkplug_b=MQTT), ["nothing"])


def test_command_teaches_by_example_and_names_what_is_wrong(tmp_path: Path) -> None:
    teaches = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["collect", "mqtt", "--help"])
    for part in ("--home", "--plant", "--system", "--for", "Example", "Exit codes"):
        assert part in teaches.output
    plant(tmp_path, sparkplug_b={"connection": {"kind": "mqtt"}})
    wrong = CliRunner().invoke(app, ["collect", "mqtt", "--plant", str(tmp_path), "--home", str(tmp_path)])
    assert wrong.exit_code == 2
    assert "connection.host: Field required" in wrong.output


def test_broker_that_is_away_is_told_and_the_time_ends(tmp_path: Path) -> None:
    plant(tmp_path, sparkplug_b=MQTT)
    place = ["--plant", str(tmp_path), "--home", str(tmp_path / "home")]
    done = CliRunner().invoke(app, ["collect", "mqtt", *place, "--for", "1"])
    assert done.exit_code == 0
    assert "127.0.0.1:1 cannot be reached: [Errno 111] Connection refused; trying again" in done.output
