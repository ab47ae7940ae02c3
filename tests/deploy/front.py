"""nginx and Caddy in front of servers of a test, each started on loopback with the files of deploy/."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from websockets.asyncio.client import ClientConnection, connect

from tests.commands import ROOT
from tests.needs import require
from tests.processes import Server
from tests.waiting import await_true

HOST = "live.example"
NODES = ("10.0.0.11:8000", "10.0.0.12:8000")
READER = "127.0.0.9"
"""The address of a reader: of this machine too, and not the one that stands in front."""
START_SECONDS = 60.0
CONNECTIONS = 1024
CLIENT_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate for the host of deploy/, which only tests trust."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return a context that trusts nothing else."""
        return ssl.create_default_context(cafile=str(self.chain))


@dataclass(frozen=True, slots=True)
class Node:
    """A running server, and the token that may do everything."""

    server: Server
    port: int
    token: str

    def requests(self, path: str) -> list[dict[str, Any]]:
        """Return the lines of its log for the requests of a path that it has answered."""
        last = f"/v1/stories/{uuid4()}"
        with self.server.client() as reader:
            assert reader.get(last).status_code == 404
        await_true(lambda: last in self.server.log)  # lines are written in order
        lines = (json.loads(line) for line in self.server.log.splitlines() if line.startswith("{"))
        return [line for line in lines if line["event"] == "request" and line["path"] == path]


@dataclass(frozen=True, slots=True)
class Socket:
    """A WebSocket whose loop runs in a thread of its own."""

    portal: BlockingPortal
    connection: ClientConnection

    @property
    def extensions(self) -> str:
        """Return the extensions that were agreed on."""
        assert self.connection.response is not None
        return self.connection.response.headers.get("sec-websocket-extensions", "")

    def send(self, text: str) -> None:
        """Send a message."""
        self.portal.call(self.connection.send, text)

    def recv(self, *, timeout: float) -> str | bytes:
        """Return the next message; TimeoutError if none comes."""
        return self.portal.call(self._receive, timeout)

    async def _receive(self, seconds: float) -> str | bytes:
        async with asyncio.timeout(seconds):
            return await self.connection.recv()


