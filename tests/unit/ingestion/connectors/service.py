"""A REST service on this machine that answers as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Answer:
    """`cut`: the connection ends after that many bytes of the body, `delay_s`: the body comes later."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    delay_s: float = 0


@dataclass(frozen=True)
class Asked:
    path: str
    params: dict[str, str]
    headers: dict[str, str]


Answering = Callable[[Asked], Answer]


class Service:
    """`answer` is called for every request; `asked` are the requests so far."""

    def __init__(self) -> None:
        self.answer: Answering = lambda asked: Answer([])
        self.asked: list[Asked] = []
        self.url = ""
        self.stopping = threading.Event()

    def script(self, *answers: Answer) -> None:
        """Answer with these, one after the other; then with the last one."""
        left = list(answers)
        self.answer = lambda asked: left.pop(0) if len(left) > 1 else left[0]

    def pages(self, records: list[Any], size: int, kind: str) -> None:
        """Serve records by page, offset, cursor, next address or Link header."""

        def answer(asked: Asked) -> Answer:
            start = int(asked.params.get("at", 0))
            if kind == "page":
                start = (int(asked.params["page"]) - 1) * size
            if kind == "offset":
                start = int(asked.params["offset"])
            body: dict[str, Any] = {"data": records[start : start + size], "total": len(records)}
            following = start + size if start + size < len(records) else None
            headers = {}
            if following is not None:
                address = f"{asked.path}?at={following}"
                body |= {"meta": {"cursor": str(following)}, "next": address}
                headers = {"Link": f'<{self.url}{address}>; rel="next", <{self.url}/>; rel="first"'}
            if kind == "cursor":
                start = int(asked.params.get("cursor", 0))
                body = {"data": records[start : start + size], "total": len(records)}
                body["meta"] = {"cursor": str(start + size) if start + size < len(records) else None}
            return Answer(body, headers=headers)

        self.answer = answer


@contextmanager
def running() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = Asked(
                parts.path, dict(parse_qsl(parts.query)), {k.lower(): v for k, v in self.headers.items()}
            )
            service.asked.append(asked)
            answer = service.answer(asked)
            if service.stopping.wait(answer.delay_s):
                return
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: answer.cut])

        def log_message(self, *given: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
