"""A private MariaDB server: its own data and socket, no network, stopped and deleted at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.waiting import await_true

START_SECONDS = 60
STOP_SECONDS = 20
DATABASE = "wordpress"
_PLACES = ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/libexec")
_SMALL = (
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--performance-schema=OFF",
)


def find_program(name: str) -> str | None:
    """Return where a program is: on PATH, or where Debian puts servers."""
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(_PLACES))


@contextlib.contextmanager
def run_mariadb() -> Iterator[Path]:
    """Start a server with an empty database `wordpress`, whose user `root` has no password. Yields its socket."""
    folder = Path(tempfile.mkdtemp(prefix="liveblog-my-"))  # a socket's path may not be long
    try:
        (folder / "tmp").mkdir()
        account = _account_for(folder)
        _initialise(folder, account)
        command = [
            _found("mariadbd"),
            "--no-defaults",
            *_own_folders(folder),
            f"--socket={folder / 'socket'}",
            f"--pid-file={folder / 'pid'}",
            "--skip-networking",
            "--skip-log-bin",
            *_SMALL,
            *account,
        ]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            await_true(
                lambda: process.poll() is not None or _say(folder, "SELECT 1") == 0,
                seconds=START_SECONDS,
                or_say=lambda: _log_of(folder),
            )
            assert process.poll() is None, _log_of(folder)
            assert _say(folder, f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4") == 0, _log_of(folder)
            yield folder / "socket"
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _found(name: str) -> str:
    found = find_program(name)
    assert found is not None, f"{name} is not installed"
    return found


def _own_folders(folder: Path) -> list[str]:
    """Name the folders of this server alone: at its start it deletes every server's temporary tables in its tmpdir."""
    return [f"--datadir={folder / 'data'}", f"--tmpdir={folder / 'tmp'}"]


def _account_for(folder: Path) -> list[str]:
    """MariaDB refuses to run as root; root lends the folders to its account."""
    if os.geteuid() != 0:
        return []
    for lent in (folder, folder / "tmp"):
        shutil.chown(lent, user="mysql")
    return ["--user=mysql"]


def _initialise(folder: Path, account: list[str]) -> None:
    command = [
        _found("mariadb-install-db"),
        "--no-defaults",
        *_own_folders(folder),
        "--skip-test-db",
        "--auth-root-authentication-method=normal",
        *_SMALL,
        *account,
    ]
    with (folder / "log").open("wb") as log:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=START_SECONDS, check=False
        )
    assert done.returncode == 0, _log_of(folder)


def _say(folder: Path, statement: str) -> int:
    command = [_found("mariadb"), "--no-defaults", f"--socket={folder / 'socket'}", "--user=root", "-e", statement]
    return subprocess.run(command, capture_output=True, timeout=START_SECONDS, check=False).returncode


def _log_of(folder: Path) -> str:
    """Return the log's two ends: the installer says its cause first and then advice, the server its cause last."""
    log = (folder / "log").read_text(errors="replace")
    return log if len(log) < 4000 else f"{log[:2000]}\n[…]\n{log[-2000:]}"


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
