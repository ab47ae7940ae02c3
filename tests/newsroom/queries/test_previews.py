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
from app.newsroom.queries import stream_feed as watching
from app.newsroom.stories import members as membership
from app.wire.requests.people import Membership
from tests.newsroom.driver import HOUR, Desk, body


def link(who: Desk, entry: dict[str, Any]) -> str:
    """The signed part of a new link."""
    made = body(previews.make_preview(who.room, who.call(), entry["story"], entry["id"]))
    assert made["url"].startswith("https://live.example/v1/previews/")
    signed: str = made["url"].rpartition("/")[2]
    return signed


def seen(desk: Desk, signed: str) -> dict[str, Any]:
    return body(previews.show_preview(desk.room, signed))


def refused(desk: Desk, signed: str) -> None:
    with pytest.raises(NotFound) as error:
        previews.show_preview(desk.room, signed)
    assert (error.value.code, error.value.detail) == (
        "preview_not_found",
        "There is no such preview, or none any more.",
    )


def test_a_link_shows_a_draft_in_the_public_shape_as_it_is_now(desk: Desk) -> None:
    story, ada = desk.story()["id"], desk.hire()
    draft = ada.post(story, "A first thought.", status="draft")
    signed = link(ada, draft)
    shown = seen(desk, signed)
    assert (shown["body_html"], shown["status"], shown["revision"]) == ("<p>A first thought.</p>", "draft", 0)
    published = ada.post(story, "Out.")
    public = desk.events()[-1]["entry"]
    assert shown.keys() == {*public.keys(), "blocks"}
    assert "version" not in shown
    ada.patch(draft, text="A second thought.")
    assert seen(desk, signed)["body_html"] == "<p>A second thought.</p>"
    ada.patch(published, text="A better text.", publish=False)
    assert seen(desk, link(ada, published))["body_html"] == "<p>A better text.</p>"
    assert len(desk.events()) == 2, "readers are told nothing of it"


def test_it_ends_after_an_hour(desk: Desk) -> None:
    entry = desk.post(desk.story()["id"], status="draft")
    signed = link(desk, entry)
    desk.now += HOUR - 1
    seen(desk, signed)
    desk.now += 1
    refused(desk, signed)


def test_a_link_that_was_changed_anywhere_shows_nothing(desk: Desk) -> None:
    entry = desk.post(desk.story()["id"], status="draft")
    signed = link(desk, entry)
    for at in range(len(signed)):
        refused(desk, signed[:at] + ("A" if signed[at] != "A" else "B") + signed[at + 1 :])
    for forged in ("", ".", "x", signed.partition(".")[0], signed + "0", "é.é", "a" * 10_000, "\x00.\x00"):
        refused(desk, forged)


def test_before_the_first_link_is_made_none_is_good(desk: Desk) -> None:
    payload = "WyJ4Il0"
    refused(desk, f"{payload}.{hmac.new(b'', f'preview {payload}'.encode(), hashlib.sha256).hexdigest()}")


def test_it_ends_with_the_entry(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, status="draft")
    signed = link(desk, entry)
    desk.act("remove", entry)
    refused(desk, signed)
    with pytest.raises(NotFound, match="entry_not_found"):
        link(desk, entry)


def test_it_ends_with_the_right_of_whoever_made_it(desk: Desk) -> None:
    story = desk.story()["id"]
    ada, bo, cleo = desk.hire(), desk.hire(), desk.hire()
    entry = desk.post(story, status="draft")
    links = [link(who, entry) for who in (ada, bo, cleo)]
    assert bo.person is not None
    tokens.revoke_token(desk.room, desk.call(), watching.admit_by_token(ada.room, ada.token).who.token)
    people.disable_person(desk.room, desk.call(), bo.person)
    refused(desk, links[0])
    refused(desk, links[1])
    seen(desk, links[2])
    desk.patch_story(story, settings={"members_only": True})
    refused(desk, links[2])
    assert cleo.person is not None
    membership.put_member(desk.room, desk.call(), story, cleo.person, Membership(role="reporter"))
    seen(desk, links[2])


def test_only_who_sees_an_entry_can_make_a_link_to_it(desk: Desk) -> None:
    hidden = desk.post(desk.story(settings={"members_only": True})["id"], status="draft")
    with pytest.raises(NotFound, match="story_not_found"):
        link(desk.hire("editor"), hidden)


def test_every_process_signs_with_the_same_key(desk: Desk) -> None:
    entry = desk.post(desk.story()["id"], status="draft")
    signed = link(desk, entry)
    other = desk.as_holder_of(desk.token)
    assert link(other, entry) == signed
    assert json.dumps(seen(other, signed)) == json.dumps(seen(desk, signed))
