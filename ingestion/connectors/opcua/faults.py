"""What can go wrong between a collector and an OPC UA server.

LiveSourceError
├── ConnectionLostError      retryable: the collector tries again by itself
├── RefusedByServerError     user, certificate or security mode: a person must act
└── UntrustedServerError     the server's certificate is not in trusted/: a person must act
"""

from pathlib import Path

from ingestion.errors import TundishError


class LiveSourceError(TundishError):
    """A live source cannot be collected; `url` is its address."""

    def __init__(self, url: str, problem: str, next_step: str) -> None:
        self.url = url
        self.problem = problem
        super().__init__(f"{url}: {problem}", next_step)


class ConnectionLostError(LiveSourceError):
    """No connection, or none any more."""

    retryable = True

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(url, problem, "check address, firewall and server; the collector tries again.")


class RefusedByServerError(LiveSourceError):
    """The server is there and says no."""


class UntrustedServerError(LiveSourceError):
    """The server's certificate is unknown or out of date; it was put aside for a person to look at."""

    def __init__(self, url: str, problem: str, fingerprint: str, rejected: Path, trusted: Path) -> None:
        self.fingerprint = fingerprint
        self.rejected = rejected
        super().__init__(
            url,
            f"the server's certificate {problem} (SHA-256 {fingerprint}).",
            f"compare the fingerprint with the server's operator, then move {rejected} to {trusted}.",
        )
