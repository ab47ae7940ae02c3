"""An export that is brought in while the site is frozen."""

from __future__ import annotations

import pytest

from app.domain.errors import Conflict
from tests.newsroom.driver import NewsroomDriver
from tests.newsroom.imports.bringing import Interrupted, InterruptedDatabase, find_public
from tests.newsroom.imports.test_restoring import export, readers_rows, restore, write_story


def test_it_is_opened_in_no_freeze_and_by_the_next_run_after_it(
    driver: NewsroomDriver, elsewhere: NewsroomDriver
) -> None:
    story = write_story(driver)
    lines = export(driver, story)
    with pytest.raises(Interrupted):  # the story is begun, and nothing of it is open
        restore(NewsroomDriver(InterruptedDatabase(elsewhere.database, commits=1)), lines)
    elsewhere.freeze()
    with pytest.raises(Conflict, match="frozen"):
        restore(elsewhere, lines)
    assert find_public(elsewhere, story) is None
    elsewhere.freeze(frozen=False)
    restore(elsewhere, lines)
    assert readers_rows(elsewhere) == readers_rows(driver)
