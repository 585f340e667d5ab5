"""A REST service that may be slow, busy or broken: one client with credentials, patience and manners.

Options of a connection of kind http:

    url             address that the contracts' paths are below
    auth            bearer: <reference>, or basic: {user: name, password: <reference>}, or headers: {name: <reference>},
                    or params: {name: <reference>}
    headers         further headers without secrets
    timeout_s       per request, 30 if absent
    attempts        5; after a timeout, a broken answer, 408, 425, 429 or 5xx the request is sent again, after the
                    Retry-After that the service names, else after 0.5 s, doubled each time, with jitter
    max_wait_s      longest pause that is waited for, 120
    requests_per_s  limit of the rate
    proxy, ca_file  address of a proxy; certificate of the plant's own authority
"""

import json
import random
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from ingestion.connectors.http.paging import Request
from ingestion.connectors.secrets import resolve
from ingestion.errors import PlantError
from ingestion.plant import Plant, Source

_BUSY = {408, 425, 429, 500, 502, 503, 504}
_OPTIONS = {
    "url", "auth", "headers", "timeout_s", "attempts", "max_wait_s", "requests_per_s", "proxy", "ca_file",
}  # fmt: skip
_AUTH = {"bearer", "basic", "headers", "params"}
_FIRST_WAIT_S = 0.5
_EXCERPT = 200


class ServiceError(Exception):
    """What a service did not do, and what a person can do about it."""

    def __init__(self, problem: str, next_step: str) -> None:
        self.problem = problem
        self.next_step = next_step
        super().__init__(problem)


class _TryAgainError(Exception):
    """An answer that may be better next time."""

    def __init__(self, problem: str, wait_s: float | None = None) -> None:
        self.problem = problem
        self.wait_s = wait_s
        super().__init__(problem)


class RestClient:
    """Sends requests of one source. Close it."""

    def __init__(self, source: Source, plant: Plant) -> None:
        given = source.connection.options if source.connection is not None else {}
        where = f"source {source.system}: connection"
        _check(plant, where, given)
        options = resolve(dict(given), plant.folder, where)
        self.base = httpx.URL(str(options["url"]).rstrip("/") + "/")
        self._attempts = int(options.get("attempts", 5))
        self._max_wait_s = float(options.get("max_wait_s", 120))
        self._pause_s = 1 / float(options["requests_per_s"]) if options.get("requests_per_s") else 0.0
        self._next_at = 0.0
        auth = options.get("auth") or {}
        headers = {**(options.get("headers") or {}), **(auth.get("headers") or {})}
        if "bearer" in auth:
            headers["Authorization"] = f"Bearer {auth['bearer']}"
        basic = auth.get("basic")
        self._params = dict(auth.get("params") or {})
        self._client = httpx.Client(
            headers={"Accept": "application/json", "User-Agent": "tundish", **headers},
            auth=(str(basic["user"]), str(basic["password"])) if basic else None,
            timeout=float(options.get("timeout_s", 30)),
            proxy=options.get("proxy"),
            verify=ssl.create_default_context(cafile=str(plant.folder / options["ca_file"]))
            if options.get("ca_file")
            else True,
            trust_env=False,  # the plant file alone says how a service is reached
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, request: Request) -> tuple[httpx.Response, Any]:
        """The answer and its JSON; ServiceError for what a repetition does not mend, or after the last attempt."""
        address = self.base.join(request.address.lstrip("/")) if "://" not in request.address else None
        url = address or httpx.URL(request.address)
        if (url.scheme, url.host, url.port) != (self.base.scheme, self.base.host, self.base.port):
            step = "credentials go to the connection's own server only: set its url to that address."
            raise ServiceError(f"the next page lies on another server, {url.host}", step)
        retrying = Retrying(
            stop=stop_after_attempt(self._attempts),
            wait=self._wait_s,
            retry=retry_if_exception_type(_TryAgainError),
            reraise=True,
        )
        try:
            return retrying(self._send, url, dict(request.params))
        except _TryAgainError as error:
            step = "ask the service's operator; the next run goes on where this one ended."
            raise ServiceError(f"{error.problem}, {self._attempts} times in a row", step) from error

    def _send(self, url: httpx.URL, params: dict[str, Any]) -> tuple[httpx.Response, Any]:
        self._keep_the_rate()
        place = f"GET {url.path}"
        try:
            response = self._client.get(url.copy_merge_params({**self._params, **params}))
        except httpx.TransportError as error:
            raise _TryAgainError(f"{place}: {type(error).__name__} {error}".rstrip()) from error
        if response.status_code in _BUSY:
            raise _TryAgainError(f"{place}: status {response.status_code}", _retry_after_s(response))
        if not response.is_success:
            raise ServiceError(
                f"{place}: status {response.status_code}: {_excerpt(response)}", _advice(response)
            )
        try:
            return response, json.loads(response.text.removeprefix("\ufeff"))
        except ValueError as error:
            raise _TryAgainError(f"{place}: the answer is no JSON ({error}): {_excerpt(response)}") from error

    def _keep_the_rate(self) -> None:
        now = time.monotonic()
        if self._next_at > now:
            time.sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + self._pause_s

    def _wait_s(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        named = error.wait_s if isinstance(error, _TryAgainError) else None
        own: float = _FIRST_WAIT_S * 2 ** (state.attempt_number - 1) * random.uniform(0.5, 1)  # noqa: S311 - jitter
        return min(max(own, named) if named is not None else own, self._max_wait_s)


def _check(plant: Plant, where: str, options: Mapping[str, Any]) -> None:
    file = plant.folder / "plant.yml"
    if unknown := sorted(set(options) - _OPTIONS):
        raise PlantError(
            file, f"{where} has unknown options {unknown}.", f"use {', '.join(sorted(_OPTIONS))}."
        )
    if not str(options.get("url") or "").startswith(("http://", "https://")):
        raise PlantError(file, f"{where}.url is no address.", "write url: https://<server>/<path>.")
    if wrong := sorted(set(options.get("auth") or {}) - _AUTH):
        raise PlantError(
            file, f"{where}.auth has unknown entries {wrong}.", f"use {', '.join(sorted(_AUTH))}."
        )


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds that the service asks for: a number or a date (RFC 9110)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment: datetime = parsedate_to_datetime(text)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _advice(response: httpx.Response) -> str:
    if response.status_code in (401, 403):
        return "check auth of the connection: the secret may be wrong, or may not be allowed to read this."
    if response.is_redirect:
        return f"the service has moved: set url to {response.headers.get('Location', 'its new address')}."
    return "check path and params of extract in the contract."


def _excerpt(response: httpx.Response) -> str:
    return " ".join(response.text.split())[:_EXCERPT] or "no text"
