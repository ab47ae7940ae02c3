"""Links to what is not public yet: good for an hour, for what they name, as long as their maker has the right."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from app.domain.errors import NotFound
from app.newsroom.people import people, tokens
from app.newsroom.queries import previews
from app.newsroom.queries.stream_feed import admit_by_token
from app.newsroom.stories.members import put_member
from app.wire.requests.people import Membership
from tests.newsroom.driver import HOUR, NewsroomDriver, body


def link(who: NewsroomDriver, entry: dict[str, Any]) -> str:
    """The signed part of a new link."""
    made = body(previews.make_preview(who.newsroom, who.call(), entry["story"], entry["id"]))
    assert made["url"].startswith("https://live.example/v1/previews/")
    signed: str = made["url"].rpartition("/")[2]
    return signed


def seen(driver: NewsroomDriver, signed: str) -> dict[str, Any]:
    return body(previews.show_preview(driver.newsroom, signed))


def refused(driver: NewsroomDriver, signed: str) -> None:
    with pytest.raises(NotFound) as error:
        previews.show_preview(driver.newsroom, signed)
    assert (error.value.code, error.value.detail) == (
        "preview_not_found",
        "There is no such preview, or none any more.",
    )


def test_a_link_shows_a_draft_in_the_public_shape_as_it_is_now(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    draft = ada.post(story, "A first thought.", status="draft")
    signed = link(ada, draft)
    shown = seen(driver, signed)
    assert (shown["body_html"], shown["status"], shown["revision"]) == ("<p>A first thought.</p>", "draft", 0)
    published = ada.post(story, "Out.", label="67′", icon="goal")
    public = driver.events()[-1]["entry"]
    assert shown.keys() == {*public.keys(), "blocks"}
    assert "version" not in shown
    ada.patch(draft, text="A second thought.")
    assert seen(driver, signed)["body_html"] == "<p>A second thought.</p>"
    ada.patch(published, text="A better text.", publish=False)
    assert seen(driver, link(ada, published))["body_html"] == "<p>A better text.</p>"
    assert len(driver.events()) == 2, "readers are sent nothing of it"


def test_it_ends_after_an_hour(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], status="draft")
    signed = link(driver, entry)
    driver.now += HOUR - 1
    seen(driver, signed)
    driver.now += 1
    refused(driver, signed)


def test_a_link_that_was_changed_anywhere_shows_nothing(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], status="draft")
    signed = link(driver, entry)
    for at in range(len(signed)):
        refused(driver, signed[:at] + ("A" if signed[at] != "A" else "B") + signed[at + 1 :])
    for forged in ("", ".", "x", signed.partition(".")[0], signed + "0", "é.é", "a" * 10_000, "\x00.\x00"):
        refused(driver, forged)


def test_before_the_first_link_is_made_none_is_good(driver: NewsroomDriver) -> None:
    payload = "WyJ4Il0"
    refused(driver, f"{payload}.{hmac.new(b'', f'preview {payload}'.encode(), hashlib.sha256).hexdigest()}")


def test_it_ends_with_the_entry(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, status="draft")
    signed = link(driver, entry)
    driver.act("remove", entry)
    refused(driver, signed)
    with pytest.raises(NotFound, match="entry_not_found"):
        link(driver, entry)


def test_it_ends_with_the_right_of_its_maker(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    ada, bo, cleo = driver.hire(), driver.hire(), driver.hire()
    entry = driver.post(story, status="draft")
    links = [link(who, entry) for who in (ada, bo, cleo)]
    assert bo.person is not None
    tokens.revoke_token(driver.newsroom, driver.call(), admit_by_token(ada.newsroom, ada.token).who.token)
    people.disable_person(driver.newsroom, driver.call(), bo.person)
    refused(driver, links[0])
    refused(driver, links[1])
    seen(driver, links[2])
    driver.patch_story(story, settings={"members_only": True})
    refused(driver, links[2])
    assert cleo.person is not None
    put_member(driver.newsroom, driver.call(), story, cleo.person, Membership(role="reporter"))
    seen(driver, links[2])


def test_only_who_sees_an_entry_can_make_a_link_to_it(driver: NewsroomDriver) -> None:
    hidden = driver.post(driver.story(settings={"members_only": True})["id"], status="draft")
    with pytest.raises(NotFound, match="story_not_found"):
        link(driver.hire("editor"), hidden)


def test_every_process_signs_with_the_same_key(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], status="draft")
    signed = link(driver, entry)
    other = driver.as_holder_of(driver.token)
    assert link(other, entry) == signed
    assert json.dumps(seen(other, signed)) == json.dumps(seen(driver, signed))
