"""One alert for each silence, one when it is over, over restarts and failing channels.

Here: what each channel was told, kept in a JSON file of the home. Not here: sending (channels.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from serving.alerts.channels import Notice
from serving.atomic import write_json
from serving.errors import AlertNotSentError

State = dict[str, dict[str, Any]]
Senders = Mapping[str, Callable[[Notice], None]]


def tell(path: Path, silent: Mapping[str, str], senders: Senders) -> list[AlertNotSentError]:
    """Tell each channel what fell silent and what is back, once; return what could not be sent.

    `silent` has the instant since when (ISO 8601) of each silent subject. What a channel did not take is sent to it again by
    the next call, and nothing to the others. A kill between sending and noting it repeats one message.
    """
    state: State = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    failures: list[AlertNotSentError] = []
    for subject, since in silent.items():
        entry = state.setdefault(subject, {"since": since, "told": []})
        for name in [name for name in senders if name not in entry["told"]]:
            if _sent(senders[name], Notice("silent", subject, entry["since"]), failures):
                entry["told"].append(name)
                write_json(path, state)
    for subject in [subject for subject in state if subject not in silent]:
        entry = state[subject]
        for name in list(entry["told"]):
            gone = name not in senders
            if gone or _sent(senders[name], Notice("cleared", subject, entry["since"]), failures):
                entry["told"].remove(name)
                write_json(path, state)
        if not entry["told"]:
            del state[subject]
            write_json(path, state)
    return failures


def _sent(send: Callable[[Notice], None], notice: Notice, failures: list[AlertNotSentError]) -> bool:
    try:
        send(notice)
    except AlertNotSentError as error:
        failures.append(error)
        return False
    return True
