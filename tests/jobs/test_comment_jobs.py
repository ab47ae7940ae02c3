"""The numbers of comments are told once in ten seconds, and addresses are deleted when their time is over."""

from __future__ import annotations

import uuid

import pytest
from pydantic_core import from_json

from app.domain.clock import Micros
from app.domain.comments import Comment, CommentId, CommentStatus
from app.domain.identifiers import StoryId
from app.jobs.comment_counts import show_counts
from app.jobs.comment_retention import comment_retention_job
from app.newsroom.publication.comments import show_comments
from app.storage.database.transactions import Database
from app.storage.newsroom.comments import insert_comment, read_comment
from app.storage.newsroom.stored_replies import StoredReply, insert_reply, read_reply, update_reply
from app.storage.public.comments import update_shown_counts
from app.wire.comment_json import newsroom_comment
from app.wire.encoding import encode_json

SECOND, DAY = 1_000_000, 86_400_000_000
NOW = Micros(1_790_000_000 * SECOND)

pytestmark = pytest.mark.anyio


def approved(story: str, at: Micros, **more: str | None) -> Comment:
    return Comment(
        id=CommentId(str(uuid.uuid4())), story=StoryId(story), entry=None, parent=None, status=CommentStatus.APPROVED,
        version=1, name="Ann", email=more.get("email"), text="Words.", address=more.get("address"), created_at=at,
    )  # fmt: skip


def test_a_number_that_is_told_waits_ten_seconds_for_the_next(database: Database) -> None:
    story = str(uuid.uuid4())
    told = []
    for seconds in (0, 1, 9, 10, 11, 25):
        now = Micros(NOW + seconds * SECOND)
        with database.transaction() as tx:
            show_comments(tx, [approved(story, now)])
        told.append(show_counts(database, now))
    assert told == [1, 0, 0, 1, 0, 1]
    assert show_counts(database, Micros(NOW + 60 * SECOND)) == 0


def test_of_two_processes_that_tell_it_at_once_one_does(database: Database) -> None:
    story = StoryId(str(uuid.uuid4()))
    with database.transaction() as tx:
        show_comments(tx, [approved(story, NOW)])
    with database.transaction() as tx:
        assert update_shown_counts(tx, story, now=NOW)
        assert not update_shown_counts(tx, story, now=NOW)


async def test_addresses_are_deleted_each_after_its_own_time(database: Database) -> None:
    story = str(uuid.uuid4())
    kept = [approved(story, Micros(NOW - days * DAY), email="a@b.example", address="192.0.2.7") for days in (1, 10, 40)]
    with database.transaction() as tx:
        for comment in kept:
            insert_comment(tx, comment)
    job = comment_retention_job(database, clock=lambda: NOW, email_days=30, address_days=7)
    await job.run()
    with database.snapshot() as tx:
        found = [read_comment(tx, comment.id) for comment in kept]
    assert [(each.email, each.address) for each in found if each is not None] == [
        ("a@b.example", "192.0.2.7"),
        ("a@b.example", None),
        (None, None),
    ]


async def test_addresses_are_deleted_in_stored_replies_too(database: Database) -> None:
    comment = approved(str(uuid.uuid4()), Micros(NOW - 10 * DAY), email="a@b.example", address="192.0.2.7")
    shown = encode_json(newsroom_comment(comment, sees_address=True))
    place = {"scope": "admin", "key": "key"}
    with database.transaction() as tx:
        insert_comment(tx, comment)
        insert_reply(tx, **place, fingerprint="f", at=NOW)
        reply = StoredReply("f", 200, {}, shown)
        update_reply(tx, reply, **place, story=comment.story, shown=[(comment.story, comment.id)])
    for email_days, email in ((30, "a@b.example"), (9, None)):
        job = comment_retention_job(database, clock=lambda: NOW, email_days=email_days, address_days=7)
        await job.run()
        with database.snapshot() as tx:
            kept = read_reply(tx, **place)
        assert kept is not None
        assert kept.body is not None
        assert from_json(kept.body) == {**from_json(shown), "email": email, "address": None}
