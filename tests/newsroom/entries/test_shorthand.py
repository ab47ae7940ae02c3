"""Shorthand in the newsroom: what it does to an entry, what the answer says of it, and whom a name means."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.domain.clock import Micros
from app.domain.errors import InvalidInput
from app.domain.identifiers import PersonId
from app.domain.rights import Role
from app.newsroom.context.begin_write import begin_write
from app.newsroom.context.write_context import WriteContext
from app.newsroom.entries.create import create_entries, create_entry
from app.newsroom.entries.shorthand import authors_by_handle
from app.storage.newsroom.people import Person, list_people, update_person
from app.wire.requests.entries import EntryBatch, EntryDraft
from tests.newsroom.driver import NewsroomDriver, body

POLLS = {"slug": "polls", "label": "polls"}


@pytest.fixture
def hurried(driver: NewsroomDriver) -> NewsroomDriver:
    """A reporter whose token may use shorthand, at a newsroom with a colleague of the name of Bo Berg."""
    driver.hire(byline="Bo Berg")
    return driver.hire(byline="Ada Reporter", shorthand=True)


@pytest.fixture
def story(driver: NewsroomDriver) -> str:
    made: str = driver.story()["id"]
    return made


def test_shorthand_is_taken_out_of_the_text_and_put_where_it_belongs(hurried: NewsroomDriver, story: str) -> None:
    entry = hurried.post(story, "/breaking Polls have closed. #polls #Oslo /key @bo")
    assert entry["body_html"] == "<p>Polls have closed.</p>"
    assert entry["text"] == "Polls have closed."
    assert (entry["importance"], entry["key_event"]) == ("breaking", True)
    assert entry["tags"] == [POLLS, {"slug": "oslo", "label": "Oslo"}]
    assert names(entry) == ["Bo Berg"]
    assert entry["shorthand"] == {
        "tags": entry["tags"],
        "authors": entry["authors"],
        "key_event": True,
        "importance": "breaking",
    }
    shown = hurried.events()[-1]["entry"]
    assert "shorthand" not in shown
    assert {name: shown[name] for name in ("tags", "authors", "importance", "body_html")} == {
        name: entry[name] for name in ("tags", "authors", "importance", "body_html")
    }


def test_names_and_tags_that_were_stored_are_kept_though_they_would_be_refused_today(
    hurried: NewsroomDriver, story: str
) -> None:
    with begin_write(hurried.newsroom, hurried.call()) as context:
        assert isinstance(context, WriteContext)
        stored = next(person for person in list_people(context.tx) if person.byline == "Bo Berg")
        update_person(context.tx, replace(stored, byline="Cleo\u200b Moe"))
    entry = hurried.post(story, "Polls have closed. @cleo")
    assert names(entry) == ["Cleo\u200b Moe"]
    assert hurried.patch(entry, text="They have. #polls")["tags"] == [POLLS]


def test_a_token_that_was_not_given_it_writes_what_it_writes(driver: NewsroomDriver, story: str) -> None:
    entry = driver.hire().post(story, "Polls have closed. #polls")
    assert (entry["text"], entry["tags"]) == ("Polls have closed. #polls", [])
    assert "shorthand" not in entry


def test_a_text_without_any_is_answered_to_have_none(hurried: NewsroomDriver, story: str) -> None:
    entry = hurried.post(story, "We are #1, says C#.")
    assert (entry["text"], entry["shorthand"]) == ("We are #1, says C#.", {})
    assert names(entry) == ["Ada Reporter"]
    assert "shorthand" not in hurried.post(story, None, headline="#polls")


def test_what_was_sent_beside_it_is_added_to(hurried: NewsroomDriver, story: str) -> None:
    entry = hurried.post(
        story,
        "Closed. #polls #Oslo @bo /major",
        tags=[{"slug": "polls", "label": "The polls"}],
        authors=[{"name": "Cleo"}],
        importance="normal",
    )
    assert entry["tags"] == [{"slug": "polls", "label": "The polls"}, {"slug": "oslo", "label": "Oslo"}]
    assert names(entry) == ["Cleo", "Bo Berg"]
    assert entry["importance"] == "major"


def test_an_edit_adds_tags_and_names_authors(hurried: NewsroomDriver, story: str) -> None:
    entry = hurried.post(story, "Polls have closed. #polls")
    edited = hurried.patch(entry, text="Polls have closed everywhere. #oslo @bo")
    assert edited["tags"] == [POLLS, {"slug": "oslo", "label": "oslo"}]
    assert names(edited) == ["Bo Berg"]
    assert edited["shorthand"] == {"tags": [{"slug": "oslo", "label": "oslo"}], "authors": edited["authors"]}
    assert hurried.patch(entry, headline="Closed").keys().isdisjoint({"shorthand"})


def test_an_edit_of_nothing_but_shorthand_leaves_the_body(hurried: NewsroomDriver, story: str) -> None:
    entry = hurried.post(story, headline="Closed")
    edited = hurried.patch(entry, text="/key #polls")
    assert (edited["body_html"], edited["key_event"], edited["tags"]) == (entry["body_html"], True, [POLLS])
    assert hurried.events()[-1]["changed"] == ["key_event", "tags"]


def test_a_new_entry_of_nothing_but_shorthand_says_nothing(hurried: NewsroomDriver, story: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        hurried.post(story, "/breaking #polls")
    assert refused.value.errors[0].code == "empty_entry"
    assert hurried.post(story, "/breaking #polls", headline="Closed")["body_html"] == ""


def test_more_tags_than_an_entry_holds_are_refused_and_nothing_is_written(hurried: NewsroomDriver, story: str) -> None:
    sent = len(hurried.announcements)
    with pytest.raises(InvalidInput) as refused:
        hurried.post(story, "Text. " + " ".join(f"#t{number}" for number in range(21)))
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/text", "too_long")]
    assert len(hurried.announcements) == sent


def test_a_retry_is_answered_the_same(hurried: NewsroomDriver, story: str) -> None:
    sent = EntryDraft(id="0f4b3c2d-1e5a-4b6c-8d7e-9f0a1b2c3d4e", text="Closed. #polls")
    first, again = (body(create_entry(hurried.newsroom, hurried.call(), story, sent)) for _ in range(2))
    assert first == again
    assert first["shorthand"] == {"tags": [POLLS]}


def test_batches_and_other_systems_write_it_too(hurried: NewsroomDriver, story: str) -> None:
    batch = EntryBatch(items=[{"text": "One. #polls"}, {"text": "Two."}])
    reply = json.loads(create_entries(hurried.newsroom, hurried.call(), story, batch).body)
    assert [item["entry"]["shorthand"] for item in reply["items"]] == [{"tags": [POLLS]}, {}]
    assert hurried.put(story, "wire-1", text="Wired. #polls")["shorthand"] == {"tags": [POLLS]}
    again = hurried.put(story, "wire-1", text="Wired again. #oslo")
    assert (again["text"], again["tags"]) == ("Wired again.", [{"slug": "oslo", "label": "oslo"}])


def test_plain_text_has_it_as_well(hurried: NewsroomDriver, story: str) -> None:
    entry = hurried.post(story, "5 *3* 2 #polls", text_format="plain")
    assert (entry["body_html"], entry["tags"]) == ("<p>5 *3* 2</p>", [POLLS])


def names(entry: dict[str, Any]) -> list[str]:
    """By whom it is."""
    return [author["name"] for author in entry["authors"]]


def people(*names: tuple[str, str | None], disabled: str | None = None) -> dict[str, Any]:
    """The handles of a newsroom with these names and bylines, one of whom may not work there any more."""
    return authors_by_handle(
        Person(
            id=PersonId(name),
            name=name,
            email=None,
            role=Role.REPORTER,
            byline=byline,
            created_at=Micros(0),
            disabled_at=Micros(1) if name == disabled else None,
        )
        for name, byline in names
    )


def test_a_name_is_a_byline_a_name_or_its_first_word() -> None:
    handles = people(("Ada Lind", "Ada L. Reporter"), ("Børge Ås", None))
    for handle in ("adalreporter", "adalind", "ada"):
        assert handles[handle] == {"id": "Ada Lind", "name": "Ada L. Reporter"}
    for handle in ("borgeas", "borge"):
        assert handles[handle] == {"id": "Børge Ås", "name": "Børge Ås"}
    assert "lind" not in handles


def test_a_name_that_two_go_by_is_nobodys_but_the_whole_name_is() -> None:
    handles = people(("Ada Lind", None), ("Ada Berg", None), ("Bo", None), ("Bo Berg", None))
    assert handles["ada"] is None
    assert handles["adalind"] == {"id": "Ada Lind", "name": "Ada Lind"}
    assert handles["bo"] == {"id": "Bo", "name": "Bo"}


def test_who_works_here_no_more_is_nobody_and_in_nobodys_way() -> None:
    handles = people(("Ada Lind", None), ("Ada Berg", None), disabled="Ada Lind")
    assert "adalind" not in handles
    assert handles["ada"] == {"id": "Ada Berg", "name": "Ada Berg"}
