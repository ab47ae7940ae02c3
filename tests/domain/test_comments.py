"""Comments: which decision leads where, what is counted in them, and whether a story takes any."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.clock import Micros
from app.domain.comments import (
    APPEALABLE,
    COMMENT_TRANSITIONS,
    MAX_LINKS,
    Comment,
    CommentAction,
    CommentId,
    CommentStatus,
    count_links,
    held_words,
    mode_of,
    next_comment_status,
    without_text,
)
from app.domain.errors import Conflict, TooManyRequests
from app.domain.identifiers import PersonId, StoryId
from app.domain.media import MediaWords

COMMENT = Comment(
    id=CommentId("0d5b1c52-6f0e-4c3a-9a34-2f6d9f1b7c11"),
    story=StoryId("7d0e4a52-93c1-4b7f-8a56-1f2c3d4e5a6b"),
    entry=None,
    parent=None,
    status=CommentStatus.PENDING,
    version=1,
    name="Ann",
    email=None,
    text="Is the bridge open?",
    address=None,
    created_at=Micros(1),
)


@pytest.mark.parametrize("status", CommentStatus)
@pytest.mark.parametrize("action", CommentAction)
def test_an_action_leads_to_its_status_or_is_refused(status: CommentStatus, action: CommentAction) -> None:
    sources, target = COMMENT_TRANSITIONS[action]
    if status in sources:
        assert next_comment_status(status, action) is target
    else:
        with pytest.raises(Conflict, match=f"that is {status} cannot be changed by {action}") as refused:
            next_comment_status(status, action)
        assert refused.value.code == "wrong_status"


@pytest.mark.parametrize("status", CommentStatus)
def test_readers_see_what_is_approved_and_writers_object_to_what_was_refused(status: CommentStatus) -> None:
    assert replace(COMMENT, status=status).is_public is (status is CommentStatus.APPROVED)
    assert (status in APPEALABLE) is (status not in {CommentStatus.PENDING, CommentStatus.APPROVED})


def test_a_comment_that_was_removed_can_be_approved_again_but_not_removed_twice() -> None:
    assert next_comment_status(CommentStatus.REMOVED, CommentAction.APPROVE) is CommentStatus.APPROVED
    with pytest.raises(Conflict):
        next_comment_status(CommentStatus.REMOVED, CommentAction.REMOVE)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("No address, and no wwwhere.", 0),
        ("See https://a.example and HTTP://b.example", 2),
        ("See WWW.a.example, www.b.example and http://c.example", 3),
    ],
)
def test_links_are_counted_as_they_are_spelt(text: str, links: int) -> None:
    assert count_links(text) == links
    assert MAX_LINKS == 2


def test_a_word_is_held_whatever_its_case_and_accents_and_not_within_another() -> None:
    words = frozenset({"casino", "zurich"})
    assert held_words("The CASINO is open.", words)
    assert held_words("Zürich!", words)
    assert not held_words("casinos", words)
    assert not held_words("The casino", frozenset())


def test_a_story_takes_comments_as_it_says_or_else_as_the_site_does() -> None:
    assert mode_of(None, default="moderated") == "moderated"
    assert mode_of({}, default="off") == "off"
    assert mode_of({"mode": "external"}, default="off") == "external"
    assert mode_of({"mode": "of a later release"}, default="moderated") == "off"


def test_too_many_requests_say_when_to_come_back() -> None:
    refused = TooManyRequests("too_many_comments", "Wait a little.", retry_after_seconds=60)
    assert (refused.code, refused.detail, refused.retry_after_seconds) == ("too_many_comments", "Wait a little.", 60)


def test_an_upload_has_no_words_until_it_is_given_some() -> None:
    assert MediaWords() == MediaWords(alt="", caption="", credit="", rights="", focal=None)


def test_of_a_comment_whose_text_is_taken_out_there_is_left_where_it_stood_and_who_took_it() -> None:
    written = replace(COMMENT, address="192.0.2.7", note="Spam?", appeal="Why?", fingerprint="f")
    assert not written.is_emptied
    emptied = without_text(written, at=Micros(9), person=PersonId("ada"), token="token")
    assert emptied.is_emptied
    assert (emptied.id, emptied.story, emptied.created_at) == (COMMENT.id, COMMENT.story, COMMENT.created_at)
    assert (emptied.status, emptied.version) == (CommentStatus.REMOVED, 2)
    assert (emptied.decided_at, emptied.decided_by, emptied.decided_by_token) == (9, "ada", "token")
    left = (emptied.name, emptied.text, emptied.address, emptied.note, emptied.appeal, emptied.fingerprint)
    assert left == ("", "", None, None, None, None)
