"""A TCP proxy in front of PostgreSQL or Redis that can fall silent: it takes everything, passes nothing on and closes
nothing; or one way only.

So a host behaves whose packets are dropped, but for the kernel: that answers, so that keep-alives notice nothing.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.postgres import SUPERUSER, PostgresServer

CHUNK_BYTES = 65_536
LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 10


@dataclass(eq=False, slots=True)
class _Pair:
    """A client's connection and the one to the server, which is opened when it may be."""

    client: socket.socket
    server: socket.socket | None = None
    is_lost: bool = False
    """Whether it stays silent whatever becomes of the others."""

    def close(self) -> None:
        self.client.close()
        if self.server is not None:
            self.server.close()


class SilentProxy:
    """The proxy, on a port of its own and in a thread of its own, from `start` to `stop`."""

    def __init__(self, target: Path, *, host: str = "127.0.0.1") -> None:
        self.swallowed = 0
        """Connections that were accepted while it was silent."""
        self._target = target
        self._listener = socket.create_server((host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._host = host
        self._pairs: list[_Pair] = []
        self._is_silent = False
        self._is_one_way = False
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and close everything."""
        self._ended.set()
        self._thread.join(PATIENCE_SECONDS)
        self._listener.close()
        for pair in self._pairs:
            pair.close()

    def url(self, database: str) -> str:
        """Return the URL of a database behind the proxy."""
        return f"postgresql+psycopg://{SUPERUSER}@{self._host}:{self.port}/{database}"

    def fall_silent(self) -> None:
        """Pass nothing on, in either direction, of what is open and of what comes."""
        with self._lock:
            self._is_silent = True

    def pass_requests_only(self) -> None:
        """Pass on what clients say, and nothing that is answered: packets are lost on the way back."""
        with self._lock:
            self._is_one_way = True

    def speak(self) -> None:
        """Pass on again, also all that was kept: the network is back."""
        with self._lock:
            self._is_silent = self._is_one_way = False

    def move(self) -> None:
        """Pass on what comes from now on; what was open stays silent for good: the name leads to another host."""
        with self._lock:
            self._is_silent = False
            for pair in self._pairs:
                pair.is_lost = True

    def lose_oldest(self) -> None:
        """Let the connection that was opened first stay silent for good, whatever becomes of the others."""
        with self._lock:
            next(pair for pair in self._pairs if not pair.is_lost).is_lost = True

    def _run(self) -> None:
        while not self._ended.is_set():
            with self._lock:
                passing = [] if self._is_silent else [pair for pair in self._pairs if not pair.is_lost]
                sources = {pair.client: pair for pair in passing}
                answering = [] if self._is_one_way else passing
                sources |= {pair.server: pair for pair in answering if pair.server is not None}
            readable, _, _ = select.select([self._listener, *sources], [], [], LOOK_SECONDS)
            with self._lock:  # so that nothing more passes once `fall_silent` has returned
                for source in readable:
                    if source is self._listener:
                        self._accept()
                    elif not self._is_kept(sources[source], source):
                        self._pass_on(sources[source], source)

    def _is_kept(self, pair: _Pair, source: socket.socket) -> bool:
        return self._is_silent or pair.is_lost or (self._is_one_way and source is pair.server)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        self._pairs.append(_Pair(client))
        self.swallowed += self._is_silent

    def _pass_on(self, pair: _Pair, source: socket.socket) -> None:
        if pair not in self._pairs:
            return
        data = b""
        with suppress(OSError):  # either has ended, or the server is not there
            if pair.server is None:
                pair.server = socket.socket(socket.AF_UNIX)
                pair.server.connect(str(self._target))
            data = source.recv(CHUNK_BYTES)
            (pair.server if source is pair.client else pair.client).sendall(data)
        if not data:
            self._pairs.remove(pair)
            pair.close()


@contextmanager
def silent_proxy(server: PostgresServer, *, host: str = "127.0.0.1") -> Iterator[SilentProxy]:
    """Put a proxy in front of a PostgreSQL server that listens on its Unix socket."""
    proxy = SilentProxy(server.socket_dir / ".s.PGSQL.5432", host=host)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
