"""Edits: in the open, aside in a working revision, and against what the editor has seen."""

from __future__ import annotations

import pytest

from app.domain.errors import Conflict, InvalidInput, MalformedInput, PreconditionFailed, PreconditionRequired
from app.newsroom.entries.edit import edit_entry
from app.wire.requests.entries import EntryPatch
from tests.newsroom.driver import NewsroomDriver

PICTURE = {"type": "image", "url": "https://pictures.example/a.jpg", "alt": "A bridge"}


def test_an_edit_of_a_public_entry_reaches_readers_with_what_changed(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    edited = driver.patch(entry, headline="Closed", text="Polls have closed everywhere.")
    event = driver.events()[-1]
    assert (event["type"], event["changed"], event["material"]) == ("entry.updated", ["headline", "body"], True)
    assert event["entry"]["updated_at"] == edited["updated_at"] == event["time"]


def test_a_silent_edit_leaves_no_updated_mark(driver: NewsroomDriver) -> None:
    edited = driver.patch(driver.post(driver.story()["id"]), text="Polls have closed!", material=False)
    assert edited["updated_at"] is None
    assert driver.events()[-1]["material"] is False


def test_a_patch_that_changes_nothing_makes_no_version_and_no_event(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], headline="Closed")
    sent = len(driver.announcements)
    assert driver.patch(entry, headline="Closed", text="Polls have closed.")["version"] == entry["version"]
    assert len(driver.announcements) == sent


def test_a_patch_needs_the_state_it_was_made_for(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    place = (entry["story"], entry["id"], EntryPatch(text="x"))
    with pytest.raises(PreconditionRequired):
        edit_entry(driver.newsroom, driver.call(), *place)
    driver.patch(entry, if_match='"v1"', text="Second")
    for stale in ('"v1"', '"r1"', 'W/"r1.abc.html-gz"'):
        with pytest.raises(PreconditionFailed, match="stale"):
            driver.patch(entry, if_match=stale, text="Third")
    with pytest.raises(MalformedInput, match="bad_if_match"):
        driver.patch(entry, if_match="v2", text="Third")
    assert driver.patch(entry, if_match='"v1", W/"r2.abc.both-br"', text="Third")["version"] == 3
    assert driver.patch(entry, if_match="*", text="Fourth")["version"] == 4


def test_a_readers_etag_does_not_pass_over_work_the_reader_cannot_see(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    driver.patch(entry, text="Aside", publish=False)
    with pytest.raises(PreconditionFailed):
        driver.patch(entry, if_match='"r1"', text="Over it")
    driver.act("discard", entry)
    with pytest.raises(PreconditionFailed):
        driver.patch(entry, if_match='"r1"', text="Over it")


def test_an_edit_kept_aside_is_seen_by_nobody_until_it_is_published(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    sent = len(driver.announcements)
    entry = driver.patch(entry, text="Better", publish=False)
    assert (entry["body_html"], entry["working"]["fields"]["body_html"]) == (
        "<p>Polls have closed.</p>",
        "<p>Better</p>",
    )
    entry = driver.patch(entry, text="Best")
    assert (entry["revision"], entry["working"]["fields"]["text"]) == (1, "Best")
    assert len(driver.announcements) == sent
    entry = driver.act("publish", entry)
    assert (entry["body_html"], entry["working"], entry["revision"]) == ("<p>Best</p>", None, 2)
    with pytest.raises(Conflict, match="wrong_status"):
        driver.act("publish", entry)


def test_a_discarded_working_revision_leaves_the_entry_as_readers_see_it(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    with pytest.raises(Conflict, match="nothing_to_discard"):
        driver.act("discard", entry)
    driver.patch(entry, text="Better", publish=False)
    assert driver.act("discard", entry)["working"] is None


def test_a_working_revision_outlives_unpublishing_and_ends_with_removal(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    driver.patch(entry, text="Better", publish=False)
    assert driver.act("unpublish", entry)["working"]["fields"]["text"] == "Better"
    assert driver.act("publish", entry)["body_html"] == "<p>Better</p>"
    driver.patch(entry, text="Worse", publish=False)
    assert driver.act("remove", entry)["working"] is None


def test_text_that_would_lose_a_picture_is_refused_and_one_that_names_it_keeps_it(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], None, blocks=[{"type": "paragraph", "html": "Old"}, PICTURE])
    picture = entry["blocks"][1]["id"]
    assert f"[[block:{picture}]]" in entry["text"]
    with pytest.raises(Conflict, match=f"blocks_would_be_lost.*{picture}"):
        driver.patch(entry, text="New")
    edited = driver.patch(entry, text=f"New\n\n[[block:{picture}]]")
    assert [block["type"] for block in edited["blocks"]] == ["paragraph", "image"]
    assert edited["blocks"][1] == entry["blocks"][1]


def test_an_embed_ends_with_the_address_it_was_made_from(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], "Watch:\n\nhttps://youtu.be/dQw4w9WgXcQ")
    assert entry["blocks"][1]["type"] == "embed"
    assert [block["type"] for block in driver.patch(entry, text="Watch later.")["blocks"]] == ["paragraph"]


def test_unchanged_blocks_keep_their_ids(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], "One\n\nTwo")
    edited = driver.patch(entry, text="Zero\n\nOne\n\nTwo")
    assert [block["id"] for block in edited["blocks"]][1:] == [block["id"] for block in entry["blocks"]]


def test_an_edit_cannot_empty_an_entry(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    with pytest.raises(InvalidInput, match="headline or a body"):
        driver.patch(entry, text="")


def test_a_story_that_wants_alternative_text_gets_it(driver: NewsroomDriver) -> None:
    bare = {"type": "image", "url": "https://pictures.example/a.jpg", "caption": "The bridge"}
    relaxed, strict = driver.story()["id"], driver.story("Strict", settings={"require_alt": True})["id"]
    assert driver.post(relaxed, None, blocks=[bare])["warnings"] == ["alt_missing"]
    with pytest.raises(InvalidInput) as refused:
        driver.post(strict, None, blocks=[bare])
    assert refused.value.errors[0].code == "alt_required"
    assert driver.post(strict, None, blocks=[PICTURE])["warnings"] == []
