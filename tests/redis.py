"""A private Redis server for a test: on loopback, without a file, ended by its process id at the end."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.needs import require
from tests.ports import reserved_port
from tests.waiting import await_true

START_SECONDS = 60
STOP_SECONDS = 10


@dataclass
class RedisServer:
    """A server that may be killed, frozen and started again, empty, on its port."""

    program: str
    folder: Path
    port: int
    password: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        credentials = f":{self.password}@" if self.password else ""
        return f"redis://{credentials}127.0.0.1:{self.port}/0"

    @property
    def socket_path(self) -> Path:
        """Its Unix socket, for a proxy in front of it."""
        return self.folder / "redis.sock"

    def start(self) -> None:
        """Start it, with nothing in it, and wait until it answers."""
        options = {"port": str(self.port), "bind": "127.0.0.1", "unixsocket": str(self.socket_path)}
        options |= {"save": "", "appendonly": "no", "dir": str(self.folder)}
        if self.password:
            options["requirepass"] = self.password
        command = [self.program, *(part for name, value in options.items() for part in (f"--{name}", value))]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        await_true(self._answers, seconds=START_SECONDS, or_say=lambda: f"Redis did not start: {self._log()}")

    def kill(self) -> None:
        """End it at once."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait(timeout=STOP_SECONDS)

    def freeze(self) -> None:
        """SIGSTOP: connections stay open, and nothing is answered."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def ask(self, *words: str) -> bytes:
        """Send one command, and return the beginning of its answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=STOP_SECONDS) as connection:
            if self.password:
                connection.sendall(_encode("AUTH", self.password))
                connection.recv(4096)
            connection.sendall(_encode(*words))
            return connection.recv(65_536)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"Redis ended: {self._log()}"
        try:
            return self.ask("PING").startswith(b"+PONG")
        except OSError:
            return False

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]


def _encode(*words: str) -> bytes:
    parts = (f"${len(word.encode())}\r\n{word}\r\n" for word in words)
    return f"*{len(words)}\r\n{''.join(parts)}".encode()


def require_redis() -> str:
    """The program; without one the test is skipped, or fails where everything is required."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    require("Redis", found=program is not None, reason="install Debian's redis-server")
    assert program is not None
    return program


@contextmanager
def run_redis(*, password: str = "") -> Iterator[RedisServer]:
    """Start a server on a port of its own; killed at the end, frozen or not."""
    program, folder = require_redis(), Path(tempfile.mkdtemp(prefix="liveblog-redis-"))
    try:
        with reserved_port() as port:
            server = RedisServer(program, folder, port, password)
            try:
                server.start()
                yield server
            finally:
                server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
