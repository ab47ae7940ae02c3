"""A real server with a story, and clients of it that send whatever bytes they like, at whatever pace."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.ports import reserved_port
from tests.processes import Installation, Server

SOON = 20.0
"""What has not happened after this is broken, not slow."""


@contextmanager
def served(database: Path, folder: Path, settings: Mapping[str, str], *options: str) -> Iterator[tuple[int, Server]]:
    """A server process with the story `flood`: its port and itself."""
    data_dir = folder / "data"
    data_dir.mkdir(mode=0o700)
    shutil.copyfile(database, data_dir / "liveblog.db")
    installation = Installation(data_dir, dict(settings))
    with reserved_port() as port, installation.serving(port, *options) as server:
        with server.client(installation.token) as api:
            assert api.post("/v1/stories", json={"title": "Flood watch", "slug": "flood"}).status_code == 201
        yield port, server


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The body, which must be a problem."""
        assert self.headers["content-type"] == "application/problem+json", self
        problem: dict[str, Any] = json.loads(self.body)
        return problem


class RawClient:
    """A plain socket, so that a reset shows as one."""

    def __init__(self, port: int, *, receive_bytes: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(SOON)
        self.socket.connect(("127.0.0.1", port))
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def has_answer(self) -> bool:
        """Return whether the server has said something, within a moment."""
        self.socket.settimeout(0.02)
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK))
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(SOON)

    def head(self) -> bytes:
        """Read one answer's head."""
        head, _, self._received = self._until(b"\r\n\r\n").partition(b"\r\n\r\n")
        return head

    def until(self, end: bytes) -> bytes:
        """Read until `end` has come; all that has come by then."""
        return self._until(end)

    def answer(self) -> Answer:
        """Read one answer whole. Raises ConnectionResetError where the server did not let it be read."""
        head = self.head()
        status, *lines = head.split(b"\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.decode().partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._received) < length:
            self._received += self._more()
        body, self._received = self._received[:length], self._received[length:]
        return Answer(int(status.split()[1]), headers, body)

    def is_ended(self) -> bool:
        """Return whether the server ends the connection in order, and says nothing more before."""
        return not self._received and not self.socket.recv(65_536)

    def send_text(self, data: bytes) -> None:
        """Send a WebSocket's text message, masked with zeros."""
        self.send(b"\x81" + bytes([0xFE]) + len(data).to_bytes(2) + bytes(4) + data)

    def read_to_the_end(self) -> None:
        """Read until the server has ended the connection, whatever it says before."""
        try:
            while self.socket.recv(65_536):
                pass
        except ConnectionResetError:
            return

    def send_until_cut(self, data: bytes, *, pause_seconds: float) -> float:
        """Send it again and again until the server has cut the connection; the seconds that took."""
        began = time.monotonic()
        while time.monotonic() < began + SOON:
            try:
                self.send(data)
            except (ConnectionResetError, BrokenPipeError):
                return time.monotonic() - began
            time.sleep(pause_seconds)  # the pace of the client, which the server must not take for progress
        raise AssertionError("the connection was never cut")

    def _until(self, end: bytes) -> bytes:
        while end not in self._received:
            self._received += self._more()
        return self._received

    def _more(self) -> bytes:
        data = self.socket.recv(65_536)
        assert data, f"the connection ended after {self._received!r}"
        return data
