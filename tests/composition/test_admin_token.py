"""Nodes that share a database agree on one admin token, whichever was first."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from app.composition.admin_token import agree_on_admin_token, digest_of_token
from app.settings import Settings
from app.storage.database.opening import open_database
from app.storage.upkeep.migrations import migrate

SET = "a-token-that-the-operator-has-set-0123456789"
OTHER = "another-one-that-the-operator-sets-987654321"
NODES = 4


@pytest.fixture
def shared_url(postgres_url: str) -> str:
    """The one kind of database that several nodes may share."""
    migrate(postgres_url)
    return postgres_url


def _node(folder: Path, url: str, **settings: Any) -> Settings:
    return Settings(data_dir=folder, database_url=url, **settings)


def _agree(settings: Settings) -> str:
    database = open_database(settings.database_url, connections=1)
    try:
        return agree_on_admin_token(settings, database)
    finally:
        database.close()


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("admin-token"))


def test_of_nodes_that_start_together_one_makes_the_token_and_all_agree_on_it(shared_url: str, tmp_path: Path) -> None:
    agreed: list[str] = []
    barrier = threading.Barrier(NODES)

    def start(number: int) -> None:
        settings = _node(tmp_path / str(number), shared_url)
        barrier.wait()
        agreed.append(_agree(settings))

    threads = [threading.Thread(target=start, args=(number,)) for number in range(NODES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (file,) = _files(tmp_path)
    assert agreed == [digest_of_token(file.read_text().strip())] * NODES
    assert _agree(_node(file.parent, shared_url)) == agreed[0], "also when it starts again"


def test_a_setting_wins_over_files_and_the_newest_over_those_before(shared_url: str, tmp_path: Path) -> None:
    first = _agree(_node(tmp_path / "a", shared_url))
    assert _agree(_node(tmp_path / "b", shared_url, admin_token=SecretStr(SET))) == digest_of_token(SET) != first
    with capture_logs() as lines:
        assert _agree(_node(tmp_path / "a", shared_url)) == digest_of_token(SET)
    assert [(line["event"], line["log_level"]) for line in lines] == [("admin_token_of_another_node", "warning")]
    assert lines[0]["file"] == str(tmp_path / "a" / "admin-token")
    assert _agree(_node(tmp_path / "a", shared_url, admin_token=SecretStr(OTHER))) == digest_of_token(OTHER)
    assert _files(tmp_path) == [tmp_path / "a" / "admin-token"]


def test_nodes_that_are_alone_with_their_database_have_their_own(sqlite_url: str, tmp_path: Path) -> None:
    agreed = _agree(_node(tmp_path / "a", sqlite_url))
    assert _agree(_node(tmp_path / "b", sqlite_url)) != agreed
    assert _agree(_node(tmp_path / "a", sqlite_url)) == agreed
