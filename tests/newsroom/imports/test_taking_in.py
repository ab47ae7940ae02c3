"""A story brought from elsewhere: whole or not at all for readers, the same however often, and let be meanwhile."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.domain.sites import DEFAULT_SITE
from app.newsroom.entries.versions import show_versions
from app.newsroom.imports import taking_in
from app.newsroom.imports.taking_in import begin_import, give_up_import, show_entries, take_entries
from app.newsroom.queries.lists import show_entries as list_entries
from app.newsroom.queries.lists import show_entry, show_story
from app.newsroom.sites.sites import make_site
from app.storage.public.material_changes import list_changed_at, list_new_stories, list_story_changes
from app.storage.public.reads import EntryFilter, list_public_entries
from app.wire.requests.sites import SiteDraft
from tests.newsroom.driver import HOUR, NewsroomDriver, body
from tests.newsroom.imports.bringing import (
    Interrupted,
    InterruptedDatabase,
    bring,
    contents_of_tables,
    count_rows,
    find_public,
    public_entries,
    show_all,
)
from tests.newsroom.imports.records import MINUTE, NIGHT, imported_entries, imported_entry, imported_story


def test_a_story_has_the_times_the_order_and_the_versions_that_it_had_there(driver: NewsroomDriver) -> None:
    entries = [
        imported_entry(3, key_event=True, importance="breaking", pinned=True),
        imported_entry(1, "First.", "Second.", "Third."),
        imported_entry(2, status="retracted", retraction_reason="It was another town."),
        imported_entry(4, status="draft"),
    ]
    bring(driver, imported_story(slug="the-night", status="ended"), entries)
    shown = public_entries(driver, "the-night")
    assert [entry["published_at"] for entry in shown] == [format_time(Micros(NIGHT + at * MINUTE)) for at in (1, 2, 3)]
    assert [entry["sort_key"] for entry in shown] == sorted(entry["sort_key"] for entry in shown)
    assert [entry["event"].time for entry in shown] == [NIGHT + at * MINUTE for at in (1, 2, 3)]
    assert [entry["event"].cursor.seq for entry in shown] == [2, 3, 4]
    first, retracted, pinned = shown
    assert (first["revision"], first["updated_at"]) == (3, format_time(Micros(NIGHT + MINUTE * 12 // 10)))
    assert (retracted["status"], retracted["corrections"][-1]["text"]) == ("retracted", "It was another town.")
    assert (pinned["key_event"], pinned["importance"], pinned["updated_at"]) == (True, "breaking", None)
    story = find_public(driver, "the-night")
    assert story is not None
    assert f'"pinned":[{{"entry":"{pinned["id"]}"'.encode() in story.fields
    assert b'"coverage_end":"' + format_time(Micros(NIGHT + 3 * MINUTE)).encode() in story.fields
    assert (story.status, story.head.counts.entry_count) == ("ended", 3)
    assert count_rows(driver, "entry_versions") == 3 + 2 + 1 + 1
    assert count_rows(driver, "entries") == 4


def test_no_reader_knows_of_a_story_before_all_of_it_is_there(driver: NewsroomDriver) -> None:
    begun = begin_import(driver.newsroom, driver.call(), imported_story(slug="the-night"))
    take_entries(driver.newsroom, driver.call(), begun.story, list(imported_entries(40)))
    seen = []
    interrupted = InterruptedDatabase(driver.database, commits=0)
    newsroom = dataclasses.replace(driver.newsroom, database=interrupted)
    for commits in range(1, 100):
        interrupted.commits_left = commits
        with_part = find_public(driver, "the-night") or find_public(driver, begun.story)
        seen.append(with_part)
        if with_part is not None:
            break
        try:
            show_entries(newsroom, driver.call(), begun.story)
        except Interrupted:
            continue
    assert seen[:-1] == [None] * (len(seen) - 1)
    assert seen[-1] is not None
    assert seen[-1].head.counts.entry_count == 40
    assert driver.events() == []


def test_no_sitemap_names_a_story_before_all_of_it_is_there(
    driver: NewsroomDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "SLICE_SECONDS", 0.0)
    begun = begin_import(driver.newsroom, driver.call(), imported_story(slug="the-night"))
    take_entries(driver.newsroom, driver.call(), begun.story, list(imported_entries(40)))
    cut = dataclasses.replace(driver.newsroom, database=InterruptedDatabase(driver.database, commits=1))
    with pytest.raises(Interrupted):
        show_entries(cut, driver.call(), begun.story)
    assert count_rows(driver, "public_stories") == 1
    assert named_in_sitemaps(driver) == ([], [], [])
    show_all(driver, begun)
    assert named_in_sitemaps(driver) == ([NIGHT + 39 * MINUTE], ["the-night"], ["the-night"])


def named_in_sitemaps(driver: NewsroomDriver) -> tuple[list[int], list[str], list[str]]:
    """Return the times of the index, and the stories of the sitemap and of that of news of any age."""
    sites = (DEFAULT_SITE,)
    with driver.database.snapshot() as tx:
        changed = [int(at) for at in list_changed_at(tx, sites)]
        stories = [each.slug for each in list_story_changes(tx, sites, skip=0, limit=10)]
        return changed, stories, [each.slug for each in list_new_stories(tx, sites, since=Micros(0), limit=10)]


def test_a_slice_without_time_brings_something_all_the_same(
    driver: NewsroomDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a database that takes all of its time to be read, a story would be shown for ever and never be there."""
    monkeypatch.setattr(taking_in, "SLICE_SECONDS", 0.0)
    slow = NewsroomDriver(InterruptedDatabase(driver.database, commits=40))
    bring(slow, imported_story(slug="the-night"), imported_entries(10))
    assert len(public_entries(driver, "the-night")) == 10


