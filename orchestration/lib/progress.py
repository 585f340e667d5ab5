"""How assets tell a person that they move on, without knowing who listens.

Here: the small protocol and the silent listener. Not here: drawing it (``cli.display``).
"""

from __future__ import annotations

from typing import Protocol


class Reporter(Protocol):
    """Listener of a run. Every method may be called often, from several threads, and must return quickly."""

    def system(self, system: str) -> None:
        """Loading of one system begins; others may load at the same time."""

    def loaded(self, system: str) -> None:
        """Loading of one system is over."""

    def bytes_read(self, table: str, done: int, total: int) -> None:
        """``done`` of ``total`` bytes of the new files of a raw table are read."""

    def models(self, name: str, done: int, total: int) -> None:
        """``done`` of ``total`` models and tests of the warehouse are finished, ``name`` is the latest."""

    def note(self, text: str) -> None:
        """Something a person wants to know at once."""


class Silence:
    """Listener that does nothing: what runs under the daemon uses."""

    def system(self, system: str) -> None:
        """Do nothing."""

    def loaded(self, system: str) -> None:
        """Do nothing."""

    def bytes_read(self, table: str, done: int, total: int) -> None:
        """Do nothing."""

    def models(self, name: str, done: int, total: int) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""
