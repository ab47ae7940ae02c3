"""Loopback servers: an SSL context for their clients, which speak plain HTTP, a site of one page, and late pictures."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. Without it each new client reads every authority there is, which takes 19 ms of CPU (measured)."""


@contextmanager
def html_site(html: str | Mapping[str, str]) -> Iterator[str]:
    """Serve a site whose every address answers with that page, or each path with its own."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            page = html if isinstance(html, str) else html.get(self.path, "")
            self.wfile.write(page.encode())

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_port}/"
        finally:
            site.shutdown()
            thread.join()


@dataclass(slots=True)
class LatePictures:
    """Pictures at `<url>/<width>x<height>/<name>.svg` that are sent once they are `released`; `asked` are the paths."""

    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def address(self, name: object, *, width: int = 600, height: int = 2_000) -> str:
        """The address of a picture of that size."""
        return f"{self.url}{width}x{height}/{name}.svg"


@contextmanager
def late_pictures() -> Iterator[LatePictures]:
    """Serve pictures that come late: none is sent before `released` is set, or the site ends."""
    pictures = LatePictures()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pictures.asked.append(self.path)
            pictures.released.wait(60)
            size = re.match(r"/(\d+)x(\d+)/", self.path)
            width, height = size.groups() if size else ("1", "1")
            body = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"></svg>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=600")
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        pictures.url = f"http://127.0.0.1:{site.server_port}/"
        try:
            yield pictures
        finally:
            pictures.released.set()
            site.shutdown()
            thread.join()
