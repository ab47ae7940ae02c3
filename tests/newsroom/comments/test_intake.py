"""Comments as they are taken in: closed while nobody moderates, bounded, blocked, marked; and no story is locked."""

from __future__ import annotations

import dataclasses
import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from app.domain.comments import CommentAction
from app.domain.errors import Conflict, LiveblogError, Unavailable
from app.newsroom.comments.attention import read_closed
from app.newsroom.comments.intake import ArrivingComment, CommentIntake, TakenComment
from app.newsroom.comments.moderation import moderate_comment
from app.newsroom.comments.signer import CommentSigner
from app.newsroom.context.newsroom import Call, CommentPolicy, Newsroom
from app.storage.database.transactions import Database, WriteTransaction
from app.storage.newsroom.audit import AuditFilter, list_audit
from app.storage.newsroom.stories import lock_story
from app.wire.requests.comments import CommentDecision, CommentDraft
from tests.newsroom.driver import OPERATOR, NewsroomDriver
from tests.storage.wrapped_database import WrappedDatabase

HOUR = 3_600_000_000


def newsroom_of(driver: NewsroomDriver, **policy: Any) -> Newsroom:
    """The driver's newsroom, whose stories take comments."""
    return dataclasses.replace(driver.newsroom, comments=CommentPolicy(mode="moderated", **policy))


def intake_of(newsroom: Newsroom) -> CommentIntake:
    return CommentIntake(newsroom, CommentSigner("key"), monotonic=lambda: 0.0)


def arriving(story: object, text: str = "Words.", **more: Any) -> ArrivingComment:
    return ArrivingComment(str(story), CommentDraft(name="Ann", text=text), **more)


def taken(found: TakenComment | LiveblogError) -> TakenComment:
    assert isinstance(found, TakenComment), found
    return found


def test_all_that_arrives_together_is_one_commit_and_each_stands_or_falls_alone(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    intake = intake_of(newsroom_of(driver))
    found = intake.take([arriving(story, "One."), arriving(uuid.uuid4()), arriving(story, "Two.")])
    assert [type(each).__name__ for each in found] == ["TakenComment", "NotFound", "TakenComment"]
    assert taken(found[0]).comment != taken(found[2]).comment


def test_a_key_that_comes_twice_in_one_batch_is_one_comment(driver: NewsroomDriver) -> None:
    story, key = driver.story()["id"], str(uuid.uuid4())
    one, two = intake_of(newsroom_of(driver)).take([arriving(story, client_key=key)] * 2)
    assert (taken(one).comment, taken(one).is_replayed) == (taken(two).comment, False)
    assert taken(two).is_replayed
    assert taken(one).receipt == taken(two).receipt


class _OvertakenDatabase(WrappedDatabase):
    """A database in which something else is done right before the first write."""

    def __init__(self, database: Database, before: Callable[[], object]) -> None:
        super().__init__(database)
        self._before: Callable[[], object] | None = before

    def transaction(self, *, gives_way: bool = False) -> AbstractContextManager[WriteTransaction]:
        before, self._before = self._before, None
        if before is not None:
            before()
        return super().transaction(gives_way=gives_way)


def test_a_key_that_comes_twice_and_was_stored_by_another_process_meanwhile_leads_to_what_that_stored(
    driver: NewsroomDriver,
) -> None:
    story, key = driver.story()["id"], str(uuid.uuid4())
    newsroom = newsroom_of(driver)
    faster: list[TakenComment | LiveblogError] = []
    overtaken = _OvertakenDatabase(
        driver.database, lambda: faster.extend(intake_of(newsroom).take([arriving(story, client_key=key)]))
    )
    slower = intake_of(dataclasses.replace(newsroom, database=overtaken))
    found = slower.take([arriving(story, client_key=key), arriving(story, "Other."), arriving(story, client_key=key)])
    assert [taken(each).comment == taken(faster[0]).comment for each in found] == [True, False, True]
    assert {taken(found[0]).receipt, taken(found[2]).receipt} == {taken(faster[0]).receipt}
    assert [taken(each).is_replayed for each in found] == [True, False, True]


def test_a_story_closes_once_nobody_moderates_and_opens_when_somebody_does(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    newsroom = newsroom_of(driver, unattended_seconds=3_600)
    intake = intake_of(newsroom)
    first = taken(intake.take([arriving(story)])[0])
    intake.take([arriving(story, "Another one.")])
    later = dataclasses.replace(newsroom, clock=lambda: driver.newsroom.clock() + HOUR + 60_000_000)  # type: ignore[arg-type, return-value]
    (refused,) = intake_of(later).take([arriving(story)])
    assert isinstance(refused, Conflict)
    assert refused.code == "comments_unattended" == read_closed(later, story)
    assert read_closed(newsroom, story) is None
    moderate_comment(later, Call(OPERATOR), first.comment, CommentAction.REJECT, CommentDecision())
    assert isinstance(intake_of(later).take([arriving(story)])[0], TakenComment)


def test_more_than_may_wait_is_refused(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    intake = intake_of(newsroom_of(driver, pending_limit=2))
    for text in ("One.", "Two."):
        taken(intake.take([arriving(story, text)])[0])
    (refused,) = intake.take([arriving(story, "Three.")])
    assert isinstance(refused, Unavailable)
    assert refused.code == "comments_full"


def test_the_audit_has_what_was_decided_and_no_word_of_the_comment(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    newsroom = newsroom_of(driver)
    comment = taken(intake_of(newsroom).take([arriving(story, "xylophone")])[0]).comment
    decision = CommentDecision(reason="off_topic", note="quetzalcoatl")
    moderate_comment(newsroom, Call(OPERATOR), comment, CommentAction.REJECT, decision)
    with driver.database.snapshot() as tx:
        (row,) = [
            each for each in list_audit(tx, AuditFilter(), below=None, limit=50) if each.change.object_id == comment
        ]
    assert (row.change.action, row.change.object_kind) == ("reject", "comment")
    assert row.change.after == {"status": "rejected", "version": 2, "reason": "off_topic"}


def test_a_comment_waits_for_no_story_and_with_one_writer_gives_way_to_it(
    driver: NewsroomDriver, database: Database
) -> None:
    story = driver.story()["id"]
    intake = intake_of(newsroom_of(driver))
    done: list[TakenComment | LiveblogError] = []
    reader = threading.Thread(target=lambda: done.extend(intake.take([arriving(story)])))
    with database.transaction() as tx:
        assert lock_story(tx, str(story)) is not None
        reader.start()
        if tx.connection.dialect.name == "postgresql":
            reader.join(20)
            assert len(done) == 1
        else:
            assert done == []
    reader.join(20)
    assert isinstance(done[0], TakenComment)
