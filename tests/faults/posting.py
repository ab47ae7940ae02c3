"""Clients that post while a database is in trouble and wait in threads, and a server that must refuse to start."""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.commands import command_environment, run_command
from tests.e2e.server import ADMIN_TOKEN, Server
from tests.processes import COMMAND_SECONDS

PATIENCE_SECONDS = 60


@dataclass
class Post:
    """One new entry, posted under a key of its own, so that it may be posted again."""

    server: Server
    story: str
    text: str
    answers: list[httpx.Response] = field(default_factory=list)
    thread: threading.Thread | None = None

    def begin(self) -> None:
        """Send it, and wait in a thread; a server that ends may cut the connection instead of answering."""

        def send() -> None:
            with suppress(httpx.TransportError):
                self.send()

        self.thread = threading.Thread(target=send, daemon=True)
        self.thread.start()

    def send(self, *, key: str | None = None) -> None:
        """Send it and wait for the answer; its key is made of its text unless one is given."""
        headers = {"Idempotency-Key": key or self.text.strip(".").replace(" ", "-")}
        with self.server.signed_in() as admin:
            where = f"/v1/stories/{self.story}/entries"
            self.answers.append(admin.post(where, json={"text": self.text}, headers=headers, timeout=PATIENCE_SECONDS))

    def answer(self) -> httpx.Response:
        """Wait for the answer to `begin`."""
        assert self.thread is not None
        self.thread.join(PATIENCE_SECONDS)
        assert self.answers, f"{self.text} is waited for: {self.server.log}"
        return self.answers[-1]


def texts(server: Server, story: str) -> list[str]:
    """Return the HTML of the story's entries as readers see them, the newest first."""
    with server.reader() as reader:
        items = reader.get(f"/v1/stories/{story}/entries").json()["items"]
    return [item["body_html"].strip() for item in items]


def serve_alone(
    url: str, data_dir: Path, port: int, *, wrapper: list[str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a server that must refuse to start."""
    ours = {"DATA_DIR": str(data_dir), "DATABASE_URL": url, "ADMIN_TOKEN": ADMIN_TOKEN, "PORT": str(port)}
    environment = command_environment(**{f"LIVEBLOG_{name}": value for name, value in ours.items()})
    return run_command(["serve"], env=environment, wrapper=wrapper or (), text=True, timeout=COMMAND_SECONDS)
