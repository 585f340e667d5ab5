"""Alerts over real sockets: one message when something falls silent, one when it is back, nothing in between."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
import yaml

from ingestion.alerting import read_alerts
from ingestion.errors import PlantError
from orchestration.lib.silence import alert_silence
from tests.unit.serving.receivers import Mail, Web, serving

NOON = datetime(2025, 10, 6, 12, tzinfo=UTC)


class Plant:
    """A home with a warehouse of two machines, and a plant file with channels."""

    def __init__(self, folder: Path, channels: list[dict[str, object]]) -> None:
        self.folder = folder
        alerts = read_alerts(folder / "plant.yml", {"channels": channels})
        path = folder / "tundish.duckdb"
        self.workspace = SimpleNamespace(
            plant=SimpleNamespace(alerts=alerts, folder=folder, sources=()),
            settings=SimpleNamespace(warehouse_path=path, home=folder),
            contracts=(),
        )
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema core")
            connection.execute(
                "create table core.dim_signal as select * from (values ('a', 'S', 'S-M1'), ('b', 'S', 'S-M2')) as t (signal_id, site_code, equipment_id)"
            )
            connection.execute(
                "create table core.fct_signal_minute (signal_id varchar, site_code varchar, minute_at timestamptz, reading_count bigint)"
            )

    def read(self, signal: str, hours: float) -> None:
        """A reading of a signal, hours after noon."""
        with duckdb.connect(str(self.workspace.settings.warehouse_path)) as connection:
            connection.execute(
                "insert into core.fct_signal_minute select ?, 'S', ?::timestamptz + ? * interval 1 hour, 1",
                [signal, NOON, hours],
            )

    def look(self) -> int:
        """Messages that could not be sent."""
        return len(alert_silence(self.workspace, NOON))  # type: ignore[arg-type]


def test_one_alert_and_one_all_clear_by_every_channel(tmp_path: Path) -> None:
    with serving(Web()) as hook, serving(Web()) as slack, serving(Mail()) as mail:
        (tmp_path / "hook.txt").write_text(slack.url)
        plant = Plant(tmp_path, [
            {"kind": "webhook", "url": hook.url},
            {"kind": "slack", "url": {"file": "hook.txt"}},
            {"kind": "email", "host": "127.0.0.1", "port": mail.server_address[1], "sender": "t@plant.example", "recipients": ["a@plant.example"]},
        ])  # fmt: skip
        plant.read("a", 0)
        plant.read("b", 0.5)
        plant.look()
        assert (hook.got, slack.got, mail.got) == ([], [], [])
        plant.read("b", 3)
        for _ in range(3):
            assert plant.look() == 0
        assert [(m["event"], m["subject"], m["since"]) for m in hook.got] == [
            ("silent", "machine S-M1", "2025-10-06T12:00:00+00:00")
        ]
        assert [m["text"] for m in slack.got] == ["machine S-M1 is silent since 2025-10-06T12:00:00+00:00"]
        assert len(mail.got) == 1
        assert "Subject: [silent] machine S-M1" in mail.got[0]
        plant.read("a", 3)
        for _ in range(3):
            assert plant.look() == 0
        assert [m["event"] for m in hook.got] == ["silent", "cleared"]
        assert (len(slack.got), len(mail.got)) == (2, 2)


def test_a_channel_that_fails_is_told_later_and_the_others_once(tmp_path: Path) -> None:
    with serving(Web()) as good, serving(Web()) as bad:
        plant = Plant(tmp_path, [{"kind": "webhook", "url": good.url}, {"kind": "webhook", "url": bad.url}])
        bad.status = 503
        plant.read("a", 0)
        plant.read("b", 3)
        assert plant.look() == 1
        assert plant.look() == 1
        bad.status = 200
        assert plant.look() == 0
        assert len(good.got) == len(bad.got) == 1


def test_no_channel_no_look(tmp_path: Path) -> None:
    plant = Plant(tmp_path, [])
    plant.read("a", 0)
    plant.read("b", 9)
    assert plant.look() == 0
    assert not (tmp_path / "alerts.json").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "not a mapping"),
        ("{after: 3}", "unknown key 'after'"),
        ("{machine_silence_s: -1}", "machine_silence_s is -1"),
        ("{channels: [{kind: pager}]}", "'pager' is no kind"),
        ("{channels: [{kind: slack}]}", "lacks url"),
        ("{channels: [{kind: slack, url: x, colour: red}]}", "no option 'colour'"),
        ("{channels: [{kind: email, host: h, sender: s, recipients: [r], password: secret}]}", "password"),
    ],
)
def test_a_wrong_section_names_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(PlantError, match=words):
        read_alerts(Path("plant.yml"), yaml.safe_load(text))
