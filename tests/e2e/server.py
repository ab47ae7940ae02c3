"""A real `liveblog serve` that a test may kill, stop and start again on the same data, and its clients."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.commands import command_environment, start_command
from tests.loopback import NO_CERTIFICATES
from tests.ports import reserved_port
from tests.waiting import await_true

ADMIN_TOKEN = "operator-secret-of-forty-characters-0000"
READY_SECONDS = 60
STOP_SECONDS = 20


@dataclass
class Server:
    """One server process at a time, on one port, over one database; what it logs is kept in `log_path`.

    `wrapper` is put before its command line, for a tracer, and `options` behind.
    """

    data_dir: Path
    database_url: str
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    wrapper: Sequence[str] = ()
    options: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{self.settings.get('HOST', '127.0.0.1')}:{self.port}"

    @property
    def log_path(self) -> Path:
        return self.data_dir.parent / f"server-{self.port}.log"

    def start(self) -> float:
        """Start it and wait until `/readyz` says ready; the seconds that took."""
        began = time.monotonic()
        with self.log_path.open("ab") as log:
            self.process = start_command(
                ["serve", *self.options], env=self._environment(), wrapper=self.wrapper, stdout=log, stderr=log
            )
        await_true(self._is_ready, seconds=READY_SECONDS, or_say=lambda: f"not ready: {self.log}")
        return time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL, as a crash of the machine's memory would end it."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait(timeout=STOP_SECONDS)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"it did not stop: {self.log}") from None

    def signed_in(self, token: str = ADMIN_TOKEN) -> httpx.Client:
        """Return a client with the rights of `token`; the admin's by default."""
        return httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            verify=NO_CERTIFICATES,
            timeout=30,
        )

    def reader(self) -> httpx.Client:
        """A client without credentials."""
        return httpx.Client(base_url=self.url, trust_env=False, verify=NO_CERTIFICATES, timeout=40)

    @property
    def log(self) -> str:
        """The end of what it has logged so far."""
        return self.log_path.read_text(errors="replace")[-6000:]

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.log}"
        try:
            answer = httpx.get(f"{self.url}/readyz", trust_env=False, verify=NO_CERTIFICATES, timeout=5)
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and answer.json()["status"] == "ready"

    def _environment(self) -> dict[str, str]:
        ours = {
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "PORT": str(self.port),
            "ADMIN_TOKEN": ADMIN_TOKEN,
            "LOG_LEVEL": "warning",
            "LOG_FORMAT": "json",
            **self.settings,
        }
        return command_environment(**{f"LIVEBLOG_{name}": value for name, value in ours.items()})


@contextmanager
def serving(
    database_url: str,
    folder: Path,
    *,
    wrapper: Sequence[str] = (),
    options: Sequence[str] = (),
    name: str = "data",
    **settings: str,
) -> Iterator[Server]:
    """A server over a migrated database, ready; killed at the end of the block if it still runs."""
    data_dir = folder / name
    data_dir.mkdir(mode=0o700, exist_ok=True)
    with reserved_port() as port:
        server = Server(data_dir, database_url, port, settings=settings, wrapper=wrapper, options=options)
        try:
            server.start()
            yield server
        except BaseException as error:
            ended = None if server.process is None else server.process.poll()
            error.add_note(f"The server's exit code is {ended}; it logged: {server.log}")
            raise
        finally:
            server.kill()


def make_story(server: Server, title: str = "Election night", **fields: Any) -> str:
    """A new story, live unless told otherwise; its id."""
    with server.signed_in() as admin:
        answer = admin.post("/v1/stories", json={"title": title, **fields})
    assert answer.status_code == 201, answer.text
    story: str = answer.json()["id"]
    return story
