"""A backup from before a purge has the text; restored and purged, its own new backup has not a byte of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.clock import Micros
from app.domain.identifiers import SystemRandomSource
from app.storage.database.opening import open_database
from app.storage.upkeep.backup import AddressesKept, back_up, restore
from tests.newsroom.driver import NewsroomDriver
from tests.storage.dumps import find_in, read_all_bytes
from tests.storage.upkeep.archives import silent

TEXT = "xylophone"


def _has_text(file: Path) -> bool:
    return TEXT.encode() in file.read_bytes().lower()


@pytest.mark.parametrize("what", ["entry", "story"])
def test_a_backup_is_purged_by_a_restore_a_purge_and_a_new_backup(database_url: str, tmp_path: Path, what: str) -> None:
    before, after, purged = tmp_path / "before", tmp_path / "after", tmp_path / "purged"
    database = open_database(database_url)
    driver = NewsroomDriver(database)
    story = driver.story(f"Night of the {TEXT}" if what == "story" else "Night")["id"]
    entry = driver.post(story, text=f"{TEXT} and more of it. " * 200)
    held = driver.post(driver.story("Held")["id"])
    driver.hold(held["story"], held["id"])
    target = {"story": story} if what == "story" else {"story": story, "entry": entry["id"]}
    back_up(database_url, before, progress=silent)
    driver.purge(**target)
    back_up(database_url, after, progress=silent)
    database.close()
    assert (_has_text(before), _has_text(after)) == (True, False)
    kept = AddressesKept(emails_since=Micros(0), networks_since=Micros(0))
    restore(database_url, before, replace=True, random=SystemRandomSource(), progress=silent, kept=kept)
    assert find_in(read_all_bytes(database_url), [TEXT]) != {}, "a restore brings it back"
    database = open_database(database_url)
    try:
        driver = NewsroomDriver(database)
        assert driver.prepare_purge(story=held["story"])["confirm"] is None, "and the hold with it"
        driver.purge(**target)
        assert database.scrub()
        back_up(database_url, purged, progress=silent)
        assert find_in(read_all_bytes(database_url), [TEXT]) == {}
        assert not _has_text(purged)
    finally:
        database.close()
