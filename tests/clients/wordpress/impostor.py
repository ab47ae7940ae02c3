"""What stands at a server's port while the server is away: it is silent, or it answers with whatever a test says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Impostor:
    """`asked` are the paths; what it answers may be changed at any time, and None is silence."""

    answer: tuple[int, dict[str, str], bytes] | None = None
    asked: list[str] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)


@contextmanager
def impostor(port: int) -> Iterator[Impostor]:
    """Take connections at a port until the end of the block."""
    told = Impostor()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            if told.answer is None:
                told.ending.wait(60)
                self.close_connection = True
                return
            status, headers, body = told.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body)

        do_PATCH = do_GET

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Site) as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield told
        finally:
            told.ending.set()
            site.shutdown()
            thread.join()
