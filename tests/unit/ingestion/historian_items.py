"""Values of readings as tests of historian exports write and compare them. Here: helpers, no tests."""

from datetime import UTC, datetime
from typing import Any

FLAGS = "status, is_substituted, is_questionable, is_clamped"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def item(second: int, value: Any, **extra: Any) -> dict[str, Any]:
    return {
        "Timestamp": f"2024-03-07T05:00:{second:02}.1234567Z",
        "Value": value,
        "UnitsAbbreviation": "bar",
        "Good": True,
        "Questionable": False,
        "Substituted": False,
        "Annotated": False,
        **extra,
    }
