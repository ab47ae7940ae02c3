"""`liveblog serve --workers`: the supervisor, and what it starts its processes with."""

from __future__ import annotations

import fcntl
import os
import sys
import sysconfig
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from socket import socket

from app.cli.control import Refused
from app.composition.roles import Role, Worker
from app.server.control_socket import LONGEST_PATH_BYTES
from app.server.listeners import open_shared_listeners
from app.server.process_tuning import raise_file_limit
from app.server.workers.restarting import STOP_SECONDS, Times
from app.server.workers.slot import SlotPlan
from app.server.workers.supervisor import supervise
from app.settings import MOST_WORKERS, Settings

_FOLDER = "workers"
_SOURCE = Path(__file__).resolve().parents[3]


def serve_with_workers(settings: Settings, count: int, *, portable: bool, show_token: bool) -> int:
    """Serve with `count` workers until stopped; return the exit code. Raises Refused and CannotListen."""
    with _own_folder(settings) as folder:
        raise_file_limit()
        sockets = open_shared_listeners(settings.host, settings.port, count)
        plans = make_plans(
            folder,
            sockets,
            has_writer=not settings.has_shared_database,
            portable=portable,
            show_token=show_token,
        )
        return supervise(plans, Times(stop=settings.drain_seconds + STOP_SECONDS))


def make_plans(
    folder: Path, sockets: Sequence[Sequence[socket]], *, has_writer: bool, portable: bool, show_token: bool
) -> list[SlotPlan]:
    """Plan the processes that serve on `sockets`, a list for each worker; with a writer, it comes first.

    Each worker has the sockets of all, since it may have to stand in for another.
    """
    listeners = [(number, each.fileno()) for number, own in enumerate(sockets, start=1) for each in own]
    make = partial(Worker, count=len(sockets), folder=folder, has_writer=has_writer)
    role = Role.READER if has_writer else Role.ALL
    switches = [*(["--portable"] if portable else []), *(["--show-token"] if show_token else [])]
    writer = [_plan(make(Role.WRITER, number=0), [], switches)] if has_writer else []
    return [*writer, *(_plan(make(role, number=n), listeners, switches) for n in range(1, len(sockets) + 1))]


def _plan(worker: Worker, listeners: Sequence[tuple[int, int]], switches: Sequence[str]) -> SlotPlan:
    command = [
        *(sys.executable, "-P", "-m", "app.cli", "serve-worker"),
        *("--role", worker.role, "--number", str(worker.number), "--count", str(worker.count)),
        *("--folder", str(worker.folder)),
        *(part for owner, descriptor in listeners for part in ("--listener", f"{owner}:{descriptor}")),
        *(["--has-writer"] if worker.has_writer else []),
        *switches,
        "--supervisor",  # whose descriptor comes after it
    ]
    descriptors = [descriptor for _, descriptor in listeners]
    return SlotPlan(worker.name, command, descriptors, is_single=worker.role is Role.WRITER, number=worker.number)


def let_children_find_us() -> None:
    """Let the processes that we start import this program from where it is, also where it is not installed.

    They look for nothing in the folder that we happen to be started in.
    """
    if str(_SOURCE) not in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        others = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join([str(_SOURCE), *([others] if others else [])])


@contextmanager
def _own_folder(settings: Settings) -> Generator[Path]:
    """Make the folder of the processes' sockets, and keep it from another supervisor. Raises Refused."""
    folder = settings.data_dir / _FOLDER / str(settings.port)
    longest = Worker(number=MOST_WORKERS, folder=folder)
    if len(os.fsencode(longest.sibling_socket(longest.name))) > LONGEST_PATH_BYTES:
        raise Refused("The data folder's path is too long for workers' sockets; choose a shorter LIVEBLOG_DATA_DIR.")
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
        each.chmod(0o700)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(
                f"Workers run on port {settings.port} with this data folder already; stop them, or set LIVEBLOG_PORT."
            ) from None
        _remove_sockets(folder)
        yield folder
        _remove_sockets(folder)
    finally:
        os.close(lock)


def _remove_sockets(folder: Path) -> None:
    """Delete what processes that were killed have left; none runs now."""
    for left in folder.glob("*.sock"):
        left.unlink(missing_ok=True)
