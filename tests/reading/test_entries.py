"""Single entries, and the members of each that are sent."""

from __future__ import annotations

import json

import pytest

from app.domain.errors import Gone, InvalidInput, NotFound
from app.domain.identifiers import StoryId
from app.reading.entries import ENTRY_FIELDS, EntryShape, parse_fields, require_entry
from app.storage.database.transactions import Database
from app.wire.encoding import BodyVariant
from tests.newsroom.driver import NewsroomDriver


def test_fields_are_sent_exactly_as_named_in_the_order_of_the_whole(driver: NewsroomDriver, database: Database) -> None:
    story = driver.story()["id"]
    posted = driver.post(story, "Polls *have* closed.", headline="Closed")
    with database.snapshot() as tx:
        entry = require_entry(tx, StoryId(story), posted["id"])
    fields = parse_fields("body_text, headline,id,headline")
    assert EntryShape(fields=fields).encode(entry) == (
        b'{"id":"%b","headline":"Closed","body_text":"Polls have closed."}' % posted["id"].encode()
    )


def test_every_field_an_entry_has_can_be_named(driver: NewsroomDriver, database: Database) -> None:
    story = driver.story()["id"]
    posted = driver.post(story, label="67′", icon="goal")
    with database.snapshot() as tx:
        entry = require_entry(tx, StoryId(story), posted["id"])
    whole = json.loads(EntryShape(body=BodyVariant.BOTH).encode(entry))
    named = json.loads(EntryShape(fields=parse_fields(",".join(ENTRY_FIELDS))).encode(entry))
    assert list(named) == list(ENTRY_FIELDS)
    assert {name: value for name, value in named.items() if name != "body_text"} == whole


@pytest.mark.parametrize("text", ["", "id,", "Id", "version", "text", "id;headline"])
def test_a_field_that_no_entry_has_is_refused_with_a_pointer(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_fields(text)
    assert [(each.pointer, each.code) for each in refused.value.errors] == [("/query/fields", "unknown_field")]


def test_an_entry_that_was_public_is_gone_with_its_cause_and_one_that_never_was_is_not_found(
    driver: NewsroomDriver, database: Database
) -> None:
    story = StoryId(driver.story()["id"])
    other = StoryId(driver.story("Another")["id"])
    draft = driver.post(story, status="draft")["id"]
    discarded = driver.act("remove", driver.post(story, status="draft"))["id"]
    elsewhere = driver.post(other)["id"]
    unpublished = driver.act("unpublish", driver.post(story))["id"]
    removed = driver.act("remove", driver.post(story))["id"]
    with database.snapshot() as tx:
        for entry in (draft, discarded, elsewhere, "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f", "no-id", ""):
            with pytest.raises(NotFound) as refused:
                require_entry(tx, story, entry)
            assert (refused.value.code, refused.value.detail) == ("entry_not_found", "No such entry.")
        for entry, cause in ((unpublished, "unpublished"), (removed, "removed")):
            with pytest.raises(Gone) as gone:
                require_entry(tx, story, entry)
            assert gone.value.cause == cause
