"""Bare readers that keep every message as it came, without judging it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlencode

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.e2e.server import Server
from tests.loopback import NO_CERTIFICATES

Json = dict[str, Any]
SAY_SECONDS = 20


def told_on_websocket(server: Server, story: str, **query: str) -> list[Json]:
    """Every message up to the first `caught_up`, `hello` left out."""
    where = f"{server.url.replace('http', 'ws', 1)}/v1/stories/{story}/live?{urlencode(query)}"
    told: list[Json] = []
    with connect(where, proxy=None, compression=None, max_size=None) as socket:
        while not told or told[-1]["type"] != "caught_up":
            told.append(json.loads(socket.recv(timeout=SAY_SECONDS)))
    return told[1:]


def told_on_event_stream(server: Server, story: str, last_event_id: str | None = None, **query: str) -> list[Json]:
    """The same of an event stream."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    told: list[Json] = []
    with httpx.Client(base_url=server.url, trust_env=False, verify=NO_CERTIFICATES, timeout=SAY_SECONDS) as client:  # noqa: SIM117
        with client.stream("GET", f"/v1/stories/{story}/events", params=query, headers=headers) as answer:
            assert answer.status_code == 200
            waiting = b""
            # Closed by hand, since leaving it to the collector leaves the socket to it as well.
            with closing(answer.iter_raw()) as chunks:  # type: ignore[type-var]  # a generator, declared as an iterator
                for data in chunks:
                    *lines, waiting = (waiting + data).split(b"\n")
                    told += [json.loads(line[6:]) for line in lines if line.startswith(b"data: ")]
                    if told and told[-1]["type"] in {"caught_up", "refused"}:
                        break
    return [message for message in told if message["type"] != "hello"]


def close_code(socket: ClientConnection) -> int | None:
    """The code that a socket is closed with, after whatever it is told before."""
    with suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=SAY_SECONDS)
    return socket.close_code


def summary(told: list[Json]) -> list[str]:
    """The type of each message, the number of each event, and what a reader was told about how it goes on."""
    return [_word(message) for message in told]


def _word(message: Mapping[str, Any]) -> str:
    if "seq" in message:
        return str(message["seq"])
    return " ".join(str(message[name]) for name in ("type", "resume", "reason", "status", "code") if name in message)
