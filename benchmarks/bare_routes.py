"""What a hot read is compared with: Starlette routes that do nothing but return bytes, on our own uvicorn settings.

Run by `benchmarks.servers`; arguments: the port, and the file whose bytes are returned.
"""

from __future__ import annotations

import gzip
import socket
import sys
from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.serving import run_server

ETAG = '"bare"'


def bare_application(body: bytes) -> Starlette:
    """`/identity` and `/gzip` return `body`, `/304` says that it has not changed."""
    smaller = gzip.compress(body, compresslevel=6, mtime=0)

    async def identity(request: Request) -> Response:
        return Response(body, media_type="application/json", headers={"etag": ETAG})

    async def compressed(request: Request) -> Response:
        headers = {"etag": ETAG, "content-encoding": "gzip"}
        return Response(smaller, media_type="application/json", headers=headers)

    async def not_modified(request: Request) -> Response:
        return Response(status_code=304, headers={"etag": ETAG})

    return Starlette(routes=[Route("/identity", identity), Route("/gzip", compressed), Route("/304", not_modified)])


async def _nothing() -> None:
    return None


def main(port: int, body: bytes) -> None:
    """Serve until a signal."""
    listener = socket.create_server(("127.0.0.1", port), backlog=2048)
    run_server(
        cast("Any", bare_application(body)),
        sockets=[listener],
        control=None,
        trusted_proxies=(),
        drain=_nothing,
        when_ready=_nothing,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]).read_bytes())
