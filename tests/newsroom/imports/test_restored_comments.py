"""Readers' comments in an export: what leaves with them, what never does, and what a newsroom elsewhere has of them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.clock import Micros
from app.domain.comments import Comment, CommentAction
from app.domain.errors import Conflict, InvalidInput
from app.domain.identifiers import StoryId
from app.newsroom.comments.intake import ArrivingComment
from app.newsroom.comments.moderation import answer_comment, moderate_comment
from app.newsroom.comments.receipts import report_comment
from app.newsroom.imports.taking_in import give_up_import
from app.storage.imports.story_rows import list_story_comments
from app.storage.newsroom.comment_rules import list_reports
from app.storage.newsroom.stories import delete_story
from app.storage.public.comments import update_shown_counts
from app.wire.export_lines import BadLine
from app.wire.requests.comments import CommentDecision, CommentDraft, NewsroomAnswer, ReportDraft
from tests.newsroom.comments.test_intake import intake_of, newsroom_of, taken
from tests.newsroom.driver import NewsroomDriver
from tests.newsroom.imports.bringing import contents_of_tables
from tests.newsroom.imports.test_restoring import changed, export, lines_of, readers_rows, restore

SECRETS = (b"ann@example.org", b"203.0.113.7", b"the-key-of-a-retry", b"bob@example.org", b"198.51.100.9")
MODERATION = (b"Waits.", b"Buy this.", b"A note of ours.", b"It names me.")


def discuss(driver: NewsroomDriver) -> str:
    """Write a story whose comments have been through all that can happen to one; return its id."""
    newsroom, call = newsroom_of(driver), driver.call()
    story = str(driver.story(slug="night", settings={"comments": {"mode": "moderated"}})["id"])
    entry = driver.post(story, "Polls have closed.")["id"]
    drafts = [
        CommentDraft(name="Ann", email="ann@example.org", text="At last.", entry=entry),
        CommentDraft(name="Ann", email="ann@example.org", text="Waits."),
        CommentDraft(name="Shop", text="Buy this."),
        CommentDraft(name="Cat", text="Taken away."),
    ]
    arrived = [
        ArrivingComment(
            story, draft, address="203.0.113.7", client_key=f"the-key-of-a-retry-{number}", flags=("words",)
        )
        for number, draft in enumerate(drafts)
    ]
    shown, _, spam, removed = (taken(each).comment for each in intake_of(newsroom).take(arrived))

    def decide(comment: str, action: CommentAction, **decision: Any) -> None:
        driver.now += 1_000_000
        moderate_comment(newsroom, call, comment, action, CommentDecision(**decision))

    decide(shown, CommentAction.APPROVE)
    decide(removed, CommentAction.APPROVE)
    answer_comment(newsroom, call, shown, NewsroomAnswer(text="It is.", name="The desk"))
    decide(spam, CommentAction.SPAM, note="A note of ours.")
    report = ReportDraft(category="private_data", text="It names me.", name="Bob", email="bob@example.org")
    report_comment(newsroom, story, removed, report, address="198.51.100.9", request_id=None)
    decide(removed, CommentAction.REMOVE, reason="private_data")
    driver.now += 60_000_000
    with driver.database.transaction() as tx:
        update_shown_counts(tx, StoryId(story), now=Micros(driver.now))
    return story


def _moderated(driver: NewsroomDriver, story: str) -> list[tuple[Comment, list[Any]]]:
    """Return all that the newsroom has of a story's comments, but for what never leaves it."""
    secrets: dict[str, Any] = dict.fromkeys(("email", "address", "client_key", "fingerprint"))
    with driver.database.snapshot() as tx:
        found = list(list_story_comments(tx, StoryId(story), public=False))
        notices = [list_reports(tx, [comment.id]) for comment in found]
    nobody: dict[str, Any] = {"id": "its secret", "name": None, "email": None, "address": None}
    return [
        (dataclasses.replace(comment, **secrets), [dataclasses.replace(each, **nobody) for each in of_it])
        for comment, of_it in zip(found, notices, strict=True)
    ]


def test_no_comment_leaves_unless_it_is_asked_for(driver: NewsroomDriver) -> None:
    story = discuss(driver)
    text = b"".join(export(driver, story, drafts=True))
    assert not [each for each in (b"At last.", b"It is.", *MODERATION, *SECRETS) if each in text]


