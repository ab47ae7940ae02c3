"""New entries: by id, by key, by the hundred, and from other systems."""

from __future__ import annotations

import dataclasses
import itertools
import threading
import uuid
from typing import Any

import pytest
from pydantic import ValidationError

from app.domain.clock import Micros
from app.domain.errors import Conflict, InvalidInput, MalformedInput, NotAllowed, NotFound, TooLarge
from app.newsroom.context.newsroom import Reply
from app.newsroom.entries.create import create_entries, create_entry
from app.newsroom.queries.lists import show_entries
from app.wire.problems import validation_errors
from app.wire.requests.entries import EntryBatch, EntryDraft
from tests.newsroom.driver import NewsroomDriver, body

THE_PAGE = """**Some background:** The bridge — opened in 1931 — carries “some 42,000 vehicles a day”.

“We’re counting,” said the clerk … ‘and counting’.

https://youtu.be/dQw4w9WgXcQ"""


def test_a_text_is_enough_and_is_published_to_the_letter(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], THE_PAGE)
    assert entry["status"] == "published"
    assert (entry["headline"], entry["authors"]) == (None, [])
    assert entry["body_html"].startswith(
        "<p><strong>Some background:</strong> The bridge — opened in 1931 — carries “some 42,000 vehicles a day”.</p>"
    )
    assert "“We’re counting,” said the clerk … ‘and counting’." in entry["body_html"]
    assert entry["blocks"][-1]["provider"] == "youtube"
    assert entry["text"] == THE_PAGE


UNSEEN = ({"text": " \n\t"}, {"html": "<script>alert(1)</script>"}, {"html": "<p></p>"}, {"html": "<p>&#8203;</p>"})
ZERO_WIDTH = ({"text": "\u200b"}, {"text": "\u2060\n\n\ufeff", "text_format": "plain"})


@pytest.mark.parametrize("written", [*UNSEEN, *ZERO_WIDTH])
def test_an_entry_of_which_nothing_would_be_seen_is_refused(driver: NewsroomDriver, written: dict[str, str]) -> None:
    story = driver.story()["id"]
    with pytest.raises(InvalidInput) as refusal:
        create_entry(driver.newsroom, driver.call(), story, EntryDraft(**written))
    assert [error.code for error in refusal.value.errors] == ["empty_entry"]
    assert "entry.published" not in [event["type"] for event in driver.events()]


