"""The newsroom's stream tells of comments: how many wait, and each decision, with addresses for moderators alone."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from app.domain.comments import CommentAction
from app.domain.identifiers import StoryId
from app.newsroom.comments.intake import ArrivingComment, CommentIntake, TakenComment
from app.newsroom.comments.moderation import moderate_comment
from app.newsroom.comments.signer import CommentSigner
from app.newsroom.context.newsroom import Call, CommentPolicy
from app.newsroom.queries.stream_feed import admit_by_token, begin_watching, read_news
from app.wire.requests.comments import CommentDecision, CommentDraft
from tests.newsroom.driver import OPERATOR, NewsroomDriver

ADDRESS = "canary@mail.example"


def told(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == kind]


def test_who_watches_is_told_of_new_ones_and_of_decisions_and_moderators_alone_the_address(
    driver: NewsroomDriver,
) -> None:
    story = StoryId(str(driver.story()["id"]))
    hidden = str(driver.story(settings={"members_only": True})["id"])
    reporter, editor = driver.hire(), driver.hire("editor")
    of_reporter, of_editor = (admit_by_token(each.newsroom, each.token).who.token for each in (reporter, editor))
    watched = {token: frozenset[StoryId]() for token in (of_reporter, of_editor)}
    newsroom = dataclasses.replace(driver.newsroom, comments=CommentPolicy(mode="moderated"))
    mark = begin_watching(newsroom)
    draft = CommentDraft(name="Ann", email=ADDRESS, text="Words.")
    intake = CommentIntake(newsroom, CommentSigner("key"), monotonic=lambda: 0.0)
    arrived = [ArrivingComment(ref, draft, "192.0.2.7") for ref in (story, story, hidden)]
    comment = intake.take(arrived)[0]
    assert isinstance(comment, TakenComment)

    found = read_news(newsroom, mark, watched)
    (news,) = found.news
    assert json.loads(news.message) == {"type": "comments", "story": story, "pending": 2}
    assert news.audience == {of_reporter, of_editor}
    assert read_news(newsroom, found.mark, watched).news == ()

    moderate_comment(newsroom, Call(OPERATOR), comment.comment, CommentAction.APPROVE, CommentDecision())
    news_of = read_news(newsroom, found.mark, watched).news
    for_editor, for_reporter = (
        [json.loads(each.message) for each in news_of if token in each.audience] for token in (of_editor, of_reporter)
    )
    assert told(for_editor, "comment")[0]["comment"]["email"] == ADDRESS
    assert told(for_editor, "comment")[0]["action"] == "approve"
    assert told(for_reporter, "comment")[0]["comment"]["status"] == "approved"
    assert ADDRESS not in json.dumps(for_reporter)
    assert "192.0.2.7" not in json.dumps(for_reporter)
    assert [each["pending"] for each in told(for_reporter, "comments")] == [1]


def test_the_number_that_waits_is_told_too_of_one_that_came_and_was_decided_about_between_two_looks(
    driver: NewsroomDriver,
) -> None:
    story = StoryId(str(driver.story()["id"]))
    editor = driver.hire("editor")
    token = admit_by_token(editor.newsroom, editor.token).who.token
    newsroom = dataclasses.replace(driver.newsroom, comments=CommentPolicy(mode="moderated"))
    mark = begin_watching(newsroom)
    intake = CommentIntake(newsroom, CommentSigner("key"), monotonic=lambda: 0.0)
    (comment,) = intake.take([ArrivingComment(story, CommentDraft(name="Ann", text="Words."), "192.0.2.7")])
    assert isinstance(comment, TakenComment)
    moderate_comment(newsroom, Call(OPERATOR), comment.comment, CommentAction.APPROVE, CommentDecision())
    found = read_news(newsroom, mark, {token: frozenset()})
    messages = [json.loads(each.message) for each in found.news]
    assert [each["action"] for each in told(messages, "comment")] == ["approve"]
    assert [each["pending"] for each in told(messages, "comments")] == [0]
    assert read_news(newsroom, found.mark, {token: frozenset()}).news == ()