def test_what_readers_see_of_them_is_the_same_elsewhere(driver: NewsroomDriver, elsewhere: NewsroomDriver) -> None:
    story = discuss(driver)
    lines = export(driver, story, comments=True)
    text = b"".join(lines)
    assert not [each for each in (*MODERATION, *SECRETS) if each in text]
    assert [line["text"] for line in lines_of(lines, "comment")] == ["At last.", "It is."]
    restore(elsewhere, lines)
    told = ("version", "shown_at", "is_stale")
    assert readers_rows(elsewhere, but=told) == readers_rows(driver, but=told)
    [totals] = readers_rows(elsewhere)["public_comment_totals"]
    assert "'shown': 2" in totals


def test_with_drafts_the_newsroom_elsewhere_has_all_of_them_but_no_address(
    driver: NewsroomDriver, elsewhere: NewsroomDriver
) -> None:
    story = discuss(driver)
    lines = export(driver, story, drafts=True, comments=True)
    text = b"".join(lines)
    assert [each for each in MODERATION if each not in text] == []
    with driver.database.snapshot() as tx:
        secret = tx.connection.exec_driver_sql("SELECT id FROM comment_reports").scalar_one()
    assert [each for each in (*SECRETS, secret.encode()) if each in text] == []
    restore(elsewhere, lines)
    assert _moderated(elsewhere, story) == _moderated(driver, story)
    assert len(_moderated(driver, story)) == 5
    before = contents_of_tables(elsewhere)
    assert restore(elsewhere, lines) == 0
    assert contents_of_tables(elsewhere) == before


def test_a_comment_that_was_emptied_leaves_as_what_it_is_and_comes_in_so(
    driver: NewsroomDriver, elsewhere: NewsroomDriver
) -> None:
    story = discuss(driver)
    shown = lines_of(export(driver, story, comments=True), "comment")[0]["id"]
    driver.purge(comment=shown)
    lines = export(driver, story, drafts=True, comments=True)
    assert b"At last." not in b"".join(lines)
    restore(elsewhere, lines)
    assert _moderated(elsewhere, story) == _moderated(driver, story)
    assert readers_rows(elsewhere)["public_comments"] == readers_rows(driver)["public_comments"] == []


def test_comments_come_back_with_a_story_that_was_deleted_and_never_under_another(
    driver: NewsroomDriver, elsewhere: NewsroomDriver
) -> None:
    story = discuss(driver)
    lines, before = export(driver, story, drafts=True, comments=True), _moderated(driver, story)
    with driver.database.transaction() as tx:
        delete_story(tx, StoryId(story))
    restore(driver, lines)
    assert _moderated(driver, story) == before
    other = str(elsewhere.story(slug="other")["id"])
    with elsewhere.database.transaction() as tx:
        tx.connection.exec_driver_sql(
            f"INSERT INTO comments (id, story_id, status, version, name, text, created_at, flags)"  # noqa: S608
            f" VALUES ('{before[0][0].id}', '{other}', 'pending', 1, 'Eve', 'Mine.', 1, '[]')"
        )
    with pytest.raises(Conflict) as refused:
        restore(elsewhere, lines)
    assert refused.value.code == "id_taken"


def test_a_file_that_lies_about_comments_is_refused(driver: NewsroomDriver, elsewhere: NewsroomDriver) -> None:
    story = discuss(driver)
    lines = export(driver, story, drafts=True, comments=True)
    kinds = [json.loads(line)["kind"] for line in lines]
    first, last = kinds.index("comment"), len(kinds) - 2
    other = "0b0e7a52-3c0f-4a45-9d7b-1111aaaa1111"
    lies: list[tuple[int, type[Exception], Callable[[dict[str, Any]], None]]] = [
        (first, BadLine, lambda line: line.update(id="no-id")),
        (first, BadLine, lambda line: line.update(entry=other)),
        (first, BadLine, lambda line: line.update(parent=other)),
        (first, BadLine, lambda line: line.update(status="loved")),
        (last, BadLine, lambda line: line.update(entry=None)),
        (last, InvalidInput, lambda line: line.update(text="")),
        (last, InvalidInput, lambda line: line.update(name="")),
        (last, InvalidInput, lambda line: line.update(name="Two\nlines")),
        (last, InvalidInput, lambda line: line.update(reason="moonlight")),
        (last, InvalidInput, lambda line: line.update(text="x" * 90_000)),
        (len(kinds) - 1, BadLine, lambda line: line.update(comments=1)),
    ]
    assert json.loads(lines[last])["parent"] is not None
    for number, error, lie in lies:
        with pytest.raises(error):
            restore(elsewhere, changed(lines, number, lie))
        if error is InvalidInput:  # found once lines are sent: the command gives up what has come
            give_up_import(elsewhere.newsroom, elsewhere.call(), story)
    assert not readers_rows(elsewhere)["public_comments"]
