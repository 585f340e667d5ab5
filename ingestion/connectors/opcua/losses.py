"""What nobody has: values that changed while they could not be had, with the signals, the times and the reason.

Told to people, and kept in gaps.jsonl beside the spool. Does not belong here: filling gaps (filling.py).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_SHOWN = 3


@dataclass(frozen=True)
class Loss:
    """Changes of these signals after `start` and before `end` are lost; `why` is the reason by signal."""

    start: datetime
    end: datetime
    why: Mapping[str, str]

    @property
    def text(self) -> str:
        """One line for people."""
        shown = ", ".join(f"{name} ({why})" for name, why in list(self.why.items())[:_SHOWN])
        more = f" and {len(self.why) - _SHOWN} more" if len(self.why) > _SHOWN else ""
        return (
            f"lost: what changed between {self.start:%Y-%m-%d %H:%M:%S.%f} and {self.end:%Y-%m-%d %H:%M:%S.%f} UTC "
            f"of {len(self.why)} signals without history: {shown}{more}"
        )

    def note(self, folder: Path) -> None:
        """Keep it: one JSON object a line in gaps.jsonl of `folder`."""
        told = {
            "noted_at": datetime.now(UTC).isoformat(),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "signals": dict(self.why),
        }
        with (folder / "gaps.jsonl").open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(told, ensure_ascii=False) + "\n")
