"""The processes of one machine on SQLite, without their supervisor: a writer and readers, each at a port of its own."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.commands import EXECUTED, start_command
from tests.e2e.server import READY_SECONDS, Server
from tests.ports import reserved_port
from tests.waiting import await_true

COUNT = 2


_LATE, _LATE_ITSELF = "follower_late", "applying_late"


@dataclass
class MachineProcess(Server):
    """One process in its role. The writer, number 0, has no address of its own."""

    role: str = "reader"
    number: int = 1
    folder: Path = Path()
    _link: socket.socket | None = None

    def start(self) -> float:
        """Start it, and wait until it says that it is ready."""
        self.load()
        self.go()
        return 0.0

    def load(self) -> None:
        """Start it, from the main thread, with which it ends: it loads its code, and opens nothing yet."""
        self._link, theirs = socket.socketpair()
        with ExitStack() as given, self.log_path.open("ab") as log:
            given.enter_context(theirs)
            descriptors = [theirs.fileno()]
            command = [
                *("--role", self.role, "--number", str(self.number), "--count", str(COUNT)),
                *("--folder", str(self.folder), "--has-writer", "--supervisor", str(theirs.fileno())),
            ]
            if self.role == "reader":
                listener = given.enter_context(socket.socket())
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("127.0.0.1", self.port))
                listener.listen(1024)
                descriptors.append(listener.fileno())
                command += ["--listener", f"{self.number}:{listener.fileno()}"]
            self.process = start_command(
                ["serve-worker", *command], env=self._environment(), wrapper=EXECUTED, stdout=log, stderr=log,
                pass_fds=descriptors,
            )  # fmt: skip

    def go(self) -> None:
        """Let it open everything, and wait until it says that it is ready."""
        assert self._link is not None
        self._link.settimeout(2 * READY_SECONDS)  # three processes load their code side by side
        self._link.sendall(b"go\n")
        assert self._link.recv(64).startswith(b"ready"), f"not ready: {self.log}"

    def kill(self) -> None:
        super().kill()
        if self._link is not None:
            self._link.close()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop it for the block, as a machine does that swaps."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def post(self, story: str, text: str, *, key: str | None = None) -> httpx.Response:
        """Post an entry, perhaps under a key."""
        headers = {} if key is None else {"Idempotency-Key": key}
        with self.signed_in() as admin:
            return admin.post(f"/v1/stories/{story}/entries", json={"text": text}, headers=headers)

    def texts(self, story: str) -> list[str]:
        """Return the texts of the story's entries as readers see them, the newest first."""
        with self.reader() as client:
            items = client.get(f"/v1/stories/{story}/entries").json()["items"]
        return [item["body_html"].strip().removeprefix("<p>").removesuffix("</p>") for item in items]

    def readiness(self) -> dict[str, Any]:
        """Return what `/readyz` says."""
        with self.reader() as client:
            found: dict[str, Any] = client.get("/readyz").json()
        return found

    def peak_memory_bytes(self) -> int:
        """Return the most memory that it has had until now."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def modes_of(self, path: str) -> list[int]:
        """Return the flags with which it has that file open, one for each descriptor."""
        assert self.process is not None
        found: list[int] = []
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            if os.path.realpath(link) != os.path.realpath(path):
                continue
            with suppress(FileNotFoundError):  # closed since it was listed
                lines = Path(f"/proc/{self.process.pid}/fdinfo/{link.name}").read_text().splitlines()
                found += [int(line.split()[1], 8) for line in lines if line.startswith("flags:")]
        return found

    @property
    def log_path(self) -> Path:
        return self.data_dir.parent / f"{self.role}-{self.number}.log"


@dataclass
class Machine:
    """The writer and two readers."""

    writer: MachineProcess
    readers: list[MachineProcess] = field(default_factory=list)
    _counted: dict[str, int] = field(default_factory=dict)

    def revive(self) -> None:
        """Start whatever has ended. What they log counts from here."""
        self._counted = {event: self._count(event) for event in (_LATE, _LATE_ITSELF)}
        ended = [
            each for each in (self.writer, *self.readers) if each.process is None or each.process.poll() is not None
        ]
        for each in ended:
            each.load()
        for each in ended:
            each.go()

    def late_followers(self) -> int:
        """Count how often the writer has answered before a reader that had not asked knew, since `revive`."""
        return self._count(_LATE) - self._counted.get(_LATE, 0)

    def late_forwarders(self) -> int:
        """Count how often a reader has passed an answer on before it knew itself, since `revive`."""
        return self._count(_LATE_ITSELF) - self._counted.get(_LATE_ITSELF, 0)

    def require_known(self, is_known: Callable[[], object]) -> None:
        """Require that what was written and answered is known, at once or where one says that it is late."""
        if not is_known():
            late = self.late_followers() + self.late_forwarders()
            assert late, f"told before it is answered: {self.writer.log}"
            await_true(is_known)

    def _count(self, event: str) -> int:
        logs = [each.log_path for each in (self.writer, *self.readers)]
        return sum(path.read_text(errors="replace").count(f'"{event}"') for path in logs if path.exists())


@contextmanager
def running_machine(database_url: str, folder: Path, **settings: str) -> Iterator[Machine]:
    """A writer and two readers over a migrated database, ready; killed at the end of the block."""
    data_dir = folder / "data"
    sockets = folder / "s"
    for each in (data_dir, sockets):
        each.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as stack:
        ports = [stack.enter_context(reserved_port()) for _ in range(COUNT)]
        settings = {"DEMO": "false", **settings}

        def make(role: str, number: int, port: int) -> MachineProcess:
            made = MachineProcess(data_dir, database_url, port, settings, role=role, number=number, folder=sockets)
            stack.callback(made.kill)
            return made

        machine = Machine(make("writer", 0, ports[0]))
        machine.readers = [make("reader", number, port) for number, port in enumerate(ports, start=1)]
        try:
            machine.revive()
            yield machine
        except BaseException as error:
            for process in (machine.writer, *machine.readers):
                process.log_path.touch()
                error.add_note(f"{process.role} {process.number} logged: {process.log[-2000:]}")
            raise
