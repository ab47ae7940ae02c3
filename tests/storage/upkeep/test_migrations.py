"""Migrations keep the data of the schema before."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import create_engine, insert, text

from app.domain.clock import Micros
from app.domain.identifiers import PersonId, TokenId
from app.domain.rights import Role, Scope
from app.newsroom.emergency.revert import revert_token
from app.newsroom.queries.stream_feed import admit_by_token
from app.newsroom.sites.sites import make_site
from app.storage.database import schema
from app.storage.database.opening import open_database
from app.storage.newsroom.people import Person, Token, insert_person, insert_token
from app.storage.newsroom.search import list_matches
from app.storage.upkeep.migrations import migrate
from app.wire.requests.sites import SiteDraft
from tests.newsroom.driver import NewsroomDriver, body
from tests.storage.rows import MEDIA, MEDIA_NAME, rows_by_table

STORY = "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
ENTRIES = ("0b0e7a52-3c0f-4a45-9d7b-111111111111", "0b0e7a52-3c0f-4a45-9d7b-222222222222")
LINES = [
    {"text": "“Eight”, not nine.", "at": "2026-11-03T21:04:05.123Z", "severity": "correction"},
    {"text": "No.", "at": "2026-11-03T21:04:06.000Z", "severity": "retraction"},
]


def execute(url: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    engine = create_engine(url)
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


def test_corrections_that_were_public_before_there_was_a_log_are_in_it(empty_url: str) -> None:
    migrate(empty_url, revision="0002")
    execute(
        empty_url,
        "INSERT INTO public_stories (story_id, slug, epoch, head_seq, head_check, head_time, last_seq, entry_count,"
        " public_since, fields, encoder) VALUES (:story, 'flood', 'e', 2, 'c', 1, 1, 1, 1, :fields, 1)",
        story=STORY,
        fields=b"{}",
    )
    for entry, corrections in zip(ENTRIES, (LINES, []), strict=True):
        execute(
            empty_url,
            "INSERT INTO public_entries (story_id, id, visible, revision, last_seq, fields, encoder)"
            " VALUES (:story, :entry, true, 1, 2, :fields, 1)",
            story=STORY,
            entry=entry,
            fields=json.dumps({"headline": "The bridge", "corrections": corrections}).encode(),
        )
    migrate(empty_url)
    rows = execute(empty_url, "SELECT story_id, entry_id, number, at, item FROM public_corrections ORDER BY number")
    assert [row[:4] for row in rows] == [
        (STORY, ENTRIES[0], 0, 1_793_739_845_123_000),
        (STORY, ENTRIES[0], 1, 1_793_739_846_000_000),
    ]
    assert [json.loads(row[4]) for row in rows] == [
        {"entry": ENTRIES[0], "headline": "The bridge", **line} for line in LINES
    ]


def test_what_was_written_before_there_was_a_search_is_found_in_the_order_in_which_it_was_made(empty_url: str) -> None:
    migrate(empty_url)
    database = open_database(empty_url)
    driver = NewsroomDriver(database)
    story = driver.story("Figures")["id"]
    posted = [driver.post(story, "Figures.", status="draft")["id"] for _ in range(3)]
    removed = driver.act("remove", driver.post(story, "Figures."))
    database.close()
    migrate(empty_url, revision="0003")
    migrate(empty_url)
    database = open_database(empty_url)
    with database.snapshot() as tx:
        found = list_matches(tx, ["figures"], stories=None, statuses=None, below=None, limit=9)
    database.close()
    assert [hit.entry for hit in found] == [*posted[::-1], None]
    assert removed["id"] not in [hit.entry for hit in found]


def test_a_story_from_before_its_versions_were_kept_can_be_gone_back_to_as_it_was_then(empty_url: str) -> None:
    migrate(empty_url, revision="0005")
    execute(
        empty_url,
        "INSERT INTO stories (id, slug, status, version, fields, settings, created_at, pinned, key_points, frozen)"
        " VALUES (:story, 'flood', 'draft', 7, :fields, '{}', 1, '[]', '[]', false)",
        story=STORY,
        fields=json.dumps({"title": "The flood", "tags": []}),
    )
    migrate(empty_url)
    database = open_database(empty_url)
    driver = NewsroomDriver(database)
    rogue = driver.hire("editor")
    rogue.patch_story(STORY, title="Lies")
    token = admit_by_token(rogue.newsroom, rogue.token).who.token
    told = body(revert_token(driver.newsroom, driver.call(), token, since=Micros(0)))["items"]
    assert [(item["field"], item["done"]) for item in told] == [("title", "restored")]
    assert driver.patch_story(STORY, section="Rivers")["title"] == "The flood"
    database.close()


def test_what_governs_the_site_survives_the_end_of_a_count_that_nothing_used(empty_url: str) -> None:
    migrate(empty_url, revision="0006")
    execute(empty_url, "INSERT INTO control (id, frozen, revocations, signing_key) VALUES (1, true, 3, 'key')")
    for revision, columns in (("head", 10), ("0006", 4), ("head", 10)):
        migrate(empty_url, revision=revision)
        (row,) = execute(empty_url, "SELECT * FROM control")
        assert len(row) == columns
        assert execute(empty_url, "SELECT id, frozen, signing_key FROM control") == [(1, True, "key")]


def test_who_works_for_some_sites_alone_is_let_in_nowhere_by_a_release_that_knows_none(empty_url: str) -> None:
    """A downgrade disables and revokes them, and stories are the settings' site's again; nobody else is touched."""
    migrate(empty_url)
    database = open_database(empty_url)
    driver = NewsroomDriver(database)
    site = SiteDraft.model_validate({"slug": "evening", "name": "Evening", "url": "https://evening.example"})
    make_site(driver.newsroom, driver.call(), site)
    story = driver.story("I kveld", site="evening")
    with database.transaction() as tx:
        for ident, sites in (("all", None), ("some", {"evening": Role.EDITOR})):
            person = Person(PersonId(ident), ident, None, Role.EDITOR, None, Micros(5), sites=sites)
            token = Token(
                TokenId(ident), ident, None, Role.EDITOR, frozenset(Scope), Micros(5), None, None, sites=sites
            )
            insert_person(tx, person)
            insert_token(tx, token, secret_sha256=ident)
    database.close()
    migrate(empty_url, revision="0013")
    assert execute(empty_url, "SELECT id, disabled_at FROM people ORDER BY id") == [("all", None), ("some", 5)]
    assert execute(empty_url, "SELECT id, revoked_at FROM tokens WHERE id IN ('all', 'some') ORDER BY id") == [
        ("all", None), ("some", 5),
    ]  # fmt: skip
    for query in ("SELECT settings FROM stories", "SELECT settings FROM story_versions"):
        assert ["evening" in str(settings) for (settings,) in execute(empty_url, query)] == [False], query
    migrate(empty_url)
    assert execute(empty_url, "SELECT site FROM public_stories") == [(None,)]
    database = open_database(empty_url)
    shown = NewsroomDriver(database).patch_story(story["id"], section="Rivers")
    assert "site" not in shown
    database.close()


def test_every_step_can_be_taken_back(empty_url: str) -> None:
    migrate(empty_url)
    for revision in ("0013", "0008", "0006", "0005", "0003", "0002", "0001", "base", "head"):
        migrate(empty_url, revision=revision)


def test_a_retraction_that_stood_when_it_was_not_kept_yet_stands_after_it_is(empty_url: str) -> None:
    migrate(empty_url)
    database = open_database(empty_url)
    driver = NewsroomDriver(database)
    story = driver.story("Figures")["id"]
    ways: tuple[list[str], ...] = (
        ["retract"],
        ["retract", "unpublish"],
        ["retract", "reinstate"],
        ["retract", "reinstate", "unpublish"],
        [],
        ["retract", "reinstate", "unpublish"],
    )
    entries = [driver.post(story) for _ in ways]
    for entry, way in zip(entries, ways, strict=True):
        for action in way:
            driver.act(action, entry)
    with database.transaction() as tx:  # as if the retraction had been undone with all that a token did
        undone = "UPDATE entry_versions SET action = 'revert' WHERE entry_id = :entry AND action = 'reinstate'"
        tx.connection.execute(text(undone), {"entry": entries[-1]["id"]})
    database.close()
    migrate(empty_url, revision="0007")
    migrate(empty_url)
    rows = {row[0]: row[1] for row in execute(empty_url, "SELECT id, retraction_stands FROM entries")}
    assert [bool(rows[entry["id"]]) for entry in entries] == [True, True, False, False, False, False]


def test_a_setting_of_stories_that_the_release_before_does_not_know_goes_with_its_schema(empty_url: str) -> None:
    migrate(empty_url)
    database = open_database(empty_url)
    driver = NewsroomDriver(database)
    story = driver.story("Figures", settings={"own_bylines": True, "hold_seconds": 60})["id"]
    driver.patch_story(story, section="Rivers")
    database.close()
    migrate(empty_url, revision="0008")
    for table in ("stories", "story_versions"):
        rows = execute(empty_url, f"SELECT settings FROM {table}")  # noqa: S608 - our own tables' names
        kept = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
        assert kept
        assert all("own_bylines" not in settings and settings["hold_seconds"] == 60 for settings in kept)
    migrate(empty_url)
    database = open_database(empty_url)
    settings = NewsroomDriver(database).patch_story(story, section="Seas")["settings"]
    database.close()
    assert (settings["own_bylines"], settings["hold_seconds"]) == (False, 60)


def test_a_story_of_a_newer_release_is_read_without_the_settings_that_this_one_does_not_know(empty_url: str) -> None:
    migrate(empty_url)
    database = open_database(empty_url)
    driver = NewsroomDriver(database)
    story = driver.story("Figures")["id"]
    database.close()
    newer = json.dumps({"hold_seconds": 60, "of_a_newer_release": True})
    execute(empty_url, "UPDATE stories SET settings = :newer", newer=newer)
    database = open_database(empty_url)
    assert NewsroomDriver(database).patch_story(story, section="Seas")["settings"]["hold_seconds"] == 60
    database.close()


def test_pictures_that_the_release_before_does_not_know_are_no_marks_in_what_it_sends(empty_url: str) -> None:
    migrate(empty_url)
    database = open_database(empty_url)
    driver = NewsroomDriver(database)
    story = driver.story("Flood")["id"]
    rows = rows_by_table()
    with database.transaction() as tx:
        tx.connection.execute(insert(schema.media).values(**rows["media"][0]))
    block = {"type": "image", "media": MEDIA, "alt": "Water. \\u001amedia: is no mark."}
    driver.post(story, None, blocks=[block])
    driver.patch_story(story, image={"media": MEDIA})
    database.close()
    columns = "SELECT fields, body_html, blocks FROM public_entries", "SELECT fields FROM public_stories"
    before = [bytes(part) for query in columns for row in execute(empty_url, query) for part in row]
    assert [b"\x1a" in part for part in before] == [False, True, True, True]
    migrate(empty_url, revision="0009")
    after = [bytes(part) for query in columns for row in execute(empty_url, query) for part in row]
    assert not any(b"\x1a" in part for part in after)
    assert [json.loads(part) for part in after]
    assert f"https://media.invalid/{MEDIA_NAME}/320.webp".encode() in after[1]


def test_members_that_the_release_before_could_not_read_go_with_its_schema(empty_url: str) -> None:
    migrate(empty_url)
    database = open_database(empty_url)
    driver = NewsroomDriver(database)
    story = driver.story("Match", intro="Kick-off.", authors=["Ada"], sponsor={"name": "Bank"}, seo={"title": "M"})[
        "id"
    ]
    entry = driver.post(story, label="67′", icon="goal")
    driver.patch(entry, label="Offside", publish=False)
    untouched = driver.post(story, "Half-time")["id"]
    database.close()
    read = "SELECT CAST(content AS TEXT) FROM entries WHERE id = :id"
    before = execute(empty_url, read, id=untouched)
    migrate(empty_url, revision="0014")
    assert execute(empty_url, read, id=untouched) == before, "to the letter: what was purged is known by it"
    columns: dict[str, tuple[str, ...]] = {"entries": ("content", "working"), "entry_versions": ("content", "working")}
    columns |= {"stories": ("fields",), "story_versions": ("fields",)}
    for table, names in columns.items():
        for name in names:
            rows = execute(empty_url, f"SELECT CAST({name} AS TEXT) FROM {table}")  # noqa: S608 - our own tables' names
            assert not [row for row in rows if any(f'"{each}"' in str(row[0]) for each in ("label", "icon", "intro"))]
    migrate(empty_url)
    database = open_database(empty_url)
    driver = NewsroomDriver(database, now=driver.now)
    story_now, entry_now = driver.patch_story(story, section="Sport"), driver.patch(entry, headline="Goal")
    database.close()
    assert (story_now["title"], story_now["intro"], story_now["authors"], story_now["seo"]) == ("Match", None, [], None)
    assert (entry_now["label"], entry_now["working"]["fields"]["headline"]) == (None, "Goal")
