"""Intro, authors, sponsor and what search engines are shown: written, published, changed, reverted, taken back."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

import pytest

from app.domain.errors import Conflict, InvalidInput
from app.domain.identifiers import SystemRandomSource
from app.newsroom.queries.lists import show_story
from app.newsroom.stories import written_members
from app.newsroom.stories.lifecycle import create_story
from app.wire.requests.stories import StoryDraft
from tests.newsroom.driver import NewsroomDriver, body
from tests.newsroom.emergency.test_revert_stories import reverted, rogue_at
from tests.newsroom.queries.test_search import found
from tests.storage.dumps import find_in, read_all_bytes

SPONSOR = {"name": "Harbour Bank", "url": "https://bank.example/", "label": "Presented by"}
SEO = {"title": "Election results, live", "description": "Every result as it comes in."}
IMAGE = {"url": "https://pictures.example/card.jpg", "alt": "A ballot box"}


def _public(driver: NewsroomDriver) -> dict[str, Any]:
    fields: dict[str, Any] = driver.events()[-1]["fields"]
    return fields


def test_a_story_without_them_says_so(driver: NewsroomDriver) -> None:
    story = driver.story()
    for shown in (story, _public(driver)):
        assert {name: shown[name] for name in ("intro", "authors", "sponsor", "seo")} == {
            "intro": None, "authors": [], "sponsor": None, "seo": None,
        }  # fmt: skip


def test_each_is_one_event_that_open_pages_apply(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    driver.patch_story(story, intro="What **we** know.", authors=["Ana Sousa"], sponsor=SPONSOR, seo=SEO)
    assert driver.events()[-1]["changed"] == ["intro", "authors", "sponsor", "seo"]
    shown = _public(driver)
    assert shown["intro"]["html"] == "<p>What <strong>we</strong> know.</p>"
    assert [block["html"] for block in shown["intro"]["blocks"]] == [shown["intro"]["html"]]
    assert set(shown["intro"]) == {"html", "blocks"}, "the source text is the newsroom's"
    assert shown["authors"] == [{"name": "Ana Sousa"}]
    assert shown["sponsor"] == SPONSOR
    assert shown["seo"] == {**SEO, "image": None}
    driver.patch_story(story, intro=None, authors=[], sponsor=None, seo=None)
    assert driver.events()[-1]["changed"] == ["intro", "authors", "sponsor", "seo"]
    assert (_public(driver)["intro"], _public(driver)["authors"], _public(driver)["seo"]) == (None, [], None)


def test_an_intro_is_written_as_an_entry_is(driver: NewsroomDriver) -> None:
    story = driver.story(intro={"html": "<p>From <b>Word</b><script>x</script></p>"})
    assert story["intro"]["html"] == "<p>From <b>Word</b></p>"
    assert story["intro"]["text_format"] == "markdown"
    plain = driver.patch_story(story["id"], intro={"text": "*as is*", "text_format": "plain"})
    assert (plain["intro"]["html"], plain["intro"]["text"]) == ("<p>*as is*</p>", "*as is*")
    blocks = [{"type": "heading", "level": 2, "text": "Head"}, {"type": "paragraph", "html": "Then"}]
    told = driver.patch_story(story["id"], intro={"blocks": blocks})
    assert [block["type"] for block in told["intro"]["blocks"]] == ["heading", "paragraph"]
    again = driver.patch_story(story["id"], intro={"blocks": told["intro"]["blocks"]})
    assert again["version"] == told["version"], "what was read can be sent back, and changes nothing"


def test_a_picture_of_the_intro_stays_while_its_line_does(driver: NewsroomDriver) -> None:
    picture = {"id": "p1", "type": "image", "url": IMAGE["url"], "alt": "A map"}
    story = driver.story(intro={"blocks": [picture]})
    text = story["intro"]["text"]
    assert text == "[[block:p1]]"
    after = driver.patch_story(story["id"], intro=f"Before it.\n\n{text}")
    assert [block["type"] for block in after["intro"]["blocks"]] == ["paragraph", "image"]
    with pytest.raises(Conflict, match="blocks_would_be_lost"):
        driver.patch_story(story["id"], intro="Without it.")
    assert driver.patch_story(story["id"], intro=None)["intro"] is None


@pytest.mark.parametrize(
    ("intro", "code"),
    [
        ("   ", "blank"),
        ({"html": "<script>x</script>"}, "blank"),
        ("word " * (written_members.MAX_INTRO_BYTES // 4), "too_long"),
    ],
)
def test_an_intro_that_shows_nothing_or_too_much_is_refused(driver: NewsroomDriver, intro: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        driver.story(intro=intro)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/intro", code)]


def test_a_story_that_wants_alternative_texts_wants_them_in_its_intro(driver: NewsroomDriver) -> None:
    without = {"blocks": [{"type": "image", "url": IMAGE["url"]}]}
    with pytest.raises(InvalidInput):
        driver.story(settings={"require_alt": True}, intro=without)
    assert driver.story(intro=without)["intro"] is not None
    story = driver.story(settings={"require_alt": True})
    with pytest.raises(InvalidInput):
        driver.patch_story(story["id"], intro=without)


def test_what_search_engines_are_shown_is_none_where_it_says_nothing(driver: NewsroomDriver) -> None:
    story = driver.story(seo={"title": None})
    assert story["seo"] is None
    with_picture = driver.patch_story(story["id"], seo={"image": IMAGE})["seo"]
    assert (with_picture["title"], with_picture["image"]["alt"]) == (None, "A ballot box")
    assert "media" not in _public(driver)["seo"]["image"]


def test_a_creation_that_is_repeated_is_answered_with_the_story(driver: NewsroomDriver) -> None:
    """Its blocks get other ids each time, as those of the lead picture always did."""
    made: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "title": "Night",
        "slug": "night",
        "image": IMAGE,
        "seo": {"image": IMAGE},
    }
    made |= {"intro": "What we know.", "authors": [{"name": "Ana"}]}
    first = driver.story(**made)
    newsroom = dataclasses.replace(driver.newsroom, random=SystemRandomSource())
    again = create_story(newsroom, driver.call(), StoryDraft(**made))
    assert (again.status, body(again)["version"]) == (201, first["version"])
    with pytest.raises(Conflict, match="id_taken"):
        driver.story(**{**made, "intro": "Something else."})


def test_a_story_is_found_by_its_intro_its_authors_and_its_sponsor(driver: NewsroomDriver) -> None:
    story = driver.story(intro="Lighthouse keepers", authors=["Berta Lima"], sponsor={"name": "Quayside"})
    for words in ("lighthouse", "berta lima", "quayside"):
        assert found(driver, words) == [story["id"]], words


def test_a_revert_brings_back_what_they_were(driver: NewsroomDriver) -> None:
    story = driver.story(intro="As it was.", sponsor=SPONSOR)
    thief = rogue_at(driver)
    thief.patch_story(story["id"], intro="Defaced.", authors=["Nobody"], sponsor=None, seo=SEO)
    assert _public(driver)["authors"] == [{"name": "Nobody"}]
    assert {name: done for name, (done, _) in reverted(driver, thief).items()} == dict.fromkeys(
        ("intro", "authors", "sponsor", "seo"), "restored"
    )
    restored = _public(driver)
    assert restored["intro"]["html"] == "<p>As it was.</p>"
    assert (restored["authors"], restored["sponsor"], restored["seo"]) == ([], SPONSOR, None)


def test_a_person_who_is_purged_is_taken_out_of_the_authors_of_stories_and_of_their_versions(
    driver: NewsroomDriver, database_url: str
) -> None:
    person = driver.hire("editor", byline="By Wolpertinger").person
    both = [{"id": person, "name": "By Wolpertinger"}, "Ada"]
    public, draft = driver.story(authors=both)["id"], driver.story(authors=["By Wolpertinger"], status="draft")["id"]
    earlier = driver.story(authors=both)["id"]
    driver.patch_story(earlier, authors=["Ada"])
    held = driver.story(authors=both)["id"]
    driver.hold(held)
    before = len(driver.events())
    done = driver.purge(person=person, bylines=True)
    assert done["held"] == [{"story": held, "entry": None}]
    assert [(event["story"], event["changed"]) for event in driver.events()[before:]] == [(public, ["authors"])]
    assert _public(driver)["authors"] == [{"name": "Ada"}]
    counts = {each["place"]: each["count"] for each in done["places"]}
    assert (counts["bylines in stories"], counts["bylines in story versions"]) == (2, 3)
    assert body(show_story(driver.newsroom, driver.call(), draft))["authors"] == []
    driver.hold(held, held=False)
    driver.purge(person=person, bylines=True)
    assert driver.database.scrub()
    assert find_in(read_all_bytes(database_url), ["Wolpertinger"]) == {}


def test_a_story_that_is_purged_leaves_nothing_of_them(driver: NewsroomDriver, database_url: str) -> None:
    word = "xylophone"
    named = {"name": word, "url": f"https://{word}.example", "label": word}
    seo = {"title": word, "description": word, "image": {"url": f"https://pictures.example/{word}.jpg"}}
    story = driver.story(intro=f"First, **{word}**.", authors=[word], sponsor=named, seo=seo)["id"]
    driver.post(story, label=word)
    driver.patch_story(story, intro={"html": f"<p>{word} again</p>"}, authors=["Ada"])
    driver.purge(story=story)
    assert driver.database.scrub()
    assert find_in(read_all_bytes(database_url), [word]) == {}
