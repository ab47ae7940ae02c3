"""The deployment that is hurt: two nodes on a private PostgreSQL and a private Redis behind nginx, on loopback."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import migrate
from tests.deploy.front import run_nginx_site
from tests.e2e.server import Server, serving
from tests.faults.silent_proxy import SilentProxy, silent_proxy
from tests.ports import reserved_port
from tests.postgres import PostgresServer, find_programs, run_postgres
from tests.redis import RedisServer, run_redis
from tests.server.workers.machine import children_of

SETTINGS = {"HEARTBEAT_SECONDS": "1", "DRAIN_SECONDS": "1"}


@dataclass(frozen=True, slots=True)
class Deployment:
    """What runs. Node `a` has two workers; `b` is one process, whose ways to PostgreSQL and Redis can be cut."""

    a: Server
    b: Server
    postgres: PostgresServer
    redis: RedisServer
    database_link: SilentProxy
    broker_link: SilentProxy
    front: str
    """nginx's address, which readers and writers use."""
    nginx_pid_file: Path

    @property
    def nodes(self) -> dict[str, Server]:
        """Return the nodes by name."""
        return {"a": self.a, "b": self.b}

    def workers(self) -> dict[str, int]:
        """Return the ids of node a's processes, by name."""
        return children_of(self.pid_of(self.a))

    def reload_nginx(self) -> None:
        """Let nginx read its files anew."""
        os.kill(self.nginx_pid, signal.SIGHUP)

    @property
    def nginx_pid(self) -> int:
        """Return the id of nginx's first process."""
        return int(self.nginx_pid_file.read_text())

    def nginx_workers(self) -> set[str]:
        """Return the ids of the processes that it has started."""
        return {*Path(f"/proc/{self.nginx_pid}/task/{self.nginx_pid}/children").read_text().split()}

    def pid_of(self, node: Server) -> int:
        """Return the id of a node's process: its supervisor's, if it has one."""
        assert node.process is not None, "it does not run"
        return node.process.pid


def missing_programs() -> list[str]:
    """Return what the deployment needs and this machine lacks."""
    found = {
        "PostgreSQL": find_programs() is not None,
        "Redis": any(shutil.which(name) for name in ("redis-server", "valkey-server")),
        "nginx": shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin") is not None,
    }
    return [name for name, is_there in found.items() if not is_there]


@contextmanager
def run_deployment(folder: Path) -> Iterator[Deployment]:
    """Start everything, ready to serve; end it with the block."""
    programs = find_programs()
    assert programs is not None, "PostgreSQL is not installed here"
    with (
        run_postgres(programs) as postgres,
        run_redis() as redis,
        silent_proxy(postgres) as database_link,
        _proxy(redis) as broker_link,
        reserved_port() as port,
    ):
        name = postgres.create_database()
        migrate(folder, {"DATABASE_URL": postgres.url(name)})
        broker_of_b = redis.url.replace(f":{redis.port}/", f":{broker_link.port}/")
        front = f"http://127.0.0.1:{port}"
        shared = {**SETTINGS, "PUBLIC_URL": front}
        with (
            serving(
                postgres.url(name), folder, name="a", options=("--workers", "2"), BROKER_URL=redis.url, **shared
            ) as a,
            serving(database_link.url(name), folder, name="b", BROKER_URL=broker_of_b, **shared) as b,
        ):
            changes = {"listen 8080": f"listen 127.0.0.1:{port}"}
            changes |= {"node-1:8000": f"127.0.0.1:{a.port}", "node-2:8000": f"127.0.0.1:{b.port}"}
            (within := folder / "nginx").mkdir()
            with run_nginx_site("compose.conf", changes, within, port):
                yield Deployment(a, b, postgres, redis, database_link, broker_link, front, within / "pid")


@contextmanager
def _proxy(redis: RedisServer) -> Iterator[SilentProxy]:
    proxy = SilentProxy(redis.socket_path)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