def test_a_second_run_changes_nothing(driver: NewsroomDriver) -> None:
    story, entries = imported_story(), [imported_entry(1, "One.", "Two."), *imported_entries(60, first=2)]
    bring(driver, story, entries)
    before = contents_of_tables(driver)
    taken = bring(driver, story, [dataclasses.replace(entry) for entry in entries])
    assert [(each.added, each.changed, each.left_alone) for each in taken] == [(0, 0, [])] * 2
    assert sum(each.same for each in taken) == 61
    assert contents_of_tables(driver) == before


def test_a_run_that_was_killed_anywhere_is_finished_by_the_next(driver: NewsroomDriver) -> None:
    story, entries = imported_story(slug="the-night"), list(imported_entries(30))
    for commits in (0, 1, 2, 3, 4, 5):
        named = dataclasses.replace(story, external_id=f"night-{commits}", slug=f"the-night-{commits}")
        cut = NewsroomDriver(InterruptedDatabase(driver.database, commits=commits))
        try:
            bring(cut, named, entries)
        except Interrupted:
            assert find_public(driver, f"the-night-{commits}") is None
        bring(driver, named, entries)
        shown = public_entries(driver, f"the-night-{commits}")
        assert [entry["published_at"] for entry in shown] == [format_time(each.created_at) for each in entries]
        assert [entry["event"].cursor.seq for entry in shown] == list(range(2, 32))


def test_nobody_changes_a_story_while_it_comes(driver: NewsroomDriver) -> None:
    begun = begin_import(driver.newsroom, driver.call(), imported_story())
    take_entries(driver.newsroom, driver.call(), begun.story, list(imported_entries(2)))
    listed = body(list_entries(driver.newsroom, driver.call(), begun.story, statuses=None, limit=1, position=None))
    entry = listed["items"][0]
    attempts: tuple[Callable[[], object], ...] = (
        lambda: driver.post(begun.story),
        lambda: driver.put(begun.story, "other", text="Another."),
        lambda: driver.patch({**entry, "story": begun.story}, text="Changed."),
        lambda: driver.act("remove", {**entry, "story": begun.story}),
        lambda: driver.act("retract", {**entry, "story": begun.story}),
        lambda: driver.patch_story(begun.story, status="live"),
        lambda: driver.freeze(begun.story),
        lambda: driver.pin(begun.story),
        lambda: driver.purge(story=begun.story),
    )
    driver.prepare_purge(story=begun.story)  # makes the key that a purge is confirmed with
    before = contents_of_tables(driver, but="audit")  # which has what was asked of a purge
    for attempt in attempts:
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "story_importing"
    assert contents_of_tables(driver, but="audit") == before


def test_it_takes_an_admin(driver: NewsroomDriver) -> None:
    editor = driver.hire("editor")
    with pytest.raises(NotAllowed):
        begin_import(editor.newsroom, editor.call(), imported_story())


def test_a_record_that_lies_is_refused_before_anything_of_its_batch_is_written(driver: NewsroomDriver) -> None:
    begun = begin_import(driver.newsroom, driver.call(), imported_story())
    good = imported_entry(1)
    lies = {
        "versions/1/at": dataclasses.replace(good, versions=(imported_entry(5).current, good.current)),
        "external_id": dataclasses.replace(good, external_id="no/path"),
        "published_at": dataclasses.replace(good, published_at=Micros(driver.now + 10**12)),
        "versions": dataclasses.replace(good, versions=()),
        "aliases/0": dataclasses.replace(good, aliases=("javascript:",)),
        "retraction_reason": dataclasses.replace(good, status="retracted"),
        "versions/0/headline": dataclasses.replace(
            good, versions=(dataclasses.replace(good.current, headline="x" * 1_001),)
        ),
        "versions/0/blocks/0/html": dataclasses.replace(
            good, versions=(dataclasses.replace(good.current, body=({"type": "paragraph", "html": "<svg>"},)),)
        ),
    }
    before = contents_of_tables(driver)
    for place, lie in lies.items():
        with pytest.raises(InvalidInput) as refused:
            take_entries(driver.newsroom, driver.call(), begun.story, [good, lie])
        assert refused.value.errors[0].pointer == "/entries/1"
        assert refused.value.errors[0].detail.startswith(f"{place}:")
    assert contents_of_tables(driver) == before


