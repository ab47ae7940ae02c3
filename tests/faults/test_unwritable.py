"""A server whose database takes no writes: that is said once with its cause, by readiness, and at the start."""

from __future__ import annotations

import json
import os
import resource
import shutil
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.server import Server, make_story, serving
from tests.faults.posting import Post, serve_alone, texts
from tests.needs import require
from tests.postgres import ReusedDatabases
from tests.waiting import await_true

PATIENCE_SECONDS = 30
LIMIT_BYTES = 100_000
"""Less than any file of ours is long: each write that would make one longer fails, as on a disk that is full."""


def test_a_disk_that_is_full_is_said_once_and_by_readiness_until_there_is_room(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as server:
        story = make_story(server)
        assert server.process is not None
        pid = server.process.pid
        unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (LIMIT_BYTES, unlimited[1]))
        post = Post(server, story, "Water as far as the eye can see. " * 200)
        await_true(  # the write-ahead log is as long as it may be
            lambda: _status(post) == 503, seconds=PATIENCE_SECONDS, or_say=lambda: "there is room without end"
        )
        assert _readiness(server) == (200, "degraded", ["writes"])
        with server.reader() as reader:
            assert reader.get(f"/v1/stories/{story}").status_code == 200
        assert [_status(post) for _ in range(3)] == [503] * 3
        (said,) = _logged(server, "database_unwritable")
        assert said["cause"] in {"database or disk is full", "disk I/O error"}

        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
        await_true(
            lambda: _readiness(server)[1] == "ready", seconds=PATIENCE_SECONDS, or_say=lambda: str(_readiness(server))
        )
        assert _status(post) == 201
        assert len(texts(server, story)) >= 1
        assert len(_logged(server, "database_unwritable_over")) == 1
        assert server.stop() == 0


def test_a_replica_that_may_only_be_read_is_said_by_readiness_and_refused_at_the_start(
    reused_databases: ReusedDatabases, tmp_path: Path, free_port: int
) -> None:
    with reused_databases.lend() as name, reused_databases.server.connect(name) as admin:
        url = reused_databases.server.url(name)
        with serving(url, tmp_path, DRAIN_SECONDS="0") as server:
            story = make_story(server)
            # For every session at once, those that are open included.
            admin.execute("SET default_transaction_read_only = off")
            admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            admin.execute("SELECT pg_reload_conf()")
            try:
                await_true(lambda: _is_refused(server, story), seconds=PATIENCE_SECONDS, or_say=lambda: server.log)
                assert _readiness(server) == (200, "degraded", ["writes"])
                (said,) = _logged(server, "database_unwritable")
                assert "read-only transaction" in said["cause"]
                second = serve_alone(url, tmp_path / "second", free_port)
                assert second.returncode == 1
                assert "can be read and not written" in second.stderr
                assert "Traceback" not in second.stderr
            finally:
                admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
                admin.execute("SELECT pg_reload_conf()")
            await_true(lambda: _readiness(server)[1] == "ready", seconds=PATIENCE_SECONDS, or_say=lambda: server.log)


@pytest.mark.parametrize("kept", ["file", "folder"])
def test_a_database_of_another_account_is_refused_at_the_start_with_a_sentence(
    migrated_sqlite: Path, tmp_path: Path, free_port: int, kept: str
) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    file = data_dir / "liveblog.db"
    shutil.copyfile(migrated_sqlite, file)
    wrapper: list[str] = []
    if os.geteuid() == 0:
        # Root may write into everything, but not without the capabilities that let it.
        setpriv = shutil.which("setpriv")
        require("setpriv", found=setpriv is not None, reason="install util-linux, or run the tests as another account")
        wrapper = [str(setpriv), "--bounding-set=-dac_override,-dac_read_search,-fowner"]
        os.chown(file if kept == "file" else data_dir, 65534, 65534)
    if kept == "file":
        file.chmod(0o444)
    else:
        data_dir.chmod(0o555)
    try:
        done = serve_alone(f"sqlite:///{file}", data_dir, free_port, wrapper=wrapper)
    finally:
        data_dir.chmod(0o755)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert str(data_dir) in done.stderr or "readonly database" in done.stderr


def _is_refused(server: Server, story: str) -> bool:
    return _status(Post(server, story, "Too early.")) == 503


def _status(post: Post) -> int:
    """Send it once more, as another entry, and return the status of the answer."""
    post.send(key=uuid.uuid4().hex)
    return post.answers[-1].status_code


def _readiness(server: Server) -> tuple[int, str, list[str]]:
    with server.reader() as reader:
        answer = reader.get("/readyz")
    assert isinstance(answer, httpx.Response)
    return answer.status_code, answer.json()["status"], answer.json()["reasons"]


def _logged(server: Server, event: str) -> list[dict[str, Any]]:
    lines = server.log_path.read_text(errors="replace").splitlines()
    return [line for line in (json.loads(line) for line in lines if line[:1] == "{") if line["event"] == event]
