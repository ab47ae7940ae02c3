"""An emulator of S3 (moto's server) as a process of the tests, and servers that are no help: silent, slow, failing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

from obstore.store import S3Store

CREDENTIALS = {"access_key_id": "test", "secret_access_key": "test"}
START_SECONDS = 40


class Emulator:
    """The running emulator."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._made = 0

    def make_bucket(self) -> str:
        """Make an empty bucket; return its name."""
        self._made += 1
        name = f"pictures-{self._made}"
        assert self._ask("PUT", f"/{name}") == 200
        return name

    def is_up(self) -> bool:
        """Whether it answers."""
        with suppress(OSError):
            return self._ask("GET", "/moto-api/") == 200
        return False

    def is_private(self, bucket: str, path: str) -> bool:
        """Whether the bucket says nothing of public access: its list of rights names nobody but its owner."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", f"/{bucket}/{path}?acl")
        said = connection.getresponse().read()
        connection.close()
        return b"AllUsers" not in said and b"AuthenticatedUsers" not in said

    def put(self, bucket: str, path: str, data: bytes) -> None:
        """Put an object into a bucket, as another program does, or over one that is there."""
        self._bucket(bucket).put(path, data)

    def delete(self, bucket: str, path: str) -> None:
        """Delete an object from a bucket."""
        self._bucket(bucket).delete(path)

    def copy_to(self, folder: Path, bucket: str, prefix: str) -> None:
        """Copy what is in a bucket below a prefix into a folder, as programs do that keep copies of buckets."""
        store = self._bucket(bucket)
        for each in store.list(prefix).collect():
            path = folder / each["path"].removeprefix(f"{prefix}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(store.get(each["path"]).bytes().to_bytes())

    def _bucket(self, name: str) -> S3Store:
        return S3Store(
            name,
            endpoint=self.url,
            region="us-east-1",
            virtual_hosted_style_request=False,
            access_key_id=CREDENTIALS["access_key_id"],
            secret_access_key=CREDENTIALS["secret_access_key"],
            client_options={"allow_http": True},
        )

    def _ask(self, method: str, path: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path)
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def running_emulator(port: int, folder: Path) -> Iterator[Emulator]:
    """Start the emulator, and end it."""
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "AWS_DEFAULT_REGION": "us-east-1"}
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        emulator = Emulator(port)
        deadline = time.monotonic() + START_SECONDS
        while not emulator.is_up():
            assert process.poll() is None, (folder / "emulator.log").read_text()
            assert time.monotonic() < deadline, "the emulator did not start"
            time.sleep(0.05)  # between two looks
        yield emulator
    finally:
        process.kill()
        process.wait()


Behaviour = Callable[[socket.socket], None]


def stay_silent(connection: socket.socket) -> None:
    """Take a request and never answer."""
    while connection.recv(65_536):
        pass


def trickle(connection: socket.socket) -> None:
    """Answer a byte a second."""
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nETag: \"x\"\r\n"
                       b"Last-Modified: Tue, 03 Nov 2026 20:00:00 GMT\r\n\r\n")  # fmt: skip
    while True:
        connection.sendall(b"x")
        time.sleep(1)  # the pace of the answer


def fail(connection: socket.socket) -> None:
    """Answer every request with an error of the server's."""
    while connection.recv(65_536):
        connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")


def deny(connection: socket.socket) -> None:
    """Answer every request as to a wrong key."""
    body = b"<Error><Code>AccessDenied</Code></Error>"
    while connection.recv(65_536):
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


@contextmanager
def useless_server(behaviour: Behaviour) -> Iterator[str]:
    """A server in the place of S3 that does that with each connection; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            behaviour(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for each in connections:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        thread.join(5)
