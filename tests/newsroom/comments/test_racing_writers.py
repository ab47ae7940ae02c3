"""Decisions about comments that race a freeze, a withdrawal or a purge of their story, on two connections at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.comments import CommentAction
from app.domain.errors import LiveblogError, NotFound
from app.newsroom.comments.conversion import make_entry_of_comment
from app.newsroom.comments.moderation import answer_comment, moderate_comment, moderate_comments
from app.newsroom.context.newsroom import Newsroom
from app.storage.newsroom.stories import lock_story
from app.wire.requests.comments import CommentBatch, CommentDecision, CommentEntry, NewsroomAnswer
from tests.faults.tables import select
from tests.newsroom.comments.test_intake import arriving, intake_of, newsroom_of, taken
from tests.newsroom.driver import NewsroomDriver

pytestmark = [
    # SQLite has one writer: there is no race.
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]

SOON = 20.0

_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    " AND query NOT LIKE '%pg_stat_activity%'"
)


def _approve(newsroom: Newsroom, driver: NewsroomDriver, comment: str, _shown: str) -> object:
    return moderate_comment(newsroom, driver.call(), comment, CommentAction.APPROVE, CommentDecision())


def _approve_many(newsroom: Newsroom, driver: NewsroomDriver, comment: str, _shown: str) -> object:
    return moderate_comments(newsroom, driver.call(), CommentBatch(action="approve", comments=[comment]))


def _answer(newsroom: Newsroom, driver: NewsroomDriver, _comment: str, shown: str) -> object:
    return answer_comment(newsroom, driver.call(), shown, NewsroomAnswer(text="quetzalcoatl"))


def _withdraw(driver: NewsroomDriver, story: str) -> object:
    return driver.patch_story(story, status="withdrawn")


def _purge(driver: NewsroomDriver, story: str) -> object:
    driver.patch_story(story, status="withdrawn")
    return driver.purge(story=story)


HIDING: dict[str, Callable[[NewsroomDriver, str], object]] = {
    "a freeze of the story": lambda driver, story: driver.freeze(story),
    "a freeze of the site": lambda driver, _story: driver.freeze(),
    "a withdrawal": _withdraw,
    "a purge": _purge,
}


@pytest.mark.parametrize("decide", [_approve, _approve_many, _answer])
@pytest.mark.parametrize("taking_back", HIDING)
def test_once_it_is_acknowledged_nothing_is_shown_that_was_not(
    driver: NewsroomDriver, database_url: str, taking_back: str, decide: Callable[..., object]
) -> None:
    story = str(driver.story()["id"])
    newsroom = newsroom_of(driver)
    intake = intake_of(newsroom)
    shown, comment = (taken(intake.take([arriving(story, text)])[0]).comment for text in ("xylophone", "quetzalcoatl"))
    _approve(newsroom, driver, shown, shown)

    def shown_now() -> list[Any]:
        return sorted(select(database_url, "SELECT id FROM public_comments WHERE story_id = :story", story=story))

    decided = _Racing(lambda: decide(newsroom, driver, comment, shown))
    taken_back = _Racing(lambda: (HIDING[taking_back](driver, story), shown_now())[1])
    with driver.database.transaction() as tx:
        # The decision has looked at its story, and waits half done: to count what it shows.
        tx.connection.exec_driver_sql("UPDATE public_comment_totals SET approved = approved")
        decided.start()
        _until(lambda: select(database_url, _WAITING) == [(1,)])
        taken_back.start()
        _until(lambda: taken_back.is_done or select(database_url, _WAITING) == [(2,)])
    decided.end()
    at_the_answer = taken_back.end()
    assert shown_now() == at_the_answer
    if "freeze" not in taking_back:
        assert shown_now() == []


def test_no_entry_is_made_of_a_reply_that_is_purged_while_its_story_is_waited_for(
    driver: NewsroomDriver, database_url: str
) -> None:
    story = str(driver.story()["id"])
    newsroom = newsroom_of(driver)
    comment = taken(intake_of(newsroom).take([arriving(story)])[0]).comment
    made = _Racing(lambda: make_entry_of_comment(newsroom, driver.call(), comment, CommentEntry()))
    with driver.database.transaction() as tx:
        assert lock_story(tx, story) is not None
        made.start()
        _until(lambda: select(database_url, _WAITING) == [(1,)])
        tx.connection.exec_driver_sql("DELETE FROM comments")
    with pytest.raises(NotFound, match="comment_not_found"):
        made.end()


class _Racing:
    """A call in a thread of its own."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.is_done = False
        self._call = call
        self._result: object = None
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> object:
        self._thread.join(SOON)
        assert self.is_done
        if isinstance(self._result, Exception):
            raise self._result
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._call()
        except LiveblogError as error:
            self._result = error
        self.is_done = True


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.01)  # between two looks
