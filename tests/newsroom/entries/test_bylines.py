"""Own bylines alone, where a story or the site asks for them, by every way to write an entry; and who posted it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.errors import FieldError, InvalidInput
from app.newsroom.entries.create import create_entries
from app.newsroom.entries.versions import show_versions
from app.newsroom.people import people
from app.newsroom.queries.audit import show_audit
from app.newsroom.queries.lists import show_entries, show_entry, show_story
from app.newsroom.queries.search import search_newsroom
from app.newsroom.queries.stream_feed import admit_by_token, begin_watching, read_news
from app.storage.newsroom.audit import AuditFilter
from app.wire.requests.entries import EntryBatch
from app.wire.requests.people import PersonPatch
from tests.newsroom.driver import NewsroomDriver, body
from tests.newsroom.stories.test_members import join

Written = dict[str, Any]
Way = Callable[[NewsroomDriver, str, Written], Any]
OTHERS: list[Written] = [{"name": "The Prime Minister"}]


def _batch(who: NewsroomDriver, story: str, fields: Written) -> Any:
    items: list[Any] = [{"text": "One"}, {"text": "Two", **fields}]
    first, second = body(create_entries(who.newsroom, who.call(), story, EntryBatch(items=items)))["items"]
    assert first["status"] == 201
    if second["status"] == 422:
        raise InvalidInput([FieldError(**error) for error in second["problem"]["errors"]])
    return second["entry"]


def _edit_aside(who: NewsroomDriver, story: str, fields: Written) -> Any:
    entry = who.post(story)
    who.patch(entry, text="Aside", publish=False)
    return who.patch(entry, **fields)["working"]["fields"]


def _put_again(who: NewsroomDriver, story: str, fields: Written) -> Any:
    number = f"wire-{who.now}"
    who.put(story, number, text="Flash", external_version=1)
    return who.put(story, number, text="Flash", external_version=2, **fields)


WAYS: dict[str, Way] = {
    "create": lambda who, story, fields: who.post(story, **fields),
    "create as a draft": lambda who, story, fields: who.post(story, status="draft", **fields),
    "submit": lambda who, story, fields: who.post(story, status="submitted", **fields),
    "create in a batch": _batch,
    "edit": lambda who, story, fields: who.patch(who.post(story), **fields),
    "edit a draft": lambda who, story, fields: who.patch(who.post(story, status="draft"), **fields),
    "begin an edit aside": lambda who, story, fields: who.patch(who.post(story), publish=False, **fields)["working"][
        "fields"
    ],
    "go on with an edit aside": _edit_aside,
    "put": lambda who, story, fields: who.put(story, f"wire-{who.now}", text="Flash", **fields),
    "put in place of what was put": _put_again,
}


@pytest.fixture
def story(driver: NewsroomDriver) -> str:
    made: str = driver.story(settings={"own_bylines": True})["id"]
    return made


def _refused(way: Way, who: NewsroomDriver, story: str, fields: Written) -> Any:
    with pytest.raises(InvalidInput) as refused:
        way(who, story, fields)
    (fault,) = refused.value.errors
    assert fault.code == "byline_not_own"
    return fault


@pytest.mark.parametrize("way", WAYS)
def test_a_reporter_names_nobody_else_by_any_way_to_write(driver: NewsroomDriver, story: str, way: str) -> None:
    ada = driver.hire(byline="Ada Reporter")
    fault = _refused(WAYS[way], ada, story, {"authors": [{"name": "Ada Reporter"}, *OTHERS]})
    assert fault.pointer == "/authors/1/name"
    assert "name Person 1 or Ada Reporter" in fault.detail
    anywhere = driver.story()["id"]
    assert WAYS[way](ada, anywhere, {"authors": OTHERS})["authors"] == OTHERS


@pytest.mark.parametrize("way", WAYS)
def test_own_names_none_and_those_left_out_are_taken_by_any_way(driver: NewsroomDriver, story: str, way: str) -> None:
    ada = driver.hire(byline="Áda Reporter")
    for authors in (
        [{"name": "Áda Reporter", "role": "Correspondent", "place": "Oslo"}],
        [{"name": "A\u0301da Reporter", "id": ada.person}],
        [{"name": "Person 1"}],
        [],
    ):
        assert WAYS[way](ada, story, {"authors": authors})["authors"] == authors
    assert WAYS[way](ada, story, {"headline": "One"})["authors"] == [{"id": ada.person, "name": "Áda Reporter"}]


@pytest.mark.parametrize("way", WAYS)
def test_an_editor_names_anybody_by_any_way(driver: NewsroomDriver, story: str, way: str) -> None:
    member = driver.hire()
    join(driver, story, member, "editor")
    for editor in (driver, driver.hire("editor"), driver.bot("editor"), member):
        assert WAYS[way](editor, story, {"authors": OTHERS})["authors"] == OTHERS


@pytest.mark.parametrize("way", WAYS)
def test_the_site_may_ask_for_it_in_every_story(driver: NewsroomDriver, way: str) -> None:
    anywhere, ada = driver.story()["id"], driver.hire()
    ada.newsroom = dataclasses.replace(ada.newsroom, own_bylines=True)
    _refused(WAYS[way], ada, anywhere, {"authors": OTHERS})


def test_shorthand_names_nobody_else_either(driver: NewsroomDriver, story: str) -> None:
    driver.hire(byline="Bo Berg")
    ada = driver.hire(byline="Ada Reporter", shorthand=True)
    own = ada.post(story, "Polls have closed. @ada")
    assert [author["name"] for author in own["authors"]] == ["Ada Reporter"]
    named = {"text": "Polls have closed at last. @bo"}
    _refused(lambda who, place, fields: who.post(place, **fields), ada, story, named)
    _refused(lambda who, _, fields: who.patch(own, **fields), ada, story, named)
    _refused(lambda who, place, fields: who.put(place, "wire-1", **fields), ada, story, named)


@pytest.mark.parametrize("member", ["id", "avatar", "url"])
def test_an_own_name_with_anothers_profile_is_anothers(driver: NewsroomDriver, story: str, member: str) -> None:
    bo, ada = driver.hire(byline="Bo Berg"), driver.hire(byline="Ada Reporter")
    value = bo.person if member == "id" else "https://bo.example/"
    _refused(WAYS["create"], ada, story, {"authors": [{"name": "Ada Reporter", member: value}]})


def test_a_bot_has_its_label_for_a_name(driver: NewsroomDriver, story: str) -> None:
    bot = driver.bot("reporter")
    assert bot.post(story, authors=[{"name": "bot"}])["authors"] == [{"name": "bot"}]
    assert bot.post(story)["authors"] == []
    _refused(WAYS["create"], bot, story, {"authors": OTHERS})


def test_a_label_that_a_reporter_gives_to_their_own_token_is_no_name(driver: NewsroomDriver, story: str) -> None:
    ada = driver.hire(label="The Prime Minister")
    _refused(WAYS["create"], ada, story, {"authors": OTHERS})


def test_a_byline_that_an_editor_set_stays_through_its_reporters_edits(driver: NewsroomDriver, story: str) -> None:
    ada = driver.hire()
    entry = ada.post(story)
    driver.patch(entry, authors=[*OTHERS, {"name": "Bo Berg"}])
    edited = ada.patch(entry, text="Corrected", authors=[*OTHERS, {"name": "Ada Reporter"}])
    assert edited["authors"] == [*OTHERS, {"name": "Ada Reporter"}]
    _refused(lambda *_: ada.patch(entry, authors=[{"name": "Bo Berg"}]), ada, story, {})


def test_what_was_stored_before_the_setting_was_asked_for_stays_as_it_is(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    entry = ada.post(story, status="draft", authors=OTHERS)
    driver.patch_story(story, settings={"own_bylines": True})
    assert ada.patch(entry, text="Again")["authors"] == OTHERS
    assert ada.act("publish", entry)["authors"] == OTHERS


def test_the_story_says_before_whose_names_the_caller_may_use(driver: NewsroomDriver, story: str) -> None:
    ada, anywhere = driver.hire(byline="Ada Reporter"), driver.story()["id"]

    def bylines(who: NewsroomDriver, of: str) -> Any:
        return body(show_story(who.newsroom, who.call(), of))["bylines"]

    assert bylines(ada, story) == ["Person 1", "Ada Reporter"]
    assert bylines(driver.bot(), story) == ["bot"]
    assert bylines(ada, anywhere) is bylines(driver.hire("editor"), story) is bylines(driver, story) is None
    ada.newsroom = dataclasses.replace(ada.newsroom, own_bylines=True)
    assert bylines(ada, anywhere) == ["Person 1", "Ada Reporter"]


def test_who_posted_is_said_wherever_the_newsroom_shows_an_entry(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire(byline="Ada Reporter")
    editor, bot = driver.hire("editor"), driver.bot("editor")
    marks = {who.token: begin_watching(who.newsroom) for who in (driver,)}
    entry = ada.post(story, authors=OTHERS)
    token = admit_by_token(ada.newsroom, ada.token).who.token
    poster = {"token": token, "person": ada.person, "name": "Person 1"}
    assert entry["posted_by"] == poster
    edited = editor.patch(entry, text="Corrected")
    assert edited["posted_by"] == poster
    by_bot = bot.post(story)
    assert by_bot["posted_by"] == {"token": by_bot["posted_by"]["token"], "person": None, "name": "bot"}
    by_operator = driver.post(story)
    assert by_operator["posted_by"] == {"token": "admin", "person": None, "name": None}
    whose = {each["id"]: each["posted_by"] for each in (entry, by_bot, by_operator)}

    listed = body(show_entries(editor.newsroom, editor.call(), story, statuses=None, position=None, limit=9))["items"]
    assert {each["id"]: each["posted_by"] for each in listed} == whose
    found = body(
        search_newsroom(editor.newsroom, editor.call(), "polls", story_ref=None, statuses=None, position=None, limit=9)
    )["items"]
    assert {each["entry"]["id"]: each["entry"]["posted_by"] for each in found} == {
        each["id"]: each["posted_by"] for each in (by_bot, by_operator)
    }
    alone = body(show_entry(editor.newsroom, editor.call(), story, entry["id"]))
    assert alone["posted_by"] == poster
    watcher = admit_by_token(editor.newsroom, editor.token).who.token
    news = read_news(editor.newsroom, marks[driver.token], {watcher: frozenset([story])}).news
    told = [json.loads(each.message) for each in news]
    assert {each["entry"]["id"]: each["entry"]["posted_by"] for each in told} == whose
    versions = body(show_versions(editor.newsroom, editor.call(), story, entry["id"]))["items"]
    assert [each["name"] for each in versions] == ["Person 2", "Person 1"]
    audited = body(show_audit(driver.newsroom, driver.call(), AuditFilter(story=story), position=None, limit=9))[
        "items"
    ]
    assert [each["name"] for each in audited] == [None, "bot", "Person 2", "Person 1", None]


def test_a_person_who_is_renamed_or_gone_is_still_said_to_have_posted(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    entry = ada.post(story)
    assert ada.person is not None
    people.edit_person(driver.newsroom, driver.call(), ada.person, PersonPatch(name="Ada Lind"))
    people.disable_person(driver.newsroom, driver.call(), ada.person)
    alone = body(show_entry(driver.newsroom, driver.call(), story, entry["id"]))
    assert (alone["posted_by"]["name"], alone["authors"][0]["name"]) == ("Ada Lind", "Ada Reporter")
