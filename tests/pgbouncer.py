"""PgBouncer in front of the session's PostgreSQL server, in any pool mode."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.needs import require
from tests.postgres import SUPERUSER, PostgresServer

START_SECONDS = 60


def find_pgbouncer() -> str:
    """Return the path of the program. The test is skipped where there is none."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    require("PgBouncer", found=found is not None, reason="install the pgbouncer package")
    assert found is not None
    return found


@contextlib.contextmanager
def run_pgbouncer(server: PostgresServer, *, pool_mode: str, port: int, settings: str = "") -> Iterator[str]:
    """Run a pooler until the end of the block; its address, as the part of a URL behind @."""
    program = find_pgbouncer()
    folder = Path(tempfile.mkdtemp(prefix="liveblog-pooler-"))
    owner = server.socket_dir.stat()  # whose folder the server's socket is in
    account = owner.st_uid if os.geteuid() == 0 else None
    try:
        (folder / "users.txt").write_text(f'"{SUPERUSER}" ""\n')
        (folder / "pooler.ini").write_text(
            f"[databases]\n* = host={server.socket_dir} user={SUPERUSER}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            f"auth_file = {folder}/users.txt\npool_mode = {pool_mode}\n{settings}\n"
        )
        if account is not None:
            for each in (folder, *folder.iterdir()):
                os.chown(each, owner.st_uid, owner.st_gid)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [program, folder / "pooler.ini"], user=account, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        try:
            _await_listening(process, port, folder / "log")
            yield f"127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)  # between two tries
    raise AssertionError(f"PgBouncer did not start: {log.read_text(errors='replace')}")
