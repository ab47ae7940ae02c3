"""A decision about a comment that is under way when it is forgotten leaves nothing behind, on PostgreSQL too."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import pytest

from app.domain.comments import CommentAction, CommentId, CommentStatus
from app.domain.errors import NotFound
from app.domain.identifiers import EntryId, StoryId
from app.newsroom.comments.intake import ArrivingComment, CommentIntake, TakenComment
from app.newsroom.comments.moderation import moderate_comment
from app.newsroom.comments.receipts import report_comment
from app.newsroom.comments.rules import erase_person
from app.newsroom.comments.signer import CommentSigner
from app.storage.database.opening import open_database
from app.storage.erasure.erasing import delete_text
from app.storage.erasure.targets import EntryTarget
from app.storage.newsroom.comment_addresses import delete_addresses_before, delete_emails_before
from app.storage.newsroom.comments import lock_comments, lock_comments_under, update_comment
from app.storage.newsroom.stored_replies import StoredReply, insert_reply, update_reply
from app.wire.comment_json import newsroom_comment
from app.wire.encoding import encode_json
from app.wire.requests.comments import CommentDecision, CommentDraft, CommentErasure, ReportDraft
from tests.newsroom.driver import NewsroomDriver
from tests.postgres import ReusedDatabases
from tests.storage.dumps import find_in, read_all_bytes
from tests.waiting import await_true

TEXT, ADDRESS, NETWORK = "xylophone", "ann@mail.example", "192.0.2.7"
PATIENCE_SECONDS = 20.0
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def url(reused_databases: ReusedDatabases) -> Iterator[str]:
    """The URL of a migrated, empty PostgreSQL database: SQLite has one writer, which waits for the other anyway."""
    with reused_databases.lend() as name:
        yield reused_databases.server.url(name)


@pytest.fixture
def driver(url: str) -> Iterator[NewsroomDriver]:
    """Drive a newsroom on that database."""
    database = open_database(url)
    yield NewsroomDriver(database)
    database.close()


def _retain(driver: NewsroomDriver, _entry: dict[str, Any]) -> None:
    with driver.database.transaction() as tx:
        delete_emails_before(tx, driver.newsroom.clock(), limit=10)
        delete_addresses_before(tx, driver.newsroom.clock(), limit=10)


def _forget_address(driver: NewsroomDriver, _entry: dict[str, Any]) -> None:
    erase_person(driver.newsroom, driver.call(), CommentErasure(email=ADDRESS))


def _forget_person(driver: NewsroomDriver, _entry: dict[str, Any]) -> None:
    erase_person(driver.newsroom, driver.call(), CommentErasure(email=ADDRESS, comments=True))


def _purge_entry(driver: NewsroomDriver, entry: dict[str, Any]) -> None:
    driver.purge(story=entry["story"], entry=entry["id"])


def _purge_story(driver: NewsroomDriver, entry: dict[str, Any]) -> None:
    driver.purge(story=entry["story"])


@pytest.mark.parametrize(
    ("forget", "gone"),
    [
        (_retain, [ADDRESS, NETWORK]),
        (_forget_address, [ADDRESS]),
        (_forget_person, [TEXT, ADDRESS, NETWORK]),
        (_purge_entry, [TEXT, ADDRESS, NETWORK]),
        (_purge_story, [TEXT, ADDRESS, NETWORK]),
    ],
)
def test_what_a_decision_under_way_stores_is_forgotten_too(
    driver: NewsroomDriver, url: str, forget: Callable[[NewsroomDriver, dict[str, Any]], None], gone: list[str]
) -> None:
    entry = driver.post(driver.story(settings={"comments": {"mode": "moderated"}})["id"])
    comment = _send(driver, entry)
    driver.now += 1_000_000
    with ThreadPoolExecutor(1) as thread:
        with driver.database.transaction() as tx:
            (before,) = lock_comments(tx, [comment])
            after = dataclasses.replace(before, status=CommentStatus.REJECTED, version=2, note=TEXT)
            update_comment(tx, after)
            place = {"scope": "admin", "key": "key"}
            insert_reply(tx, **place, fingerprint="f", at=driver.newsroom.clock())
            body = encode_json(newsroom_comment(after, sees_address=True))
            shown = [(after.story, after.id), (after.story, after.entry or after.id)]
            update_reply(tx, StoredReply("f", 200, {}, body), **place, story=after.story, shown=shown)
            forgetting = thread.submit(forget, driver, entry)
            _await_waiting(url)
        forgetting.result(PATIENCE_SECONDS)
    assert find_in(read_all_bytes(url), gone) == {}


def test_no_notice_is_kept_about_a_comment_that_is_being_purged(driver: NewsroomDriver, url: str) -> None:
    entry = driver.post(driver.story(settings={"comments": {"mode": "moderated"}})["id"])
    comment = _send(driver, entry)
    moderate_comment(driver.newsroom, driver.call(), comment, CommentAction.APPROVE, CommentDecision())
    target = EntryTarget(StoryId(entry["story"]), EntryId(entry["id"]))
    notice = ReportDraft(category="hate", text=TEXT, email=ADDRESS)
    with ThreadPoolExecutor(1) as thread:
        with driver.database.transaction() as tx:
            lock_comments_under(tx, target.story, target.entry)
            delete_text(tx, target, at=driver.newsroom.clock())
            reporting = thread.submit(
                partial(
                    report_comment, driver.newsroom, target.story, comment, notice, address=NETWORK, request_id=None
                )
            )
            _await_waiting(url)
        with pytest.raises(NotFound):
            reporting.result(PATIENCE_SECONDS)
    assert find_in(read_all_bytes(url), [TEXT, ADDRESS, NETWORK]) == {}


def _send(driver: NewsroomDriver, entry: dict[str, Any]) -> CommentId:
    draft = CommentDraft(name=f"Ann {TEXT}", email=ADDRESS, text=f"Of {TEXT}.", entry=entry["id"])
    intake = CommentIntake(driver.newsroom, CommentSigner("key"), monotonic=lambda: 0.0)
    (taken,) = intake.take([ArrivingComment(entry["story"], draft, NETWORK)])
    assert isinstance(taken, TakenComment)
    return taken.comment


def _await_waiting(url: str) -> None:
    """Wait until somebody waits for a lock of another."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as watching:
        await_true(
            lambda: watching.execute(_WAITING).fetchone() != (0,),
            seconds=PATIENCE_SECONDS,
            or_say=lambda: "nobody waits",
        )
