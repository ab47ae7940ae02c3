"""A key makes any write safe to repeat: done once, answered alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.errors import InvalidInput
from app.newsroom.context.newsroom import Reply
from app.newsroom.entries.create import create_entry, upsert_entry
from app.newsroom.entries.edit import edit_entry
from app.newsroom.stories.lifecycle import edit_story
from app.wire.requests.entries import EntryDraft, EntryPatch, ExternalEntry
from app.wire.requests.stories import StoryPatch
from tests.newsroom.driver import NewsroomDriver

Write = Callable[[NewsroomDriver, dict[str, Any], str], Reply]


def _edit(driver: NewsroomDriver, entry: dict[str, Any], fingerprint: str) -> Reply:
    call = driver.call(idempotency_key="k", fingerprint=fingerprint, if_match=f'"v{entry["version"]}"')
    return edit_entry(driver.newsroom, call, entry["story"], entry["id"], EntryPatch(text="Edited."))


def _upsert(driver: NewsroomDriver, entry: dict[str, Any], fingerprint: str) -> Reply:
    call = driver.call(idempotency_key="k", fingerprint=fingerprint)
    return upsert_entry(driver.newsroom, call, entry["story"], "wire-1", ExternalEntry(text="Wired."))


def _edit_story(driver: NewsroomDriver, entry: dict[str, Any], fingerprint: str) -> Reply:
    call = driver.call(idempotency_key="k", fingerprint=fingerprint, if_match='"v1"')
    return edit_story(driver.newsroom, call, entry["story"], StoryPatch(title="Another night"))


def _create(driver: NewsroomDriver, entry: dict[str, Any], fingerprint: str) -> Reply:
    call = driver.call(idempotency_key="k", fingerprint=fingerprint)
    return create_entry(driver.newsroom, call, entry["story"], EntryDraft(text="Created."))


@pytest.mark.parametrize("write", [_edit, _upsert, _edit_story, _create])
def test_a_repeated_write_is_done_once_and_answered_alike(driver: NewsroomDriver, write: Write) -> None:
    entry = driver.post(driver.story()["id"])
    first = write(driver, entry, "a request")
    sent = len(driver.announcements)
    again = write(driver, entry, "a request")
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers == {**first.headers, "Idempotent-Replayed": "true"}
    assert len(driver.announcements) == sent


@pytest.mark.parametrize("write", [_edit, _upsert, _edit_story, _create])
def test_a_key_that_came_with_another_write_is_refused_and_keeps_its_reply(
    driver: NewsroomDriver, write: Write
) -> None:
    entry = driver.post(driver.story()["id"])
    first = write(driver, entry, "a request")
    for other in (_edit, _upsert, _edit_story, _create):
        with pytest.raises(InvalidInput, match="idempotency_key_reused"):
            other(driver, entry, "another request")
    assert write(driver, entry, "a request").body == first.body
