"""A purge leaves nothing of a text anywhere in the database, and what readers follow stays whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.domain.clock import Micros
from app.domain.errors import Conflict, Gone, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from app.newsroom.emergency.revert import revert_token
from app.newsroom.emergency.revert_context import PURGED
from app.newsroom.entries.create import create_entries, create_entry
from app.newsroom.erasure.entries import ROWS_AT_ONCE
from app.newsroom.erasure.purge import CONFIRM_SECONDS, confirm_purge, prepare_purge
from app.newsroom.people.people import add_person, show_people
from app.newsroom.people.tokens import show_own_tokens
from app.newsroom.queries.lists import show_story
from app.storage.database import schema
from app.storage.database.transactions import Database
from app.wire.requests.entries import EntryBatch, EntryDraft
from app.wire.requests.erasure import PurgeDraft
from app.wire.requests.people import PersonDraft
from tests.newsroom.driver import NewsroomDriver, body
from tests.storage.dumps import find_in, read_all_bytes

TEXT, OTHER, NAME = "xylophone", "quetzalcoatl", "Wolpertinger"
MAIL = "jabberwock@post.example"


def _draft(word: str) -> dict[str, Any]:
    long = " ".join([f"{word} and more of the same"] * 300)
    return {
        "text": f"{long}\n\n**{word}** again",
        "headline": f"The {word}",
        "authors": [{"name": f"Ada {word}", "url": f"https://ada.example/{word}"}],
        "source": {"url": f"https://source.example/{word}", "name": word},
        "tags": [{"slug": word, "label": word}],
    }


def _write_everywhere(driver: NewsroomDriver, story: str, word: str) -> dict[str, Any]:
    """Write an entry with the word in every place that an entry has, and leave it public with a working revision."""
    draft = EntryDraft(**_draft(word))
    call = driver.call(idempotency_key=f"key-{driver.now}", fingerprint=f"digest of {word}")
    entry = body(create_entry(driver.newsroom, call, story, draft))
    driver.patch(entry, headline=f"{word} edited")
    driver.act("correct", entry, text=f"No {word}.")
    driver.act("unpublish", entry, note=f"no {word}")
    driver.act("publish", entry)
    driver.patch(entry, text=f"{word} to come", publish=False)
    with driver.database.transaction() as tx:  # as a later release might have it
        audit = schema.audit
        tx.connection.execute(
            update(audit).where(audit.c.object_id == entry["id"]).values(before={"headline": word, "version": 1})
        )
    return entry


def _purge_leaves(driver: NewsroomDriver, url: str, texts: list[str]) -> dict[str, list[str]]:
    assert driver.database.scrub()
    return find_in(read_all_bytes(url), texts)


def test_of_an_entry_nothing_is_left_in_the_database(driver: NewsroomDriver, database_url: str) -> None:
    story = driver.story()["id"]
    beside = driver.post(story, text=f"{OTHER} stays. " * 200)
    entry = _write_everywhere(driver, story, TEXT)
    for number in range(70):  # so that the index is written, and not only its newest documents
        driver.post(story, text=f"Harmless {number}.")
    assert _purge_leaves(driver, database_url, [TEXT])
    done = driver.purge(story=story, entry=entry["id"])
    counts = {each["place"]: each["count"] for each in done["places"]}
    assert counts["entries"] == counts["readers' entries"] == counts["search"] == 1
    assert counts["entry versions"] == 6
    assert counts["stored replies"] == 1
    assert counts["audit"] >= 6
    assert _purge_leaves(driver, database_url, [TEXT]) == {}
    assert _purge_leaves(driver, database_url, [OTHER]), "what was not purged is there"
    again = driver.prepare_purge(story=story, entry=entry["id"])
    assert again["places"] == [], "nothing is left to go"
    assert driver.post(story, text="And on.")["id"] != beside["id"]


def test_readers_are_sent_a_tombstone_and_their_numbers_stay_whole(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = _write_everywhere(driver, story, TEXT)
    driver.key_points(story, ("What to know", entry["id"]))
    driver.pin(story, entry)
    before = len(driver.events())
    driver.purge(story=story, entry=entry["id"])
    sent = driver.events()[before:]
    assert [(event["type"], event.get("cause")) for event in sent] == [
        ("entry.removed", "removed"),
        ("story.updated", None),
    ]
    assert [event["seq"] for event in driver.events()] == list(range(1, before + 3))
    assert TEXT not in json.dumps(sent)
    driver.purge(story=story, entry=entry["id"])
    assert len(driver.events()) == before + 2, "a second purge has nothing to say"


@pytest.mark.parametrize(
    "status", ["draft", "submitted", "scheduled", "unpublished", "retracted", "removed", "expired"]
)
def test_an_entry_is_purged_in_every_status(driver: NewsroomDriver, database_url: str, status: str) -> None:
    story = driver.story()["id"]
    first = "draft" if status == "scheduled" else status if status in {"draft", "submitted"} else "published"
    soon = {"expires_at": "2026-09-21T14:13:30Z"} if status == "expired" else {}
    entry = driver.post(story, **{**_draft(TEXT), "status": first, **soon})
    if status == "scheduled":
        driver.act("schedule", entry)
    elif status in {"unpublished", "retracted", "removed"}:
        driver.act({"unpublished": "unpublish", "retracted": "retract", "removed": "remove"}[status], entry)
    elif status == "expired":
        driver.due(3_600_000_000)
    head = driver.heads()
    driver.purge(story=story, entry=entry["id"])
    assert _purge_leaves(driver, database_url, [TEXT]) == {}
    assert driver.heads() == ([head[0] + 1] if status == "retracted" else head)


def test_a_story_goes_with_its_names_and_all_of_its_entries(driver: NewsroomDriver, database_url: str) -> None:
    earlier = driver.story("Yesterday")["id"]
    other = driver.story("Another")["id"]
    driver.post(other, text=f"{OTHER} stays.")
    story = driver.story(
        f"Election {TEXT}",
        slug=f"election-{TEXT}",
        standfirst=f"All about {TEXT}",
        section=TEXT,
        tags=[{"slug": TEXT, "label": TEXT}],
        publisher={"name": TEXT, "url": f"https://{TEXT}.example"},
        about={"name": TEXT, "place": TEXT},
        canonical_url=f"https://{TEXT}.example/",
        image={"url": f"https://pictures.example/{TEXT}.jpg", "alt": TEXT},
        continues=earlier,
    )["id"]
    driver.patch_story(story, slug=f"again-{TEXT}", title=f"Again {TEXT}")
    driver.key_points(story, (f"Know {TEXT}", None))
    for number in range(3):
        _write_everywhere(driver, story, f"{TEXT}{number}")
    driver.post(story, **{**_draft(TEXT), "status": "draft"})
    before = len(driver.events())
    done = driver.purge(story=story)
    counts = {each["place"]: each["count"] for each in done["places"]}
    assert counts["entries"] == 4
    assert (counts["stories"], counts["former slugs"], counts["readers' slugs"]) == (1, 1, 1)
    assert _purge_leaves(driver, database_url, [TEXT]) == {}
    assert [event["type"] for event in driver.events()[before:]] == ["story.removed", "story.updated"]
    assert driver.prepare_purge(story=story)["places"] == []
    assert _purge_leaves(driver, database_url, [OTHER])
    with pytest.raises(NotFound):
        driver.prepare_purge(story=f"election-{TEXT}")


@pytest.mark.parametrize("status", ["draft", "ended", "archived", "withdrawn"])
def test_a_story_is_purged_in_every_status(driver: NewsroomDriver, database_url: str, status: str) -> None:
    story = driver.story(f"Election {TEXT}", status="draft" if status == "draft" else "live")["id"]
    driver.post(story, text=f"{TEXT} counted", status="draft" if status == "draft" else "published")
    for step in {"archived": ("ended", "archived")}.get(status, () if status == "draft" else (status,)):
        driver.patch_story(story, status=step)
    heads = driver.heads()
    driver.purge(story=story)
    assert _purge_leaves(driver, database_url, [TEXT]) == {}
    assert driver.heads() == (heads if status in {"draft", "withdrawn"} else [heads[0] + 1])


@pytest.mark.parametrize("frozen", ["story", "site"])
def test_a_purge_works_in_a_freeze(driver: NewsroomDriver, database_url: str, frozen: str) -> None:
    story = driver.story(f"Election {TEXT}")["id"]
    entry = driver.post(story, text=f"{TEXT} counted")
    driver.freeze(story if frozen == "story" else None)
    before = len(driver.events())
    driver.purge(story=story, entry=entry["id"])
    driver.purge(story=story)
    assert [event["type"] for event in driver.events()[before:]] == ["entry.removed", "story.removed"]
    assert _purge_leaves(driver, database_url, [TEXT]) == {}


def _employ(driver: NewsroomDriver) -> tuple[str, NewsroomDriver]:
    hired = driver.hire("editor", byline=f"By {NAME}", label=f"{NAME}'s phone")
    with driver.database.transaction() as tx:
        people = schema.people
        tx.connection.execute(
            update(people)
            .where(people.c.id == hired.person)
            .values(name=NAME, email=MAIL, avatar=f"https://a.example/{NAME}.png")
        )
    assert hired.person is not None
    return hired.person, hired


def _audit_with_names(driver: NewsroomDriver) -> None:
    with driver.database.transaction() as tx:
        row = {"at": 1, "token_id": "admin", "action": "note", "object_kind": "site", "object_id": "site"}
        after = {"name": NAME, "list": [MAIL], "kept": "other"}
        tx.connection.execute(insert(schema.audit).values(**row, before={"byline": f"By {NAME}"}, after=after))


def test_of_a_person_nothing_is_left_and_their_bylines_stay_unless_asked_for(
    driver: NewsroomDriver, database_url: str
) -> None:
    story = driver.story()["id"]
    person, hired = _employ(driver)
    draft = PersonDraft.model_validate({"name": NAME, "role": "reporter", "email": MAIL})
    stored = driver.call(idempotency_key="adding", fingerprint="f")
    second = body(add_person(driver.newsroom, stored, draft))["id"]
    entry = hired.post(story, text="Counted.")
    driver.patch(entry, text="Counted again.")
    _audit_with_names(driver)
    done = driver.purge(person=second)
    assert {"people", "stored replies", "audit"} <= {each["place"] for each in done["places"]}
    driver.purge(person=person)
    left = _purge_leaves(driver, database_url, [NAME, MAIL])
    assert all(names == [NAME] for names in left.values()), "no address, and only bylines"
    shown = body(show_people(driver.newsroom, driver.call()))["items"]
    assert {each["name"] for each in shown} == {"[erased]"}
    assert all(each["disabled_at"] for each in shown)
    before = len(driver.events())
    done = driver.purge(person=person, bylines=True)
    counts = {each["place"]: each["count"] for each in done["places"]}
    assert counts == {"bylines": 1, "bylines in versions": 2}
    assert [(event["type"], event["entry"]["authors"]) for event in driver.events()[before:]] == [("entry.updated", [])]
    assert _purge_leaves(driver, database_url, [NAME, MAIL]) == {}
    with pytest.raises(NotAuthenticated):
        hired.post(story)


def test_bylines_go_from_drafts_edits_and_versions_of_every_story_and_the_others_stay(
    driver: NewsroomDriver, database_url: str
) -> None:
    person, hired = _employ(driver)
    stories = [driver.story(f"Story {number}")["id"] for number in range(3)]
    for story in stories:
        hired.post(story, text="Counted.")
        hired.post(story, text="A draft.", status="draft")
        edited = driver.post(story, text="By two.", authors=[{"name": f"By {NAME}"}, {"name": "Ada"}])
        driver.patch(edited, text="To come.", publish=False)
    driver.purge(person=person, bylines=True)
    assert _purge_leaves(driver, database_url, [NAME, MAIL]) == {}
    authors = [event["entry"]["authors"] for event in driver.events() if event["type"] == "entry.updated"]
    assert sorted(authors, key=len) == [[], [], [], *([[{"name": "Ada"}]] * 3)]


def test_a_purge_is_audited_with_its_counts_and_without_the_text(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, **_draft(TEXT))
    driver.purge(story=story, entry=entry["id"])
    with driver.database.snapshot() as tx:
        row = tx.connection.execute(select(schema.audit).where(schema.audit.c.action == "purge")).one()
    assert (row.object_kind, row.object_id, row.story_id) == ("entry", entry["id"], story)
    assert row.after["status"] == "removed"
    assert row.after["erased"]["entry versions"] == 1


def test_what_is_retried_after_a_purge_brings_nothing_back(driver: NewsroomDriver, database_url: str) -> None:
    story = driver.story()["id"]
    entry = driver.put(story, "wire-7", text=f"{TEXT} counted", external_version=1)
    posted = EntryDraft(text=f"{TEXT} again")
    call = driver.call(idempotency_key="retried", fingerprint="f")
    kept = body(create_entry(driver.newsroom, call, story, posted))
    for each in (entry, kept):
        driver.purge(story=story, entry=each["id"])
    with pytest.raises(Conflict):
        driver.put(story, "wire-7", text=f"{TEXT} counted", external_version=2)
    with pytest.raises(Gone) as gone:
        create_entry(driver.newsroom, call, story, posted)
    assert gone.value.code == "reply_removed"
    with pytest.raises(Conflict):
        driver.post(story, text=f"{TEXT} again", id=kept["id"])
    assert _purge_leaves(driver, database_url, [TEXT]) == {}


def test_a_confirmation_ends_and_is_for_what_it_was_made_for(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story)
    confirm = driver.prepare_purge(story=story, entry=entry["id"])["confirm"]
    payload, _, signature = confirm.partition(".")
    for forged in ("", "x", payload, f"{payload}.{signature[::-1]}", f"{payload}x.{signature}"):
        with pytest.raises(InvalidInput, match="confirmation_invalid"):
            confirm_purge(driver.newsroom, driver.call(), forged)
    driver.now += CONFIRM_SECONDS * 1_000_000
    with pytest.raises(InvalidInput, match="confirmation_invalid"):
        confirm_purge(driver.newsroom, driver.call(), confirm)
    assert driver.heads() == [2]


def test_only_admins_purge_and_none_purges_themselves(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    draft = PurgeDraft(story=story)
    editor, admin = driver.hire("editor"), driver.hire("admin")
    confirm = driver.prepare_purge(story=story)["confirm"]
    with pytest.raises(NotAllowed):
        prepare_purge(driver.newsroom, editor.call(), draft)
    with pytest.raises(NotAllowed):
        confirm_purge(driver.newsroom, editor.call(), confirm)
    with pytest.raises(Conflict, match="own_account"):
        admin.prepare_purge(person=admin.person)
    confirm = driver.prepare_purge(person=admin.person)["confirm"]
    with pytest.raises(Conflict, match="own_account"):
        confirm_purge(driver.newsroom, admin.call(), confirm)


def test_a_purge_is_not_reverted_with_its_token(driver: NewsroomDriver) -> None:
    admin = driver.hire("admin")
    story, other = driver.story()["id"], driver.story("Other")["id"]
    entry = driver.post(story, **_draft(TEXT))
    admin.now = driver.now
    admin.patch(entry, text="Mine.")
    admin.patch_story(other, title="Mine")
    admin.purge(story=story, entry=entry["id"])
    admin.purge(story=other)
    events = len(driver.events())
    token = body(show_own_tokens(admin.newsroom, admin.call()))["items"][0]["id"]
    done = body(revert_token(driver.newsroom, driver.call(), token, since=Micros(0)))
    assert {item["why"] for item in done["items"]} == {PURGED}
    assert len(driver.events()) == events


def test_a_legal_hold_is_not_reverted_with_its_token_and_said(driver: NewsroomDriver) -> None:
    admin, story = driver.hire("admin"), driver.story()["id"]
    admin.hold(story)
    token = body(show_own_tokens(admin.newsroom, admin.call()))["items"][0]["id"]
    done = body(revert_token(driver.newsroom, driver.call(), token, since=Micros(0)))
    assert [(kept["action"], kept["why"]) for kept in done["not_reverted"]] == [
        ("legal_hold", "Whether something is kept for a court is for a person to decide.")
    ]
    assert body(show_story(driver.newsroom, driver.call(), story))["legal_hold"] is True


def test_a_large_story_goes_in_slices_and_one_that_was_killed_between_them_goes_on(
    database: Database, database_url: str
) -> None:
    dying = Dying(database)
    driver = NewsroomDriver(dying)
    story = driver.story(f"Night of the {TEXT}")["id"]
    for number in range(ROWS_AT_ONCE // 100):
        batch = EntryBatch.model_validate({"items": [{"text": f"{TEXT} {number} {each}"} for each in range(100)]})
        create_entries(driver.newsroom, driver.call(), story, batch)
        driver.now += 1_000_000
    confirm = driver.prepare_purge(story=story)["confirm"]
    dying.transactions_left = 3
    with pytest.raises(Killed):
        confirm_purge(driver.newsroom, driver.call(), confirm)
    dying.transactions_left = None
    assert [event["type"] for event in driver.events()][-1] == "story.removed", "readers have lost it whole"
    left = {each["place"]: each["count"] for each in driver.prepare_purge(story=story)["places"]}
    assert 0 < left["entry versions"] <= ROWS_AT_ONCE
    assert "stories" not in left
    driver.purge(story=story)
    assert _purge_leaves(driver, database_url, [TEXT]) == {}
    assert driver.audited().count("purge") == 2, "put aside, and done"


@pytest.mark.parametrize("survived", [1, 2, 3, 5])
def test_a_persons_purge_that_was_killed_goes_on_from_there(
    database: Database, database_url: str, survived: int
) -> None:
    dying = Dying(database)
    driver = NewsroomDriver(dying)
    person, hired = _employ(driver)
    for number in range(3):
        hired.post(driver.story(f"Story {number}")["id"], text="Counted.")
    confirm = driver.prepare_purge(person=person, bylines=True)["confirm"]
    dying.transactions_left = survived
    with pytest.raises(Killed):
        confirm_purge(driver.newsroom, driver.call(), confirm)
    dying.transactions_left = None
    shown = body(show_people(driver.newsroom, driver.call()))["items"][0]
    assert (shown["name"], shown["disabled_at"] is not None) == (NAME, survived > 1), (
        "shut out, and still found by name"
    )
    driver.purge(person=person, bylines=True)
    assert _purge_leaves(driver, database_url, [NAME, MAIL]) == {}


class Killed(BaseException):
    """The process's end, as a test has it."""


class Dying:
    """A database whose process ends before a transaction begins, once so many more have."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.transactions_left: int | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def transaction(self) -> Any:
        if self.transactions_left is not None:
            if self.transactions_left == 0:
                raise Killed
            self.transactions_left -= 1
        return self._database.transaction()
