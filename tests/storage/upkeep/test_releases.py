"""Two releases on one schema: who may write and read on what a newer one has made, and which nodes run."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.errors import Unavailable
from app.storage.database.opening import open_database
from app.storage.database.write_probe import probe_writing
from app.storage.upkeep import migrations
from app.storage.upkeep.migrations import (
    MIGRATIONS,
    WrongSchema,
    list_running_nodes,
    migrate,
    newest_revision,
    require_current_schema,
    watch_schema,
)
from app.storage.upkeep.releases import Node, Step, find_oldest, name_connections


def _steps(*steps: tuple[str, str, str]) -> list[Step]:
    return [Step(*step) for step in steps]


@pytest.mark.parametrize(
    ("steps", "oldest"),
    [
        (_steps(("1", "1", "1"), ("2", "2", "1"), ("3", "3", "1")), ("3", "1")),
        (_steps(("1", "1", "1"), ("2", "2", "1"), ("3", "2", "1")), ("2", "1")),
        (_steps(("1", "1", "1"), ("2", "1", "1"), ("3", "2", "1")), ("2", "1")),
        (_steps(("1", "1", "1"), ("2", "1", "1"), ("3", "1", "1")), ("1", "1")),
        (_steps(("1", "1", "1"), ("2", "2", "1"), ("3", "1", "1")), ("2", "1")),
        (_steps(("1", "1", "1"), ("2", "1", "1"), ("3", "2", "2")), ("2", "2")),
        (_steps(("1", "1", "1"), ("2", "2", "2"), ("3", "2", "1")), ("2", "2")),
        (_steps(("1", "1", "1")), ("1", "1")),
    ],
)
def test_a_release_may_if_every_migration_that_it_does_not_know_lets_it(
    steps: list[Step], oldest: tuple[str, str]
) -> None:
    assert find_oldest(steps) == oldest


@contextmanager
def _next_release(folder: Path, **says: str) -> Generator[None]:
    """The next release's migrations in the place of ours, of which the newest adds a column and says this."""
    copied = folder / "migrations"
    shutil.copytree(MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / "9999_the_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '9999', '{newest_revision()}', None, None\n"
        + "".join(f"{name} = '{value}'\n" for name, value in says.items())
        + "def upgrade():\n    op.add_column('stories', sa.Column('mood', sa.Text()))\n"
        "def downgrade():\n    op.drop_column('stories', 'mood')\n"
    )
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(migrations, "MIGRATIONS", copied)
            migrations._known_revisions.cache_clear()
            yield
    finally:
        migrations._known_revisions.cache_clear()


def test_beside_a_release_that_lets_it_a_node_goes_on_writing_and_another_may_start(
    postgres_url: str, tmp_path: Path
) -> None:
    migrate(postgres_url)
    database = open_database(postgres_url)
    try:
        with _next_release(tmp_path, writable_from=newest_revision()):
            assert migrate(postgres_url)
        watch_schema(database)
        require_current_schema(database)
        probe_writing(database)
        ours = newest_revision()
        with _next_release(tmp_path / "again", writable_from=ours):
            assert migrate(postgres_url, revision=ours)
        require_current_schema(database)
    finally:
        database.close()


def test_beside_one_that_does_not_say_so_it_only_reads(postgres_url: str, tmp_path: Path) -> None:
    migrate(postgres_url)
    database = open_database(postgres_url)
    try:
        with _next_release(tmp_path):
            assert migrate(postgres_url)
        watch_schema(database)
        with pytest.raises(Unavailable, match="schema_changed"):
            probe_writing(database)
        with pytest.raises(WrongSchema, match="use the newer release"):
            require_current_schema(database)
    finally:
        database.close()


def test_nothing_is_taken_away_while_a_node_runs_that_reads_it(postgres_url: str, tmp_path: Path) -> None:
    migrate(postgres_url)
    assert list_running_nodes(postgres_url) == []
    name = name_connections(schema=newest_revision(), release="0.1.0", node="north in the cellar")
    database = open_database(postgres_url, connection_name=name)
    probe_writing(database)
    assert list_running_nodes(postgres_url) == [Node(newest_revision(), "0.1.0", "north in the cellar")]
    with _next_release(tmp_path, readable_from="9999"):
        with pytest.raises(WrongSchema, match=r"north in the cellar \(0.1.0, schema"):
            migrate(postgres_url)
        database.close()
        assert migrate(postgres_url)
    assert len(name_connections(schema="0016", release="0.1.0", node="ø" * 80).encode()) <= 63


def test_what_a_schema_does_not_keep_is_not_lost_by_a_slip(sqlite_url: str) -> None:
    newest, older, *_ = migrations._known_revisions()
    with pytest.raises(WrongSchema, match="--yes"):
        migrate(sqlite_url, revision=older, may_lose=False)
    with pytest.raises(WrongSchema, match="There is no schema 0400"):
        migrate(sqlite_url, revision="0400", may_lose=False)
    assert migrate(sqlite_url, revision=older)
    assert migrate(sqlite_url, revision=newest, may_lose=False)
