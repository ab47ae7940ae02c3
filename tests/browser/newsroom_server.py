"""The server of the browser tests, run by its own commands, and where Chromium is found."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.commands import command_environment, run_command, start_command
from tests.loopback import NO_CERTIFICATES

START_SECONDS = 60
COMMAND_SECONDS = 120
PATIENCE_MILLISECONDS = 20_000
"""How long a page may take before it counts as broken; far more than it needs, for a browser that shares its cores."""

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"><rect width="640" height="360"/></svg>'


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The API of a running server, with the rights of its administrator."""

    url: str
    token: str
    client: httpx.Client
    server: ServerProcess

    def make_story(self, **fields: Any) -> dict[str, Any]:
        """A new story of its own for each test; live unless told otherwise."""
        return self._sent("POST", "/v1/stories", {"title": "Election night"} | fields)

    def publish(self, story: dict[str, Any], text: str, **fields: Any) -> dict[str, Any]:
        """Publish an entry."""
        return self._sent("POST", f"/v1/stories/{story['id']}/entries", {"text": text} | fields)

    def act(self, entry: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
        """Do something to an entry."""
        return self._sent("POST", f"/v1/stories/{entry['story']}/entries/{entry['id']}/{action}", body)

    def edit(self, entry: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Edit an entry, whatever its version."""
        return self._sent("PATCH", f"/v1/stories/{entry['story']}/entries/{entry['id']}", fields, {"If-Match": "*"})

    def edit_story(self, story: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Edit a story, whatever its version."""
        return self._sent("PATCH", f"/v1/stories/{story['id']}", fields, {"If-Match": "*"})

    def state(self, story: dict[str, Any]) -> dict[str, Any]:
        """The story as readers get it."""
        state: dict[str, Any] = self.client.get(f"/v1/stories/{story['id']}").json()
        return state

    def shown(self, story: dict[str, Any]) -> list[dict[str, Any]]:
        """The entries that readers are shown."""
        items: list[dict[str, Any]] = self.state(story)["timeline"]["items"]
        return items

    def entries(self, story: dict[str, Any]) -> list[dict[str, Any]]:
        """The entries of a story in the newsroom, of every status."""
        path = f"/v1/newsroom/stories/{story['id']}/entries?limit=100"
        items: list[dict[str, Any]] = self.client.get(path).json()["items"]
        return items

    def statuses(self, story: dict[str, Any]) -> dict[str, str]:
        """The status of each entry, by its text."""
        return {entry["text"]: entry["status"] for entry in self.entries(story)}

    def page(self, story: dict[str, Any], query: str = "") -> str:
        """The address of the reader's page."""
        return f"{self.url}/stories/{story['slug']}{query}"

    def _sent(self, method: str, path: str, body: Any, headers: dict[str, str] | None = None) -> dict[str, Any]:
        answer = self.client.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        done: dict[str, Any] = answer.json()
        return done


@dataclass(slots=True)
class ServerProcess:
    """A server on a folder and a port of its own, which can be stopped and started again."""

    environment: dict[str, str]
    url: str
    log: Path
    wrapper: Sequence[str] = ()
    """The command that runs it."""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = start_command(["serve"], env=self.environment, wrapper=self.wrapper, stdout=log, stderr=log)
        _wait_until_ready(self.process, self.url, self.log)

    def kill(self) -> None:
        """Kill it as a machine that goes down would, and wait until it is gone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=15)
        self.process = None

    def stop(self) -> None:
        """Stop it, if it runs, and wait until it is gone."""
        if self.process is None:
            return
        self.process.terminate()
        self.process.wait(timeout=15)
        self.process = None


def run_newsroom(folder: Path, port: int, settings: dict[str, str]) -> Iterator[Newsroom]:
    """Serve a folder with a migrated database, with further settings, and stop the server at the end."""
    token = secrets.token_hex(24)
    ours = {
        "LIVEBLOG_DATA_DIR": str(folder / "data"),
        "LIVEBLOG_PORT": str(port),
        "LIVEBLOG_ADMIN_TOKEN": token,
        "LIVEBLOG_SITE_NAME": "The Courier",
    }
    url = f"http://127.0.0.1:{port}"
    server = ServerProcess(command_environment(**ours) | settings, url, folder / "log")
    try:
        server.start()
        with httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, verify=NO_CERTIFICATES, timeout=40
        ) as client:
            yield Newsroom(url, token, client, server)
    finally:
        server.stop()


def run_beside(newsroom: Newsroom, *arguments: str) -> None:
    """Run one command beside the running server, in its folder."""
    done = run_command(arguments, env=newsroom.server.environment, text=True, timeout=COMMAND_SECONDS)
    assert done.returncode == 0, done.stderr


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/healthz", verify=NO_CERTIFICATES, timeout=40).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)  # between two tries
    pytest.fail(f"the server did not answer within {START_SECONDS} s:\n{log.read_text()}")
