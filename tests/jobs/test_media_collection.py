"""Uploads that nothing uses are deleted in time, with their files; what is used, or young, is kept."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from app.domain.clock import Micros
from app.domain.errors import Unavailable
from app.domain.media import Media, MediaId, MediaWords
from app.jobs.media_collection import WITHOUT_ROW_SECONDS, collect_media
from app.media.files import storage_unavailable
from app.media.folder_files import FolderFiles
from app.newsroom.context.newsroom import Newsroom
from app.storage.database.transactions import Database
from app.storage.newsroom.audit import AuditFilter, list_audit
from app.storage.newsroom.media import insert_media, read_media, update_media_uses
from tests.newsroom.driver import NewsroomDriver

pytestmark = pytest.mark.anyio

DAY_SECONDS = 86_400
KEPT_SECONDS = 30 * DAY_SECONDS
MEDIA = Media(
    id=MediaId("7a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"), name="a" * 24, version=1, kind="image",
    content_type="image/png", width=320, height=240, animated=False, duration_ms=None, placeholder=None,
    renditions=({"file": "320.webp", "type": "image/webp", "width": 320, "height": 240, "size": 4},),
    words=MediaWords(), created_at=Micros(1), created_by=None, created_by_token="t", size_bytes=4, sha256="0" * 64,
)  # fmt: skip


class Place:
    """A store, and a newsroom whose uploads are as old as the test says."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.files = FolderFiles(folder / "media", least_free_bytes=0, now=lambda: time.time() + self.later_seconds)
        self.newsroom: Newsroom = NewsroomDriver(database).newsroom
        self.later_seconds = 0.0
        self._source = folder / "source"
        self._source.mkdir()
        (self._source / "320.webp").write_bytes(b"RIFF")

    async def keep(self, name: str, *, days_old: float, has_row: bool = True) -> Media:
        await self.files.keep(name, self._source, ["320.webp"])
        at = Micros(int(self.newsroom.clock() - days_old * DAY_SECONDS * 1_000_000))
        media = dataclasses.replace(MEDIA, id=MediaId(name), name=name, created_at=at)
        if has_row:
            with self.newsroom.database.transaction() as tx:
                insert_media(tx, media)
        return media

    async def collect(self) -> int:
        return await collect_media(self.newsroom, self.files, kept_seconds=KEPT_SECONDS)

    async def names(self) -> list[str]:
        return sorted([each.name async for each in self.files.names()])


async def test_what_was_never_used_goes_when_it_is_old_enough(database: Database, tmp_path: Path) -> None:
    place = Place(database, tmp_path)
    old, young = await place.keep("o" * 24, days_old=30.1), await place.keep("y" * 24, days_old=29.9)
    used = await place.keep("u" * 24, days_old=400)
    earlier = await place.keep("e" * 24, days_old=400)
    with database.transaction() as tx:
        update_media_uses(tx, added=[used.name, earlier.name], dropped=[], story="s", entry="e")
        update_media_uses(tx, added=[], dropped=[earlier.name], story="s", entry="e")
    assert await place.collect() == 1
    assert await place.names() == sorted([young.name, used.name, earlier.name])
    with database.snapshot() as tx:
        assert read_media(tx, old.id) is None
        assert read_media(tx, earlier.id) is not None
        rows = list_audit(tx, AuditFilter(), below=None, limit=10)
    assert [(row.token_id, row.change.action, row.change.object_id) for row in rows] == [("clock", "expire", old.id)]
    assert await place.collect() == 0


async def test_files_without_a_row_go_when_they_are_old_enough(database: Database, tmp_path: Path) -> None:
    place = Place(database, tmp_path)
    await place.keep("f" * 24, days_old=0, has_row=False)
    known = await place.keep("k" * 24, days_old=0)
    with database.transaction() as tx:
        update_media_uses(tx, added=[known.name], dropped=[], story="s")
    place.later_seconds = WITHOUT_ROW_SECONDS - 60
    assert await place.collect() == 0
    place.later_seconds = WITHOUT_ROW_SECONDS + 60
    assert await place.collect() == 1
    assert await place.names() == [known.name]


async def test_what_cannot_be_deleted_keeps_nothing_else_and_is_said(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(database, tmp_path)
    for letter in "abcdef":
        await place.keep(letter * 24, days_old=31 if letter < "d" else 0, has_row=letter < "d")
    place.later_seconds = WITHOUT_ROW_SECONDS + 60
    delete = place.files.delete

    async def refuse_some(name: str) -> None:
        if name[0] in "be":
            raise storage_unavailable()
        await delete(name)

    monkeypatch.setattr(place.files, "delete", refuse_some)
    with pytest.raises(Unavailable):
        await place.collect()
    assert await place.names() == ["b" * 24, "e" * 24]
    monkeypatch.undo()
    assert await place.collect() == 2
    assert await place.names() == []


async def test_a_row_without_files_is_collected_too(database: Database, tmp_path: Path) -> None:
    place = Place(database, tmp_path)
    lost = await place.keep("l" * 24, days_old=31)
    await place.files.delete(lost.name)
    assert await place.collect() == 1
    with database.snapshot() as tx:
        assert read_media(tx, lost.id) is None


async def test_more_than_a_batch_is_collected_in_one_run(database: Database, tmp_path: Path) -> None:
    place = Place(database, tmp_path)
    for number in range(25):
        await place.keep(f"{number:024d}", days_old=31)
    assert await place.collect() == 25
    assert await place.names() == []