def test_markup_is_sanitised_again(driver: NewsroomDriver) -> None:
    hostile = {"type": "paragraph", "html": '<p onclick="x()">Hi <script>alert(1)</script><b>there</b></p>'}
    entry = imported_entry(1)
    entry = dataclasses.replace(entry, versions=(dataclasses.replace(entry.current, body=(hostile,)),))
    bring(driver, imported_story(slug="the-night"), [entry])
    with driver.database.snapshot() as tx:
        html = tx.connection.exec_driver_sql("SELECT body_html FROM public_entries").scalar_one()
    assert bytes(html) == b'"<p>Hi <b>there</b></p>"'


def test_old_addresses_lead_to_what_was_public(driver: NewsroomDriver) -> None:
    entries = [imported_entry(1, aliases=("#one", "?liveblog._id=urn:1")), imported_entry(2, status="draft")]
    bring(driver, imported_story(slug="the-night"), entries)
    (shown,) = public_entries(driver, "the-night")
    story = find_public(driver, "the-night")
    assert story is not None
    found = []
    with driver.database.snapshot() as tx:
        for alias in ("#one", "?liveblog._id=urn:1", "#2", "#none"):
            only = EntryFilter(alias=alias)
            listed = list_public_entries(tx, story.head.story, boundary=None, only=only, limit=2, older=True)
            found.append([entry.id for entry in listed])
    assert found == [[shown["id"]], [shown["id"]], [], []]


def test_an_import_that_is_given_up_leaves_nothing(driver: NewsroomDriver) -> None:
    tables = ("stories", "entries", "entry_versions", "entry_aliases", "imports", "public_stories", "public_entries")
    begun = begin_import(driver.newsroom, driver.call(), imported_story())
    take_entries(driver.newsroom, driver.call(), begun.story, list(imported_entries(3)))
    give_up_import(driver.newsroom, driver.call(), begun.story)
    assert [count_rows(driver, table) for table in tables] == [0] * len(tables)
    bring(driver, imported_story(), imported_entries(3))
    with pytest.raises(NotFound):
        give_up_import(
            driver.newsroom, driver.call(), begin_import(driver.newsroom, driver.call(), imported_story()).story
        )


def test_a_story_can_come_as_a_draft(driver: NewsroomDriver) -> None:
    bring(driver, imported_story(slug="the-night", status="draft"), imported_entries(2))
    assert find_public(driver, "the-night") is None
    driver.patch_story("the-night", status="live")
    assert len(public_entries(driver, "the-night")) == 2


