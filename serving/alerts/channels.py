"""Sending one notice: webhook (JSON), Slack (incoming webhook), e-mail (SMTP).

Here: what goes over the wire. Not here: whether it must (episodes.py). Secrets in options are resolved by the caller.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from typing import Any

import httpx

from serving.errors import AlertNotSentError

TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Notice:
    """`event` is silent or cleared; `since` is when the silence began, ISO 8601 in UTC."""

    event: str
    subject: str
    since: str

    @property
    def text(self) -> str:
        """One line for people."""
        if self.event == "silent":
            return f"{self.subject} is silent since {self.since}"
        return f"{self.subject} reports again; it was silent since {self.since}"


def send(kind: str, options: Mapping[str, Any], notice: Notice) -> None:
    """Send a notice over a channel. Raises AlertNotSentError."""
    try:
        SENDERS[kind](options, notice)
    except (httpx.HTTPError, httpx.InvalidURL, smtplib.SMTPException, OSError) as error:
        raise AlertNotSentError(kind, notice.subject, f"{type(error).__name__}: {error}") from error


def _webhook(options: Mapping[str, Any], notice: Notice) -> None:
    body = {**asdict(notice), "text": notice.text}
    _post(options["url"], body, options.get("headers") or {})


def _slack(options: Mapping[str, Any], notice: Notice) -> None:
    _post(options["url"], {"text": notice.text}, {})


def _post(url: str, body: Mapping[str, str], headers: Mapping[str, str]) -> None:
    httpx.post(url, json=body, headers=dict(headers), timeout=TIMEOUT_S).raise_for_status()


def _email(options: Mapping[str, Any], notice: Notice) -> None:
    message = EmailMessage()
    message["Subject"] = f"[{notice.event}] {notice.subject}"
    message["From"] = options["sender"]
    message["To"] = ", ".join(options["recipients"])
    message.set_content(notice.text + "\n")
    with smtplib.SMTP(options["host"], int(options.get("port", 25)), timeout=TIMEOUT_S) as server:
        if options.get("starttls"):
            server.starttls()
        if options.get("user"):
            server.login(options["user"], options.get("password", ""))
        server.send_message(message)


SENDERS: dict[str, Callable[[Mapping[str, Any], Notice], None]] = {
    "webhook": _webhook,
    "slack": _slack,
    "email": _email,
}
