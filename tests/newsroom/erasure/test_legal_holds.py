"""A legal hold keeps a story or an entry from every purge and from retention, until an admin lifts it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from app.domain.errors import Conflict, NotAllowed, NotFound
from app.jobs.retention import KEPT_DAYS, retention_job
from app.newsroom.entries.create import create_entry
from app.newsroom.erasure.legal_holds import show_holds
from app.newsroom.erasure.purge import confirm_purge
from app.newsroom.queries.lists import show_entry, show_story
from app.storage.database import schema
from app.wire.requests.entries import EntryDraft
from tests.newsroom.driver import NewsroomDriver, body


def test_a_held_entry_is_not_purged_nor_its_story_and_both_say_what_is_held(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry, beside = driver.post(story, text="Kept."), driver.post(story, text="Not kept.")
    confirm = driver.prepare_purge(story=story, entry=entry["id"])["confirm"]
    whole = driver.prepare_purge(story=story)["confirm"]
    driver.hold(story, entry["id"])
    hold = {"story": story, "entry": entry["id"]}
    for target in ({"story": story, "entry": entry["id"]}, {"story": story}):
        shown = driver.prepare_purge(**target)
        assert (shown["held"], shown["confirm"], shown["expires_at"]) == ([hold], None, None)
    for given in (confirm, whole):  # asked for before the hold was set
        with pytest.raises(Conflict, match="legal_hold"):
            confirm_purge(driver.newsroom, driver.call(), given)
    driver.purge(story=story, entry=beside["id"])
    assert [event["type"] for event in driver.events()].count("entry.removed") == 1
    assert body(show_holds(driver.newsroom, driver.call())) == {"items": [hold]}
    driver.hold(story, entry["id"], held=False)
    assert driver.prepare_purge(story=story, entry=entry["id"])["held"] == []
    driver.purge(story=story)


def test_a_held_story_holds_all_of_its_entries(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story)
    driver.hold(story)
    shown = driver.prepare_purge(story=story, entry=entry["id"])
    assert (shown["held"], shown["confirm"]) == ([{"story": story, "entry": None}], None)
    driver.hold(story, held=False)
    driver.purge(story=story, entry=entry["id"])
    with pytest.raises(Conflict, match="purged"):
        driver.hold(story, entry["id"])


def test_a_hold_is_shown_in_the_newsroom_and_audited_once(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story)
    assert (entry["legal_hold"], entry["purged_at"]) == (False, None)
    for _ in range(2):
        driver.hold(story, entry["id"])
        driver.hold(story)
    assert body(show_story(driver.newsroom, driver.call(), story))["legal_hold"] is True
    assert body(show_entry(driver.newsroom, driver.call(), story, entry["id"]))["legal_hold"] is True
    assert driver.patch(entry, text="Edited.")["legal_hold"] is True, "a write of the newsroom does not lift it"
    driver.hold(story, entry["id"], held=False)
    driver.hold(story, held=False)
    assert driver.audited()[-5:] == ["legal_hold", "legal_hold", "edit", "lift_legal_hold", "lift_legal_hold"]


def test_only_admins_hold_what_there_is(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    editor = driver.hire("editor")
    with pytest.raises(NotAllowed):
        editor.hold(story)
    with pytest.raises(NotAllowed):
        show_holds(editor.newsroom, editor.call())
    with pytest.raises(NotFound):
        driver.hold("no-such-story")
    with pytest.raises(NotFound):
        driver.hold(story, "0b0e7a52-3c0f-4a45-9d7b-111111111111")


def test_bylines_in_what_is_held_stay_and_are_named(driver: NewsroomDriver) -> None:
    hired = driver.hire("reporter", byline="Wolpertinger")
    story = driver.story()["id"]
    held, free = hired.post(story), hired.post(story)
    driver.hold(story, held["id"])
    done = driver.purge(person=hired.person, bylines=True)
    assert done["held"] == [{"story": story, "entry": held["id"]}]
    names = [
        [author["name"] for author in body(show_entry(driver.newsroom, driver.call(), story, each["id"]))["authors"]]
        for each in (held, free)
    ]
    assert names == [["Wolpertinger"], []]


@pytest.mark.anyio
async def test_retention_leaves_the_replies_about_what_is_held(driver: NewsroomDriver) -> None:
    stories = [driver.story(f"Story {number}")["id"] for number in range(3)]
    for number, story in enumerate(stories):
        call = driver.call(idempotency_key=f"key-{number}", fingerprint="f")
        entry = body(create_entry(driver.newsroom, call, story, EntryDraft(text="Counted.")))
        if number < 2:
            driver.hold(story, entry["id"] if number else None)
    replies = schema.replies
    with driver.database.transaction() as tx:
        tx.connection.execute(update(replies).values(at=driver.now - (KEPT_DAYS + 1) * 86_400_000_000))
    job = retention_job(driver.database, clock=driver.newsroom.clock)
    await job.run()
    with driver.database.snapshot() as tx:
        kept = set(tx.connection.execute(select(replies.c.story_id)).scalars())
    assert kept == set(stories[:2])
    for story in stories[:2]:
        driver.hold(story, held=False)
    with driver.database.transaction() as tx:
        tx.connection.execute(update(schema.entries).values(legal_hold=False))
    await job.run()
    with driver.database.snapshot() as tx:
        assert tx.connection.execute(select(func.count()).select_from(replies)).scalar_one() == 0
