"""How a service cuts a list into pages, and how the next page is asked for.

    page     param, first (1), sizeParam, size   ends with an empty page: a short one may be the service's own limit
    offset   param, first (0), sizeParam, size   as above; the offset grows by the records that came
    cursor   param, path                         path of the next cursor in the page; null, "" or missing is the end
    next     path                                path of the next page's address
    link     -                                   the Link header's rel="next" (RFC 8288)

Belongs here: which request follows a page. Sending it is client.py's work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

PAGING: Mapping[str, frozenset[str]] = {
    "page": frozenset({"param", "first", "sizeParam", "size"}),
    "offset": frozenset({"param", "first", "sizeParam", "size"}),
    "cursor": frozenset({"param", "path", "sizeParam", "size"}),
    "next": frozenset({"path", "sizeParam", "size"}),
    "link": frozenset({"sizeParam", "size"}),
}


@dataclass(frozen=True)
class Request:
    """An address, absolute or below the connection's url, and its parameters."""

    address: str
    params: Mapping[str, Any]


def inside(document: Any, path: str) -> Any:
    """What lies at a dotted path, None if there is nothing; an empty path is the document."""
    for step in filter(None, path.split(".")):
        if isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        elif isinstance(document, dict):
            document = document.get(step)
        else:
            return None
    return document


def first_request(path: str, params: Mapping[str, Any], paging: Mapping[str, Any]) -> Request:
    """The request of the first page."""
    more: dict[str, Any] = {}
    if "size" in paging:
        more[str(paging.get("sizeParam", "limit"))] = paging["size"]
    if paging.get("kind") == "page":
        more[str(paging.get("param", "page"))] = int(paging.get("first", 1))
    if paging.get("kind") == "offset":
        more[str(paging.get("param", "offset"))] = int(paging.get("first", 0))
    return Request(path, {**params, **more})


def next_request(
    request: Request, paging: Mapping[str, Any], response: httpx.Response, document: Any, count: int
) -> Request | None:
    """The request after a page with `count` records, None after the last one."""
    kind = paging.get("kind")
    if kind in ("page", "offset"):
        name = str(paging.get("param", kind))
        step = 1 if kind == "page" else count
        return (
            Request(request.address, {**request.params, name: request.params[name] + step}) if count else None
        )
    if kind == "cursor":
        cursor = inside(document, str(paging.get("path", "next_cursor")))
        name = str(paging.get("param", "cursor"))
        return Request(request.address, {**request.params, name: cursor}) if cursor else None
    following = None
    if kind == "next":
        following = inside(document, str(paging.get("path", "next")))
    elif kind == "link":
        following = response.links.get("next", {}).get("url")
    return Request(str(httpx.URL(str(response.url)).join(following)), {}) if following else None
