"""The network between a browser and a server: a proxy that can be cut, slowed down, and that counts what passes."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE_BYTES = 16_384
_UPLOAD = re.compile(
    rb"^POST /v1/media\?\S* HTTP/1\.1\r\n(?:.+\r\n)*?content-length: (\d+)", re.MULTILINE | re.IGNORECASE
)
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Network:
    """A TCP proxy in front of a server on this machine."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.bytes_a_second: int | None = None
        self.requests: list[str] = []
        self.upload_sizes: list[int] = []
        self._is_cut = False
        self._refused: list[str] = []
        self._pairs: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * PIECE_BYTES)  # so that a slow line is felt
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Cut every connection, and each new one, until `join`."""
        with self._lock:
            self._is_cut = True
            pairs, self._pairs = self._pairs, set()
        for each in pairs:
            _close(each)

    def join(self) -> None:
        """Let connections pass again, as fast as they can."""
        self._is_cut, self.bytes_a_second = False, None

    def refuse(self, line: str, *, times: int) -> None:
        """Answer so many requests whose line matches as a server does that is overloaded."""
        self._refused += [line] * times

    def close(self) -> None:
        """Stop."""
        self.cut()
        _close(self._listener)

    def count(self, line: str) -> int:
        """Count the requests whose line matches."""
        return sum(re.match(line, each) is not None for each in self.requests)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=10)
        except OSError:
            _close(client)
            return
        server.settimeout(None)
        with self._lock:
            self._pairs |= {client, server}
            is_cut = self._is_cut
        if is_cut:
            _close(client)
            _close(server)
            return
        threading.Thread(target=self._pump, args=(server, client), daemon=True).start()
        self._pump(client, server, is_up=True)

    def _pump(self, source: socket.socket, sink: socket.socket, *, is_up: bool = False) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                if is_up:
                    found = re.findall(rb"^((?:GET|POST|PATCH|PUT|DELETE) \S+) HTTP/1\.1\r$", piece, re.MULTILINE)
                    self.requests += [line.decode() for line in found]
                    self.upload_sizes += [int(size) for size in _UPLOAD.findall(piece)]
                    asked = found[0].decode() if found else ""
                    if refused := [each for each in self._refused if re.match(each, asked)]:
                        self._refused.remove(refused[0])
                        source.sendall(_REFUSAL)
                        break
                    if self.bytes_a_second is not None:
                        time.sleep(len(piece) / self.bytes_a_second)  # the speed of the line
                sink.sendall(piece)
        _close(source)
        _close(sink)


@contextmanager
def network_before(port: int) -> Iterator[Network]:
    """A network in front of a port, for one test."""
    network = Network(port)
    try:
        yield network
    finally:
        network.close()


def _close(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
