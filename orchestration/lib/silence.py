"""Which machines and sources are silent, and telling the plant's channels.

Here: silence as the warehouse and the landing folders show it. Not here: messages (``serving.alerts``), flags of single signals
(``quality.health``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import duckdb

from ingestion.connectors.secrets import resolve
from ingestion.plant import PLANT_SYSTEM
from orchestration.lib.landing import delivered_files
from orchestration.lib.workspace import Workspace
from serving.alerts.channels import send
from serving.alerts.episodes import tell
from serving.errors import AlertNotSentError

MACHINES = """
    with last as (
        select dim_signal.equipment_id, site_code, max(minute_at) as last_at
        from core.fct_signal_minute join core.dim_signal using (signal_id, site_code)
        where reading_count > 0 and dim_signal.equipment_id is not null group by all
    )
    select equipment_id, last_at from last
    qualify epoch(max(last_at) over (partition by site_code)) - epoch(last_at) > ? order by all"""


def silent_machines(workspace: Workspace) -> dict[str, str]:
    """Return machines all of whose signals stopped while their site went on, with the minute of the last reading."""
    limit = workspace.plant.alerts.machine_silence_s
    if not limit or not workspace.settings.warehouse_path.is_file():
        return {}
    with duckdb.connect(str(workspace.settings.warehouse_path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.execute(MACHINES, [limit]).fetchall()
    return {f"machine {name}": last_at.isoformat() for name, last_at in rows}


def silent_sources(workspace: Workspace, now: datetime) -> dict[str, str]:
    """Return sources whose newest file is too old, with the time of that file; one that never delivered is no silence."""
    limit = workspace.plant.alerts.source_silence_s
    newest: dict[str, float] = {}
    for file in delivered_files(workspace) if limit else ():
        newest[file.system] = max(file.modified_ns / 1e9, newest.get(file.system, 0.0))
    newest.pop(PLANT_SYSTEM, None)
    return {
        f"source {system}": datetime.fromtimestamp(int(at), UTC).isoformat()
        for system, at in newest.items()
        if now.timestamp() - at > limit
    }


def alert_silence(workspace: Workspace, now: datetime | None = None) -> list[AlertNotSentError]:
    """Tell the channels of the plant what is silent and what is back; return what could not be sent. Nothing without channels."""
    plant = workspace.plant
    if not plant.alerts.channels:
        return []
    silent = silent_machines(workspace) | silent_sources(workspace, now or datetime.now(UTC))
    senders = {
        f"{number} {channel.kind}": partial(
            send, channel.kind, resolve(channel.options, plant.folder, f"alerts: channel {channel.kind}")
        )
        for number, channel in enumerate(plant.alerts.channels, start=1)
    }
    return tell(workspace.settings.home / "alerts.json", silent, senders)