@dataclass(frozen=True, slots=True)
class Front:
    """What stands in front of a node, as its clients reach it."""

    port: int
    certificate: Certificate
    node: Node

    def client(self, token: str | None = None, *, address: str = READER) -> httpx.Client:
        """Return a client at an address of its own that reaches the server by its public name."""
        headers = {"Host": HOST} | ({"Authorization": f"Bearer {token}"} if token else {})
        transport = httpx.HTTPTransport(verify=self.certificate.context(), local_address=address, http2=False)
        client = httpx.Client(
            base_url=f"https://127.0.0.1:{self.port}", headers=headers, transport=transport, timeout=CLIENT_SECONDS
        )
        client.event_hooks["request"] = [_name_host]
        return client

    @contextmanager
    def raw(self) -> Iterator[ssl.SSLSocket]:
        """Open a connection for whatever bytes."""
        plain = socket.create_connection(("127.0.0.1", self.port), CLIENT_SECONDS, source_address=(READER, 0))
        with plain, self.certificate.context().wrap_socket(plain, server_hostname=HOST) as encrypted:
            yield encrypted

    @contextmanager
    def socket(self, path: str, *, headers: Mapping[str, str] | None = None) -> Iterator[Socket]:
        """Open a WebSocket at a path, on a loop of its own: a TLS socket is not for two threads at once."""
        connecting = partial(
            connect, f"wss://{HOST}{path}", host="127.0.0.1", port=self.port, ssl=self.certificate.context(),
            server_hostname=HOST, local_addr=(READER, 0), additional_headers=headers, proxy=None,
            open_timeout=CLIENT_SECONDS, close_timeout=1,
        )  # fmt: skip
        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(connecting()) as connection,
        ):
            yield Socket(portal, connection)


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate of an elliptic curve that signs itself."""
    require("openssl", found=shutil.which("openssl") is not None, reason="install the openssl package")
    made = Certificate(folder / "fullchain.pem", folder / "key.pem")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-keyout", made.key, "-out", made.chain,
            "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}",
        ],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return made


@contextmanager
def run_nginx(
    folder: Path, port: int, certificate: Certificate, *, nodes: tuple[int, int], connections: int = CONNECTIONS
) -> Iterator[None]:
    """Run nginx with our files, on loopback, until the end of the block."""
    changes = {
        "listen 80;": f"listen unix:{folder}/plain;",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/liveblog/fullchain.pem": str(certificate.chain),
        "/etc/ssl/liveblog/key.pem": str(certificate.key),
        **_addresses(nodes),
    }
    with run_nginx_site("liveblog.conf", changes, folder, port, connections=connections):
        yield


@contextmanager
def run_nginx_site(
    site: str, changes: Mapping[str, str], folder: Path, port: int, *, connections: int = CONNECTIONS
) -> Iterator[None]:
    """Run nginx with one of our sites in the place of liveblog.conf, changed so that it listens on the port."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    require("nginx", found=program is not None, reason="install the nginx package")
    assert program is not None
    kept = "".join(f"{each}_temp_path {folder}/{each};\n" for each in ("proxy", "fastcgi", "uwsgi", "scgi"))
    write_changed("nginx/nginx.conf", folder, {
        "http {\n": f"http {{\nclient_body_temp_path {folder}/body;\n{kept}",
        "/var/cache/nginx/liveblog": f"{folder}/cache",
        "worker_processes auto": "worker_processes 1",
        "worker_rlimit_nofile 524288": f"worker_rlimit_nofile {2 * connections}",
        "worker_connections 262144": f"worker_connections {connections}",
    })  # fmt: skip
    write_changed(f"nginx/{site}", folder, changes).rename(folder / "liveblog.conf")
    write_changed("nginx/locations.conf", folder, {})
    own = f"daemon off; pid {folder}/pid; error_log stderr;"  # its workers stay who started it: the folder is theirs
    command = [program, "-c", str(folder / "nginx.conf"), "-e", "stderr", "-g", f"{own} {_same_account()}"]
    with _running(command, folder, port):
        yield


@contextmanager
def run_caddy(folder: Path, port: int, certificate: Certificate, *, nodes: tuple[int, int]) -> Iterator[None]:
    """Run Caddy with our file, on loopback, until the end of the block."""
    program = shutil.which("caddy")
    require("Caddy", found=program is not None, reason="install the caddy package")
    assert program is not None
    write_changed("caddy/Caddyfile", folder, {
        f"{HOST} {{\n": (
            "{\nadmin off\nauto_https disable_redirects\nservers {\nprotocols h1 h2\n}\n}\n"
            f"{HOST}:{port} {{\nbind 127.0.0.1\ntls {certificate.chain} {certificate.key}\n"
        ),
        **_addresses(nodes),
    })  # fmt: skip
    command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(
        command,
        folder,
        port,
        environment={"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
    ):
        yield


def write_changed(name: str, folder: Path, changes: Mapping[str, str]) -> Path:
    """Write a file of deploy/ into a folder with what is this machine's own changed; each change must be needed."""
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, f"{name} has no {old!r}"
        text = text.replace(old, new)
    target = folder / Path(name).name
    target.write_text(text, encoding="utf-8")
    return target


def _name_host(request: httpx.Request) -> None:
    request.extensions = {**request.extensions, "sni_hostname": HOST}


def _addresses(nodes: tuple[int, int]) -> dict[str, str]:
    return {old: f"127.0.0.1:{new}" for old, new in zip(NODES, nodes, strict=True)}


def _same_account() -> str:
    return f"user {pwd.getpwuid(os.geteuid()).pw_name};" if os.geteuid() == 0 else ""


@contextmanager
def _running(
    command: list[str], folder: Path, port: int, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    log = folder / "front.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            env=None if environment is None else {"PATH": "/usr/bin:/bin", **environment},
        )  # fmt: skip
    try:
        await_true(
            lambda: process.poll() is not None or _answers(port),
            seconds=START_SECONDS, or_say=lambda: f"it did not start: {log.read_text(errors='replace')}",
        )  # fmt: skip
        assert process.poll() is None, log.read_text(errors="replace")
        yield
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
