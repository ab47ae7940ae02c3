"""What a comment's writer, readers and the newsroom are told of it, and what none of them is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.domain.clock import Micros
from app.domain.comments import REASONS, CommentStatus
from app.wire.comment_json import comment_receipt, describe_status, encode_public_comment, newsroom_comment
from tests.domain.test_comments import COMMENT

SECRET = "ann@canary.example"
WRITTEN = replace(COMMENT, email=SECRET, address="192.0.2.9", note="She called.")


def _receipt(status: CommentStatus, reason: str | None = None) -> dict[str, object]:
    return comment_receipt(replace(WRITTEN, status=status, reason=reason), story_page=None, language="en")


def test_readers_get_a_name_and_a_text_and_no_address() -> None:
    sent = json.loads(encode_public_comment(WRITTEN))
    assert set(sent) == {"id", "entry", "parent", "name", "text", "time", "by_newsroom"}


@pytest.mark.parametrize("sees_address", [True, False])
def test_the_newsroom_gets_the_address_if_the_caller_moderates(*, sees_address: bool) -> None:
    assert (SECRET in json.dumps(newsroom_comment(WRITTEN, sees_address=sees_address))) is sees_address


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        (CommentStatus.PENDING, None, "Your reply waits for the newsroom, and is not shown yet."),
        (CommentStatus.APPROVED, None, "Your reply is shown."),
        (CommentStatus.REMOVED, None, "Your reply was taken away."),
        (CommentStatus.REJECTED, "off_topic", f"Your reply was not approved. {REASONS['off_topic']}"),
        (CommentStatus.REJECTED, "of a later release", f"Your reply was not approved. {REASONS['other']}"),
        (CommentStatus.SPAM, None, f"Your reply was not approved. {REASONS['spam']}"),
    ],
)
def test_its_writer_is_told_what_became_of_it(status: CommentStatus, reason: str | None, said: str) -> None:
    assert describe_status(replace(WRITTEN, status=status, reason=reason)) == said


def test_a_receipt_names_no_moderator_and_no_address_and_takes_spam_for_rejected() -> None:
    told = _receipt(CommentStatus.SPAM)
    assert (told["status"], told["reason"], told["can_appeal"]) == ("rejected", "spam", True)
    assert not {SECRET, "192.0.2.9", "She called."} & set(map(str, told.values()))


def test_an_objection_is_open_until_it_was_decided_on() -> None:
    objected = replace(WRITTEN, status=CommentStatus.REJECTED, decided_at=Micros(5), appealed_at=Micros(6))
    told = comment_receipt(objected, story_page=None, language=None)
    assert (told["can_appeal"], told["appeal_is_open"]) == (False, True)
    decided = comment_receipt(replace(objected, decided_at=Micros(7)), story_page=None, language=None)
    assert (decided["can_appeal"], decided["appeal_is_open"]) == (False, False)
