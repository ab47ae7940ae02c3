"""The audit: each write once, found by who, where, what and when, and written out without harm."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import MalformedInput, NotAllowed, NotAuthenticated, NotFound
from app.domain.rights import Actor, Role
from app.newsroom.people import people
from app.newsroom.queries.audit import export_chunk, show_audit
from app.storage.newsroom.audit import AuditedChange, AuditFilter, append_audit
from app.wire.audit_export import COLUMNS, AuditFormat
from app.wire.requests.people import PersonPatch
from tests.newsroom.driver import HOUR, NewsroomDriver, body

OPERATOR = Actor(Role.ADMIN, "admin")


def listed(
    driver: NewsroomDriver, *, position: str | None = None, limit: int = 100, **only: Any
) -> list[dict[str, Any]]:
    reply = show_audit(driver.newsroom, driver.call(), AuditFilter(**only), position=position, limit=limit)
    items: list[dict[str, Any]] = body(reply)["items"]
    return items


def exported(driver: NewsroomDriver, form: AuditFormat, **only: Any) -> bytes:
    chunk = export_chunk(driver.newsroom, driver.call(), AuditFilter(**only), position=None, form=form)
    lines = chunk.lines
    while chunk.position is not None:
        chunk = export_chunk(driver.newsroom, driver.call(), AuditFilter(**only), position=chunk.position, form=form)
        lines += chunk.lines
    return lines


def test_each_write_says_who_did_what_to_what_and_what_it_was_before(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    entry = ada.post(story)
    ada.act("retract", entry)
    newest = listed(driver)[0]
    assert (newest["person"], newest["action"], newest["object"], newest["object_id"], newest["story"]) == (
        ada.person, "retract", "entry", entry["id"], story,
    )  # fmt: skip
    assert newest["before"] == {"status": "published", "version": 1, "revision": 1}
    assert newest["after"] == {"status": "retracted", "version": 2, "revision": 2}


def test_every_kind_of_write_is_in_it(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    assert ada.person is not None
    people.edit_person(driver.newsroom, driver.call(), ada.person, PersonPatch(name="Ada Lind"))
    people.disable_person(driver.newsroom, driver.call(), ada.person)
    people.enable_person(driver.newsroom, driver.call(), ada.person)
    people.revoke_person(driver.newsroom, driver.call(), ada.person)
    driver.pin(story, driver.post(story))
    done = [(item["object"], item["action"]) for item in reversed(listed(driver))]
    assert done == [
        ("story", "create"),
        ("person", "create"),
        ("token", "create"),
        ("person", "edit"),
        ("person", "disable"),
        ("person", "enable"),
        ("person", "revoke"),
        ("entry", "create"),
        ("story", "edit"),
    ]


def test_it_is_found_by_person_token_story_action_and_time(driver: NewsroomDriver) -> None:
    one, two = driver.story(), driver.story("Another")
    ada = driver.hire()
    ada.post(one["id"])
    driver.now += HOUR
    middle = driver.now
    driver.post(two["id"])
    assert len(listed(driver, person=ada.person)) == 1
    assert {item["story"] for item in listed(driver, story=one["slug"])} == {one["id"]}
    assert len(listed(driver, story=one["id"])) == 2
    assert {item["action"] for item in listed(driver, action="create")} == {"create"}
    assert [item["story"] for item in listed(driver, since=Micros(middle))] == [two["id"]]
    assert len(listed(driver, until=Micros(middle))) == len(listed(driver)) - 1
    token = listed(driver, person=ada.person)[0]["token"]
    assert listed(driver, token=token) == listed(driver, person=ada.person)
    assert listed(driver, story="0f4b3c2d-1e5a-4b6c-8d7e-9f0a1b2c3d4e") == [], "what is gone may be asked for by its id"
    with pytest.raises(NotFound, match="story_not_found"):
        listed(driver, story="nowhere")


def test_pages_hang_together_and_end(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    for _ in range(6):
        driver.post(story)
    seen: list[int] = []
    position: str | None = None
    while True:
        page = body(show_audit(driver.newsroom, driver.call(), AuditFilter(), position=position, limit=3))
        seen += [item["id"] for item in page["items"]]
        position = page["next"]
        if position is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 7
    for bad in ("0", "x", "-1", "1e3", "9" * 19):
        with pytest.raises(MalformedInput, match="bad_position"):
            listed(driver, position=bad)


def test_it_is_the_admins_alone_and_an_export_ends_with_the_right(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    for caller in (
        driver.hire("editor"),
        driver.hire("admin", scopes=["read", "write"]),
        driver.bot("admin", stories=[story]),
    ):
        with pytest.raises(NotAllowed):
            listed(caller)
        with pytest.raises(NotAllowed):
            exported(caller, "csv")
    admin = driver.hire("admin")
    assert admin.person is not None
    export_chunk(admin.newsroom, admin.call(), AuditFilter(), position=None, form="csv")
    people.revoke_person(driver.newsroom, driver.call(), admin.person)
    with pytest.raises(NotAuthenticated):
        export_chunk(admin.newsroom, admin.call(), AuditFilter(), position=5, form="csv")


def _fill(driver: NewsroomDriver, number: int, **more: Any) -> None:
    with driver.database.transaction() as tx:
        for index in range(number):
            change = AuditedChange("create", "entry", f"{index}", **more)
            append_audit(tx, change, actor=OPERATOR, at=Micros(driver.now), request_id=None)


@pytest.mark.parametrize("rows", [0, 1, 499, 500, 501, 1_250])
def test_an_export_has_every_row_once_however_many_there_are(driver: NewsroomDriver, rows: int) -> None:
    _fill(driver, rows)
    objects = [json.loads(line) for line in exported(driver, "ndjson").splitlines()]
    assert [int(item["object_id"]) for item in objects] == list(range(rows))[::-1]
    table = list(csv.DictReader(io.StringIO(exported(driver, "csv").decode())))
    assert [row["object_id"] for row in table] == [item["object_id"] for item in objects]
    assert len(exported(driver, "ndjson", action="nothing")) == 0


def test_a_table_runs_nothing_in_a_spreadsheet_and_breaks_at_nothing(driver: NewsroomDriver) -> None:
    for evil in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", 'quoted "and", parted\nby lines'):
        with driver.database.transaction() as tx:
            change = AuditedChange("create", "entry", evil, after={"text": evil})
            append_audit(tx, change, actor=OPERATOR, at=Micros(driver.now), request_id=evil)
    table = list(csv.reader(io.StringIO(exported(driver, "csv").decode(), newline="")))
    assert tuple(table[0]) == COLUMNS
    assert len(table) == 8
    for row in table[1:]:
        assert len(row) == len(COLUMNS)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert table[-1][6] == "'=1+1"
    assert [json.loads(line)["object_id"] for line in exported(driver, "ndjson").splitlines()][-1] == "=1+1"


def test_a_pin_that_begins_and_ends_with_an_entry_has_a_row_of_its_own(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    editor = driver.hire("editor", shorthand=True)
    editor.now = driver.now
    entry = editor.post(story, "First results. /pin")
    editor.act("unpublish", entry)
    rows = [row for row in reversed(listed(driver)) if row["object"] == "story"][1:]
    assert [(row["action"], row["person"], row["object_id"]) for row in rows] == [
        ("pin", editor.person, story),
        ("unpin", editor.person, story),
    ]
    assert [(row["before"]["version"], row["after"]["version"]) for row in rows] == [(1, 2), (2, 3)]
    editor.act("publish", entry)
    assert len(listed(driver, action="pin")) == 1, "an entry that comes back brings no pin"


def test_pins_and_key_points_that_the_clock_takes_down_are_the_clocks(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    ending = driver.post(story, expires_at=format_time(Micros(driver.now + HOUR)))
    driver.pin(story, ending)
    driver.key_points(story, ("Polls have closed.", ending["id"]))
    driver.due(2 * HOUR)
    (row,) = listed(driver, action="unpin")
    assert (row["token"], row["object"], row["story"]) == ("clock", "story", story)


def test_what_another_system_counts_on_without_a_new_text_has_its_row(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    wire = driver.bot("editor")
    wire.put(story, "wire-1", text="Flood warning.", external_version=1)
    wire.put(story, "wire-1", text="Flood warning.", external_version=2)
    wire.put(story, "wire-1", text="Flood warning.", external_version=2)
    edited, created, *_ = [row for row in listed(driver) if row["object"] == "entry"]
    assert (edited["action"], edited["token"], created["action"]) == ("edit", created["token"], "create")
    assert (edited["before"]["external_version"], edited["after"]["external_version"]) == (1, 2)
    assert len(listed(driver, token=created["token"])) == 2, "an upsert that brings nothing new leaves none"


def test_each_story_that_opens_with_pins_says_so_in_the_order_of_its_versions(driver: NewsroomDriver) -> None:
    editor = driver.hire("editor", shorthand=True)
    story = editor.story(status="draft")["id"]
    for number in range(2):
        editor.post(story, f"Update {number}. /pin")
    opened = editor.patch_story(story, status="live")
    rows = [row for row in reversed(listed(driver)) if row["object"] == "story"]
    assert [row["action"] for row in rows] == ["create", "edit", "pin", "pin"]
    assert [row["after"]["version"] for row in rows] == [1, 2, 3, 4]
    assert opened["version"] == 4


def test_a_story_that_is_linked_to_the_one_that_continues_it_has_its_row(driver: NewsroomDriver) -> None:
    monday = driver.story("Monday")["id"]
    editor = driver.hire("editor")
    tuesday = editor.story("Tuesday", continues=monday)["id"]
    editor.patch_story(tuesday, continues=None)
    rows = listed(driver, person=editor.person)[::-1]
    assert [(row["action"], row["object_id"]) for row in rows] == [
        ("create", tuesday),
        ("link", monday),
        ("edit", tuesday),
        ("link", monday),
    ]
    assert [row["after"]["version"] for row in rows if row["action"] == "link"] == [2, 3]
