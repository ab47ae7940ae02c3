"""Runs the real `liveblog` command as its own process, with a data folder and environment of the test's own."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.commands import ROOT, command_environment, run_command, start_command
from tests.loopback import NO_CERTIFICATES

READY_SECONDS = 60
COMMAND_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder and the settings its commands are given."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    wrapper: tuple[str, ...] = ()
    """The command that runs each of its commands."""
    folder: Path = ROOT
    """The folder each of its commands is run in."""

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one command to its end; what it says is as for a person, unless the settings want it as JSON."""
        environment = self._environment(LIVEBLOG_LOG_FORMAT="console")
        return run_command(
            arguments, env=environment, wrapper=self.wrapper, cwd=self.folder, text=True, timeout=COMMAND_SECONDS
        )

    @contextmanager
    def running(self, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
        """Run one command beside the block, which may kill it; it is killed at its end."""
        environment = self._environment(LIVEBLOG_LOG_FORMAT="console")
        process = start_command(
            arguments, env=environment, wrapper=self.wrapper, cwd=self.folder, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def check(self, *arguments: str | Path) -> str:
        """The same for a command that must succeed; what it printed."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def serving(self, port: int, *options: str) -> Iterator[Server]:
        """Run the server from the moment it answers to the end of the block, or to its own end."""
        environment = self._environment(LIVEBLOG_LOG_FORMAT="json") | {"LIVEBLOG_PORT": str(port)}
        with (self.data_dir.parent / f"server-{port}.log").open("a+") as log:
            process = start_command(["serve", *options], env=environment, text=True, stdout=subprocess.PIPE, stderr=log)
            server = Server(process, port, Path(log.name))
            try:
                server.await_ready()
                yield server
            finally:
                process.kill()
                process.wait()
                assert process.stdout is not None
                process.stdout.close()

    @property
    def token(self) -> str:
        """The admin token of the data folder."""
        return (self.data_dir / "admin-token").read_text().strip()

    def _environment(self, **unless_set: str) -> dict[str, str]:
        return command_environment(**unless_set, LIVEBLOG_DATA_DIR=str(self.data_dir)) | self.settings


class Server:
    """A running `liveblog serve`."""

    def __init__(self, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self.greeting: list[str] = []
        self.printed: list[str] = []
        self._log = log
        self._lines: queue.Queue[str] = queue.Queue()

    def await_ready(self) -> None:
        """Wait for the greeting that says it answers: one line of the log, or four for a person."""
        threading.Thread(target=self._read, daemon=True).start()
        while len(self.greeting) < 4:
            try:
                line = self._lines.get(timeout=READY_SECONDS)
            except queue.Empty:
                raise AssertionError(f"the server was not ready in time: {self.log}") from None
            assert line, f"the server ended with {self.process.wait()}: {self.log}"
            self.printed.append(line)
            if line.startswith("{"):
                found = json.loads(line)
                self.greeting.extend(found[name] for name in ("readers_page", "newsroom", "token", "post"))
            else:
                self.greeting.append(line)

    def stop(self, seconds: float) -> int:
        """Send SIGTERM; the exit code, which must come within `seconds`."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=seconds)

    def client(self, token: str | None = None) -> httpx.Client:
        """A client of this server, with a token or as a reader."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=40)

    @property
    def log(self) -> str:
        """Return its log so far."""
        return self._log.read_text()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put("")