def test_an_edit_that_would_leave_nothing_to_be_seen_is_refused_and_changes_nothing(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    with pytest.raises(InvalidInput) as refusal:
        driver.patch(entry, text="\u200b\u00ad")
    assert [error.code for error in refusal.value.errors] == ["empty_entry"]
    assert "entry.updated" not in [event["type"] for event in driver.events()]


def test_an_entry_without_anything_is_refused_by_the_same_code() -> None:
    with pytest.raises(ValidationError) as refusal:
        EntryDraft(text="")
    assert [error.code for error in validation_errors(refusal.value.errors()).errors] == ["empty_entry"]


def test_a_reporters_entry_carries_the_byline_unless_it_names_authors(driver: NewsroomDriver) -> None:
    story, reporter = driver.story()["id"], driver.hire(byline="Ada R.")
    (author,) = reporter.post(story)["authors"]
    assert author == {"id": reporter.person, "name": "Ada R."}
    assert reporter.post(story, authors=[])["authors"] == []
    assert reporter.post(story, authors=[{"name": "Agency", "role": "wire"}])["authors"] == [
        {"name": "Agency", "role": "wire"}
    ]


def test_a_token_that_may_not_publish_submits_and_is_refused_if_it_insists(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    writer = driver.hire(scopes=["read", "write"])
    assert writer.post(story)["status"] == "submitted"
    with pytest.raises(NotAllowed):
        writer.post(story, status="published")


def test_the_same_client_made_id_makes_one_entry_of_one_body(driver: NewsroomDriver) -> None:
    story, ident = driver.story()["id"], str(uuid.uuid4())
    first = driver.post(story, "Once", id=ident)
    assert driver.post(story, "Once", id=ident) == first
    with pytest.raises(Conflict, match="id_taken"):
        driver.post(story, "Twice", id=ident)
    assert [event["type"] for event in driver.events()].count("entry.published") == 1


def test_the_same_id_in_another_story_is_another_entry(driver: NewsroomDriver) -> None:
    ident = str(uuid.uuid4())
    one, two = driver.story("One")["id"], driver.story("Two")["id"]
    assert driver.post(one, "Same", id=ident)["story"] != driver.post(two, "Other", id=ident)["story"]


def test_a_retry_with_its_key_gets_the_first_reply_and_does_nothing(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    call = driver.call(idempotency_key="key-1", fingerprint="same")
    first = create_entry(driver.newsroom, call, story, EntryDraft(text="Once"))
    again = create_entry(driver.newsroom, call, story, EntryDraft(text="Once"))
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers == {**first.headers, "Idempotent-Replayed": "true"}
    other = driver.call(idempotency_key="key-1", fingerprint="other")
    with pytest.raises(InvalidInput, match="idempotency_key_reused"):
        create_entry(driver.newsroom, other, story, EntryDraft(text="Twice"))
    with pytest.raises(MalformedInput, match="bad_idempotency_key"):
        create_entry(driver.newsroom, driver.call(idempotency_key="a b"), story, EntryDraft(text="x"))
    assert driver.summary() == [("story.updated", 1), ("entry.published", 2)]


def test_two_people_may_use_the_same_key(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    replies = [
        create_entry(who.newsroom, who.call(idempotency_key="k", fingerprint="f"), story, EntryDraft(text="x"))
        for who in (driver.hire(), driver.hire())
    ]
    assert body(replies[0])["id"] != body(replies[1])["id"]


def test_retries_at_the_same_time_make_one_entry(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    replies: list[Reply] = []
    barrier = threading.Barrier(8)

    def retry() -> None:
        barrier.wait()
        call = driver.call(idempotency_key="storm", fingerprint="same")
        replies.append(create_entry(driver.newsroom, call, story, EntryDraft(text="Once")))

    threads = [threading.Thread(target=retry) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({reply.body for reply in replies}) == 1
    assert driver.summary() == [("story.updated", 1), ("entry.published", 2)]


def test_writers_at_the_same_time_get_consecutive_numbers(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    barrier = threading.Barrier(8)

    def write(number: int) -> None:
        barrier.wait()
        for turn in range(10):
            create_entry(driver.newsroom, driver.call(), story, EntryDraft(text=f"{number}.{turn}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(event["seq"] for event in driver.events()) == list(range(1, 82))


def test_in_a_batch_each_item_succeeds_or_fails_alone(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    items: list[Any] = [{"text": "One"}, {"txt": "Two"}, 3, {"text": "Four", "html": "<p>Four</p>"}, {"text": "Five"}]
    reply = create_entries(driver.newsroom, driver.call(), story, EntryBatch(items=items))
    results = body(reply)["items"]
    assert [result["status"] for result in results] == [201, 422, 422, 422, 201]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/txt"
    assert [event["entry"]["body_html"] for event in driver.events()[1:]] == ["<p>One</p>", "<p>Five</p>"]
    keys = [event["entry"]["sort_key"] for event in driver.events()[1:]]
    assert keys == sorted(keys)


def test_the_newsroom_lists_a_batch_in_its_order(driver: NewsroomDriver) -> None:
    story, ticks = driver.story()["id"], itertools.count(driver.now)
    newsroom = dataclasses.replace(driver.newsroom, clock=lambda: Micros(next(ticks)))
    items: list[Any] = [{"text": str(number), "status": "draft"} for number in range(9)]
    create_entries(newsroom, driver.call(), story, EntryBatch(items=items))
    listed = body(show_entries(newsroom, driver.call(), story, statuses=None, position=None, limit=9))["items"]
    assert [entry["text"] for entry in listed] == [str(number) for number in reversed(range(9))]


def test_another_systems_entry_is_created_brought_up_and_never_turned_back(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first = driver.put(story, "wire-1", text="Flash", external_version=1)
    second = driver.put(story, "wire-1", text="Flash, more", external_version=3)
    assert (second["id"], second["revision"], second["external_version"]) == (first["id"], 2, 3)
    late = driver.put(story, "wire-1", text="Flash, late", external_version=2)
    assert (late["body_html"], late["external_version"]) == ("<p>Flash, more</p>", 3)
    same = driver.put(story, "wire-1", text="Flash, more", external_version=4)
    assert (same["revision"], same["version"], same["external_version"]) == (2, second["version"], 4)


def test_what_a_person_has_edited_is_not_overwritten_by_another_system(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.put(story, "wire-1", text="Flash", external_version=1)
    driver.patch(entry, text="Flash, checked")
    again = driver.put(story, "wire-1", text="Flash, raw", external_version=2)
    assert again["body_html"] == "<p>Flash, checked</p>"
    assert again["working"]["fields"]["text"] == "Flash, raw"
    driver.act("remove", entry)
    with pytest.raises(Conflict, match="wrong_status"):
        driver.put(story, "wire-1", text="Flash, back", external_version=3)


def test_an_entry_over_its_size_is_refused_whole(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    with pytest.raises(TooLarge, match="entry_too_large"):
        driver.post(story, "\n\n".join("word " * 180 for _ in range(150)))
    assert driver.summary() == [("story.updated", 1)]


def test_an_unknown_story_is_not_found(driver: NewsroomDriver) -> None:
    with pytest.raises(NotFound, match="story_not_found"):
        driver.post("nowhere")
