"""The announcement of a publication: one transaction's events, the head they left, and the head they were built on."""

from __future__ import annotations

from itertools import pairwise

from tests.newsroom.driver import NewsroomDriver


def test_each_announcement_names_the_event_its_writer_built_on(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    for text in ("one", "two", "three"):
        driver.post(story, text)
    first, *later = driver.announcements
    assert first.base is not None
    assert (first.base.seq, first.base.epoch) == (0, first.head.cursor.epoch)
    assert len(later) == 3
    for before, after in pairwise(driver.announcements):
        assert after.base == before.head.cursor
        assert after.head.cursor.seq == before.head.cursor.seq + len(after.events)