def test_a_story_that_came_as_a_draft_is_opened_in_slices_with_what_was_written_here_since(
    driver: NewsroomDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom, call = driver.newsroom, driver.call()
    draft = imported_story(slug="the-night", status="draft")
    bring(driver, draft, imported_entries(30))
    story = begin_import(newsroom, call, draft, opens=True).story
    assert find_public(driver, "the-night") is None, "a draft is what it is to be"
    live = dataclasses.replace(draft, status="live")
    assert begin_import(newsroom, call, live).state == "complete", "nobody has said so"
    by_hand = driver.post(story, "Written here, in the draft.")
    (edited, *_) = body(list_entries(newsroom, call, story, statuses=None, position=None, limit=100))["items"][1:]
    driver.patch({**edited, "story": story}, text="Edited here.")

    assert begin_import(newsroom, call, live, opens=True).state == "opening"
    with pytest.raises(Conflict) as refused:
        driver.post(story, "Meanwhile.")
    assert refused.value.code == "story_importing"
    with pytest.raises(NotFound):
        give_up_import(newsroom, call, story)
    monkeypatch.setattr(taking_in, "SLICE_SECONDS", 0.0)
    slow = NewsroomDriver(InterruptedDatabase(driver.database, commits=12))
    with pytest.raises(Interrupted):
        show_all(slow, begin_import(slow.newsroom, slow.call(), live, opens=True))
    assert find_public(driver, "the-night") is None
    show_all(driver, begin_import(newsroom, call, live, opens=True))
    shown = {entry["id"]: entry for entry in public_entries(driver, "the-night")}
    assert len(shown) == 31
    assert by_hand["id"] in shown
    assert shown[edited["id"]]["revision"] == 2
    (taken,) = bring(driver, live, imported_entries(31))
    assert (taken.added, taken.same, [each for each, _ in taken.left_alone]) == (1, 30, [])
    driver.post(story, "It goes on.")


def test_a_story_of_which_a_part_is_here_becomes_what_the_last_run_says(driver: NewsroomDriver) -> None:
    newsroom, call = driver.newsroom, driver.call()
    make_site(newsroom, call, SiteDraft(slug="sport", name="Sport", url="https://sport.example", language="de"))
    ended = imported_story(slug="the-night", status="ended")
    begun = begin_import(newsroom, call, ended)
    take_entries(newsroom, call, begun.story, [imported_entry(1)])
    draft = dataclasses.replace(ended, status="draft", title="The night", site="sport")
    assert (begin_import(newsroom, call, draft).state, begin_import(newsroom, call, draft).status) == (
        "taking",
        "draft",
    )
    bring(driver, dataclasses.replace(draft, site=None), imported_entries(3))
    assert find_public(driver, "the-night") is None
    story = body(show_story(newsroom, driver.call(), "the-night"))
    assert [story[name] for name in ("title", "status", "site", "language")] == ["The night", "draft", "sport", "de"]


def test_a_story_that_is_being_shown_cannot_become_a_draft_and_that_is_said(
    driver: NewsroomDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "SLICE_SECONDS", 0.0)
    story = imported_story(slug="the-night", status="ended")
    with pytest.raises(Interrupted):
        bring(NewsroomDriver(InterruptedDatabase(driver.database, commits=12)), story, imported_entries(10))
    before = contents_of_tables(driver)
    with pytest.raises(Conflict, match="cannot become a draft") as refused:
        begin_import(driver.newsroom, driver.call(), dataclasses.replace(story, status="draft"))
    assert refused.value.code == "story_importing"
    assert contents_of_tables(driver) == before
    bring(driver, story, imported_entries(10))
    assert len(public_entries(driver, "the-night")) == 10


@pytest.mark.parametrize("is_frozen", [True, False])
def test_what_comes_due_while_its_story_is_being_opened_stops_no_thaw_and_waits_for_a_person(
    driver: NewsroomDriver, is_frozen: bool
) -> None:
    draft = imported_story(slug="the-night", status="draft")
    bring(driver, draft, imported_entries(3))
    story = begin_import(driver.newsroom, driver.call(), draft).story
    other = driver.post(driver.story()["id"], status="scheduled", publish_at=format_time(Micros(driver.now + HOUR)))
    waiting = driver.post(story, status="scheduled", publish_at=format_time(Micros(driver.now + HOUR)))
    ending = driver.post(story, expires_at=format_time(Micros(driver.now + HOUR)))
    begin_import(driver.newsroom, driver.call(), dataclasses.replace(draft, status="live"), opens=True)
    if is_frozen:
        driver.freeze()
        with pytest.raises(Conflict, match="frozen"):
            show_entries(driver.newsroom, driver.call(), story)
    driver.now += 2 * HOUR
    if is_frozen:
        assert driver.freeze(frozen=False)["frozen"] is False
    assert driver.due() is None
    assert driver.backoff.failures == 0

    def status(entry: dict[str, Any]) -> str:
        shown: str = body(show_entry(driver.newsroom, driver.call(), entry["story"], entry["id"]))["status"]
        return shown

    of_other = "submitted" if is_frozen else "published"
    assert [status(each) for each in (other, waiting, ending)] == [of_other, "scheduled", "published"]
    while show_entries(driver.newsroom, driver.call(), story).state != "complete":
        pass
    assert status(waiting) == "submitted"
    notes = body(show_versions(driver.newsroom, driver.call(), story, waiting["id"]))["items"]
    assert "brought from elsewhere" in notes[0]["note"]
    driver.due()
    assert [status(waiting), status(ending)] == ["submitted", "expired"]


def test_nothing_of_a_story_that_is_being_opened_is_due_next(driver: NewsroomDriver) -> None:
    draft = imported_story(status="draft")
    bring(driver, draft, imported_entries(1))
    story = begin_import(driver.newsroom, driver.call(), draft).story
    entry = driver.post(story, status="scheduled", publish_at=format_time(Micros(driver.now + HOUR)))
    assert driver.due() is not None
    opening = begin_import(driver.newsroom, driver.call(), dataclasses.replace(draft, status="live"), opens=True)
    assert driver.due() is None
    show_all(driver, opening)
    assert format_time(Micros(driver.due() or 0)) == entry["publish_at"]
