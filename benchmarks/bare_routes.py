"""The comparison of a hot read: Starlette routes that only return bytes, on our own uvicorn settings.

Run by `benchmarks.servers`; arguments: the port, and a file of the answers to give.
"""

from __future__ import annotations

import base64
import json
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.server.process_tuning import SWITCH_INTERVAL_SECONDS
from app.server.uvicorn_config import server_config


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a route: status, headers and body of an answer of ours, so that both send the same bytes."""

    status: int
    headers: dict[str, str]
    body: bytes


def write_answers(file: Path, answers: dict[str, Answer]) -> None:
    """Write answers by path for the process that serves them."""
    kept = {
        path: {"status": each.status, "headers": each.headers, "body": base64.b64encode(each.body).decode()}
        for path, each in answers.items()
    }
    file.write_text(json.dumps(kept))


def read_answers(file: Path) -> dict[str, Answer]:
    """Read what `write_answers` wrote."""
    kept = json.loads(file.read_text())
    return {
        path: Answer(each["status"], each["headers"], base64.b64decode(each["body"])) for path, each in kept.items()
    }


def bare_application(answers: dict[str, Answer]) -> Starlette:
    """Build an application with one route per answer."""
    return Starlette(routes=[_route(path, answer) for path, answer in answers.items()])


def _route(path: str, answer: Answer) -> Route:
    async def give(request: Request) -> Response:
        return Response(answer.body, status_code=answer.status, headers=answer.headers)

    return Route(path, give)


def main(port: int, answers: dict[str, Answer]) -> None:
    """Serve until a signal."""
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    listener = socket.create_server(("127.0.0.1", port), backlog=2048)
    config = server_config(cast("Any", bare_application(answers)), trusted_proxies=())
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main(int(sys.argv[1]), read_answers(Path(sys.argv[2])))
