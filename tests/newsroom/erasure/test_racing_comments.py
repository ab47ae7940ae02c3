"""What readers and moderators write in the very moment of a purge or an erasure: nothing of it is left behind it."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.domain.comments import CommentAction, CommentId
from app.domain.errors import Gone, LiveblogError, NotFound
from app.newsroom.comments.intake import ROUNDS, ArrivingComment, CommentIntake, TakenComment
from app.newsroom.comments.moderation import answer_comment, moderate_comment
from app.newsroom.comments.receipts import report_comment
from app.newsroom.comments.rules import erase_person
from app.newsroom.comments.signer import CommentSigner
from app.newsroom.context.newsroom import Newsroom
from app.storage.database.transactions import Database, WriteTransaction
from app.wire.requests.comments import CommentDecision, CommentDraft, CommentErasure, NewsroomAnswer, ReportDraft
from tests.newsroom.driver import NewsroomDriver
from tests.storage.dumps import find_in, read_all_bytes

TEXT, OTHER = "xylophone", "quetzalcoatl"
SIGNER = CommentSigner("key")
BROKEN_SECONDS = 30.0


class Moments:
    """A database of which one write can be caught: before it begins, or when all of it is done but the commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.before: Callable[[], object] | None = None
        self.at_commit: Callable[[], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @contextmanager
    def transaction(self, *, gives_way: bool = False) -> Generator[WriteTransaction]:
        before, self.before = self.before, None
        if before is not None:
            before()
        with self._database.transaction(gives_way=gives_way) as tx:
            yield tx
            at_commit, self.at_commit = self.at_commit, None
            if at_commit is not None:
                at_commit()


def _caught(driver: NewsroomDriver) -> tuple[Newsroom, Moments]:
    moments = Moments(driver.newsroom.database)
    return dataclasses.replace(driver.newsroom, database=moments), moments


def _take(newsroom: Newsroom, story: str, **fields: str) -> TakenComment | LiveblogError:
    draft = CommentDraft.model_validate({"name": "Ann", "text": f"Of {TEXT}.", **fields})
    (taken,) = CommentIntake(newsroom, SIGNER, monotonic=lambda: 0.0).take([ArrivingComment(story, draft)])
    return taken


def _comment(driver: NewsroomDriver, story: str, **fields: str) -> CommentId:
    taken = _take(driver.newsroom, story, **fields)
    assert isinstance(taken, TakenComment)
    return taken.comment


def _decide(newsroom: Newsroom, driver: NewsroomDriver, comment: CommentId, key: str) -> None:
    call = driver.call(idempotency_key=key, fingerprint="f")
    moderate_comment(newsroom, call, comment, CommentAction.APPROVE, CommentDecision(note=f"Not {TEXT}?"))


def _left(driver: NewsroomDriver, url: str, word: str = TEXT) -> dict[str, list[str]]:
    assert driver.database.scrub()
    return find_in(read_all_bytes(url), [word])


def _story(driver: NewsroomDriver) -> tuple[str, str]:
    story = driver.story(settings={"comments": {"mode": "moderated"}})["id"]
    return story, driver.post(story)["id"]


@pytest.mark.parametrize("purged", ["story", "entry", "comment"])
def test_a_comment_that_is_stored_behind_the_purge_of_what_it_stands_under_is_refused(
    driver: NewsroomDriver, database_url: str, purged: str
) -> None:
    story, entry = _story(driver)
    parent = _comment(driver, story, entry=entry, text=f"Of {OTHER}.")
    call = driver.call(idempotency_key="key", fingerprint="f")
    moderate_comment(driver.newsroom, call, parent, CommentAction.APPROVE, CommentDecision())
    target: dict[str, dict[str, str]] = {
        "story": {"story": story},
        "entry": {"story": story, "entry": entry},
        "comment": {"comment": parent},
    }
    under: dict[str, dict[str, str]] = {"story": {}, "entry": {"entry": entry}, "comment": {"parent": parent}}
    newsroom, moments = _caught(driver)
    moments.before = lambda: driver.purge(**target[purged])  # checked already, and not stored yet
    refused = _take(newsroom, story, **under[purged])
    assert isinstance(refused, NotFound if purged == "comment" else Gone)
    assert _left(driver, database_url) == {}
    assert driver.prepare_purge(**target[purged])["places"] == []


def test_a_comment_beside_what_was_purged_meanwhile_is_stored(driver: NewsroomDriver) -> None:
    story, entry = _story(driver)
    newsroom, moments = _caught(driver)
    moments.before = lambda: driver.purge(story=story, entry=entry)
    assert isinstance(_take(newsroom, story), TakenComment)


def test_a_comment_is_stored_however_often_something_else_is_purged_meanwhile(driver: NewsroomDriver) -> None:
    story, _ = _story(driver)
    newsroom, moments = _caught(driver)
    others = [driver.post(story)["id"] for _ in range(2 * ROUNDS)]

    def purge_another() -> None:
        driver.purge(story=story, entry=others.pop())
        moments.before = purge_another if others else None

    moments.before = purge_another
    assert isinstance(_take(newsroom, story), TakenComment)
    assert len(others) == ROUNDS - 1
    moments.before = lambda: driver.purge(story=story)
    assert isinstance(_take(newsroom, story), Gone)


def test_a_comment_under_what_is_purged_at_last_is_refused(driver: NewsroomDriver, database_url: str) -> None:
    story, entry = _story(driver)
    newsroom, moments = _caught(driver)
    others = [*(driver.post(story)["id"] for _ in range(ROUNDS)), entry][::-1]

    def purge_another() -> None:
        driver.purge(story=story, entry=others.pop())
        moments.before = purge_another if others else None

    moments.before = purge_another
    assert isinstance(_take(newsroom, story, entry=entry), Gone)
    assert others == []
    assert _left(driver, database_url) == {}


@pytest.mark.parametrize("purged", ["story", "entry", "comment"])
@pytest.mark.parametrize("act", ["send", "approve", "answer", "report"])
def test_what_is_done_with_comments_while_a_purge_begins_goes_with_it(
    driver: NewsroomDriver, database_url: str, act: str, purged: str
) -> None:
    story, entry = _story(driver)
    under = {"entry": entry} if purged == "entry" else {}
    comment = _comment(driver, story, **under)
    if act != "approve":
        _decide(driver.newsroom, driver, comment, "first")
    newsroom, moments = _caught(driver)
    words = OTHER if purged == "comment" else TEXT  # an answer is not the comment's
    notice = ReportDraft(category="illegal", text=f"{TEXT}?", name=TEXT, email="bob@mail.example")
    acts: dict[str, Callable[[], object]] = {
        "send": lambda: _take(newsroom, story, text=words, **under),
        "approve": lambda: _decide(newsroom, driver, comment, "second"),
        "answer": lambda: answer_comment(newsroom, driver.call(), comment, NewsroomAnswer(text=words)),
        "report": lambda: report_comment(newsroom, story, comment, notice, address="192.0.2.8", request_id=None),
    }
    targets: dict[str, dict[str, str]] = {
        "story": {"story": story},
        "entry": {"story": story, **under},
        "comment": {"comment": comment},
    }
    target = targets[purged]
    _race(database_url, moments, acts[act], lambda: driver.purge(**target))
    assert _left(driver, database_url) == {}
    assert driver.prepare_purge(**target)["places"] == []
    assert _shown(driver, story) == 0


def test_an_address_that_is_stored_while_it_is_forgotten_is_forgotten(
    driver: NewsroomDriver, database_url: str
) -> None:
    story, _ = _story(driver)
    newsroom, moments = _caught(driver)
    request = CommentErasure(email=f"ann@{TEXT}.example", comments=True)
    _race(
        database_url,
        moments,
        lambda: _take(newsroom, story, email=f"ann@{TEXT}.example"),
        lambda: erase_person(driver.newsroom, driver.call(), request),
    )
    assert _left(driver, database_url) == {}


def test_an_answer_is_without_the_name_of_a_person_who_is_purged_meanwhile(
    driver: NewsroomDriver, database_url: str
) -> None:
    story, _ = _story(driver)
    editor = driver.hire("editor", byline="Wolpertinger")
    comment = _comment(driver, story)
    _decide(driver.newsroom, driver, comment, "key")
    newsroom, moments = _caught(editor)
    _race(
        database_url,
        moments,
        lambda: answer_comment(newsroom, editor.call(), comment, NewsroomAnswer(text="Thank you.")),
        lambda: driver.purge(person=editor.person, bylines=True),
    )
    assert _left(driver, database_url, "Wolpertinger") == {}


def _race(url: str, moments: Moments, write: Callable[[], object], purge: Callable[[], object]) -> None:
    """Do the write up to its commit, begin the purge, and commit once the purge is done or waits for it."""
    is_done, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        is_done.set()
        assert go_on.wait(BROKEN_SECONDS)

    moments.at_commit = wait
    with ThreadPoolExecutor(2) as pool:
        written = pool.submit(write)
        assert is_done.wait(BROKEN_SECONDS), written.exception(1)
        purged = pool.submit(purge)
        if url.startswith("postgresql"):
            _await_waiting(url, purged)
        go_on.set()
        written.result(BROKEN_SECONDS)
        purged.result(BROKEN_SECONDS)


def _await_waiting(url: str, purged: Future[object]) -> None:
    engine = create_engine(url)
    until = time.monotonic() + BROKEN_SECONDS
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not purged.done() and connection.execute(waiting).scalar_one() == 0:
            assert time.monotonic() < until, "the purge neither waits nor ends"
            time.sleep(0.01)
    engine.dispose()


def _shown(driver: NewsroomDriver, story: str) -> int:
    with driver.database.snapshot() as tx:
        found: int = tx.connection.execute(
            text("SELECT count(*) FROM public_comments WHERE story_id = :story"), {"story": story}
        ).scalar_one()
    return found
