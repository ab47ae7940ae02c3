"""Labels and icons: written, changed, kept by versions, taken from shorthand, and only what is known."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from app.domain.icons import ICONS
from app.newsroom.entries.versions import show_versions
from app.storage.database import schema
from app.storage.newsroom.entries import read_entry
from app.wire.problems import validation_errors
from app.wire.requests.entries import EntryDraft, EntryPatch
from app.wire.shapes.values import EntryIcon
from tests.newsroom.driver import NewsroomDriver, body


def test_the_icons_are_the_same_wherever_they_are_named() -> None:
    assert set(ICONS) == {icon.value for icon in EntryIcon}
    assert len(ICONS) == len(set(ICONS)) <= 20, "a small set, which a person chooses from at a glance"


def test_an_entry_has_them_in_public_where_it_has_any(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    plain = driver.post(story)
    assert (plain["label"], plain["icon"]) == (None, None)
    assert not {"label", "icon"} & driver.events()[-1]["entry"].keys()
    goal = driver.post(story, label="67′", icon="goal")
    assert (goal["label"], goal["icon"]) == ("67′", "goal")
    shown = driver.events()[-1]["entry"]
    assert (shown["label"], shown["icon"]) == ("67′", "goal")


def test_changing_them_is_one_event_and_null_takes_them_away(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], label="67′", icon="goal")
    driver.patch(entry, label="68′", material=False)
    assert driver.events()[-1]["changed"] == ["label"]
    assert driver.patch(entry, icon=None)["icon"] is None
    assert driver.events()[-1]["changed"] == ["icon"]
    assert "icon" not in driver.events()[-1]["entry"]
    assert driver.events()[-1]["entry"]["label"] == "68′", "what is left out stays"


def test_an_edit_that_readers_do_not_see_yet_has_its_own(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], label="67′")
    events = len(driver.events())
    aside = driver.patch(entry, label="Advertisement", icon="money", publish=False)
    assert (aside["label"], aside["working"]["fields"]["label"]) == ("67′", "Advertisement")
    assert len(driver.events()) == events
    driver.act("publish", aside)
    assert driver.events()[-1]["changed"] == ["label", "icon"]


def test_every_version_keeps_them(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], label="67′", icon="goal")
    driver.patch(entry, label="Offside", icon=None)
    versions = body(show_versions(driver.newsroom, driver.call(), entry["story"], entry["id"]))["items"]
    assert [(each["label"], each["icon"]) for each in versions] == [
        ("Offside", None),
        ("67′", "goal"),
    ]


@pytest.mark.parametrize("shape", [EntryDraft, EntryPatch])
@pytest.mark.parametrize("icon", ["goat", "Goal", "", 1])
def test_an_unknown_icon_is_refused_with_the_list(shape: type[EntryDraft] | type[EntryPatch], icon: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        shape.model_validate({"text": "Polls have closed.", "icon": icon})
    [error] = validation_errors(refused.value.errors(include_url=False)).errors
    assert error.pointer == "/icon"
    assert all(f"'{known}'" in error.detail for known in ICONS)


@pytest.mark.parametrize("label", ["", "  ", "two\nlines", "x" * 61, "\u202eturned"])
def test_a_label_is_a_few_words_on_one_line(label: str) -> None:
    with pytest.raises(ValidationError):
        EntryDraft.model_validate({"text": "Polls have closed.", "label": label})


def test_shorthand_sets_an_icon(driver: NewsroomDriver) -> None:
    reporter = driver.bot("editor", shorthand=True)
    entry = reporter.post(driver.story()["id"], "/goal Two to one. /red_card")
    assert (entry["text"], entry["icon"], entry["shorthand"]) == ("Two to one.", "goal", {"icon": "goal"})
    kept = reporter.post(entry["story"], "A /goal was scored.", icon="whistle")
    assert (kept["text"], kept["icon"]) == ("A /goal was scored.", "whistle")


def test_what_has_none_is_stored_as_the_release_before_reads_it(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    with driver.database.transaction() as tx:
        version = tx.connection.execute(select(schema.entry_versions.c.content)).scalar_one()
        kept = tx.connection.execute(select(schema.entries.c.content)).scalar_one()
        assert not {"label", "icon"} & (version.keys() | kept.keys())
        newer = {**kept, "label": "67′", "of_a_later_release": True}
        tx.connection.execute(update(schema.entries).values(content=newer))
    with driver.database.snapshot() as tx:
        found = read_entry(tx, entry["story"], entry["id"])
    assert found is not None
    assert (found.content.label, found.content.icon) == ("67′", None)
