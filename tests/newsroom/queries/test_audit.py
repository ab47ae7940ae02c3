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
from app.newsroom.queries import audit as auditing
from app.storage.newsroom.audit import AuditedChange, AuditFilter, append_audit
from app.wire.audit_lines import COLUMNS, AuditFormat
from app.wire.requests.people import PersonPatch
from tests.newsroom.driver import HOUR, Desk, body

OPERATOR = Actor(Role.ADMIN, "admin")


def listed(desk: Desk, *, position: str | None = None, limit: int = 100, **only: Any) -> list[dict[str, Any]]:
    reply = auditing.show_audit(desk.room, desk.call(), AuditFilter(**only), position=position, limit=limit)
    items: list[dict[str, Any]] = body(reply)["items"]
    return items


def exported(desk: Desk, form: AuditFormat, **only: Any) -> bytes:
    chunk = auditing.export_chunk(desk.room, desk.call(), AuditFilter(**only), position=None, form=form)
    lines = chunk.lines
    while chunk.position is not None:
        chunk = auditing.export_chunk(desk.room, desk.call(), AuditFilter(**only), position=chunk.position, form=form)
        lines += chunk.lines
    return lines


def test_each_write_says_who_did_what_to_what_and_what_it_was_before(desk: Desk) -> None:
    story, ada = desk.story()["id"], desk.hire()
    entry = ada.post(story)
    ada.act("retract", entry)
    newest = listed(desk)[0]
    assert (newest["person"], newest["action"], newest["object"], newest["object_id"], newest["story"]) == (
        ada.person, "retract", "entry", entry["id"], story,
    )  # fmt: skip
    assert newest["before"] == {"status": "published", "version": 1, "revision": 1}
    assert newest["after"] == {"status": "retracted", "version": 2, "revision": 2}


def test_every_kind_of_write_is_in_it(desk: Desk) -> None:
    story, ada = desk.story()["id"], desk.hire()
    assert ada.person is not None
    people.edit_person(desk.room, desk.call(), ada.person, PersonPatch(name="Ada Lind"))
    people.disable_person(desk.room, desk.call(), ada.person)
    people.enable_person(desk.room, desk.call(), ada.person)
    people.revoke_person(desk.room, desk.call(), ada.person)
    desk.pin(story, desk.post(story))
    done = [(item["object"], item["action"]) for item in reversed(listed(desk))]
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


def test_it_is_found_by_person_token_story_action_and_time(desk: Desk) -> None:
    one, two = desk.story(), desk.story("Another")
    ada = desk.hire()
    ada.post(one["id"])
    desk.now += HOUR
    middle = desk.now
    desk.post(two["id"])
    assert len(listed(desk, person=ada.person)) == 1
    assert {item["story"] for item in listed(desk, story=one["slug"])} == {one["id"]}
    assert len(listed(desk, story=one["id"])) == 2
    assert {item["action"] for item in listed(desk, action="create")} == {"create"}
    assert [item["story"] for item in listed(desk, since=Micros(middle))] == [two["id"]]
    assert len(listed(desk, until=Micros(middle))) == len(listed(desk)) - 1
    token = listed(desk, person=ada.person)[0]["token"]
    assert listed(desk, token=token) == listed(desk, person=ada.person)
    assert listed(desk, story="0f4b3c2d-1e5a-4b6c-8d7e-9f0a1b2c3d4e") == [], "what is gone may be asked for by its id"
    with pytest.raises(NotFound, match="story_not_found"):
        listed(desk, story="nowhere")


def test_pages_hang_together_and_end(desk: Desk) -> None:
    story = desk.story()["id"]
    for _ in range(6):
        desk.post(story)
    seen: list[int] = []
    position: str | None = None
    while True:
        page = body(auditing.show_audit(desk.room, desk.call(), AuditFilter(), position=position, limit=3))
        seen += [item["id"] for item in page["items"]]
        position = page["next"]
        if position is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 7
    for bad in ("0", "x", "-1", "1e3", "9" * 19):
        with pytest.raises(MalformedInput, match="bad_position"):
            listed(desk, position=bad)


def test_it_is_the_admins_alone_and_an_export_ends_with_the_right(desk: Desk) -> None:
    story = desk.story()["id"]
    for caller in (
        desk.hire("editor"),
        desk.hire("admin", scopes=["read", "write"]),
        desk.bot("admin", stories=[story]),
    ):
        with pytest.raises(NotAllowed):
            listed(caller)
        with pytest.raises(NotAllowed):
            exported(caller, "csv")
    admin = desk.hire("admin")
    assert admin.person is not None
    auditing.export_chunk(admin.room, admin.call(), AuditFilter(), position=None, form="csv")
    people.revoke_person(desk.room, desk.call(), admin.person)
    with pytest.raises(NotAuthenticated):
        auditing.export_chunk(admin.room, admin.call(), AuditFilter(), position=5, form="csv")


def _fill(desk: Desk, number: int, **more: Any) -> None:
    with desk.database.transaction() as tx:
        for index in range(number):
            change = AuditedChange("create", "entry", f"{index}", **more)
            append_audit(tx, change, actor=OPERATOR, at=Micros(desk.now), request_id=None)


@pytest.mark.parametrize("rows", [0, 1, 499, 500, 501, 1_250])
def test_an_export_has_every_row_once_however_many_there_are(desk: Desk, rows: int) -> None:
    _fill(desk, rows)
    objects = [json.loads(line) for line in exported(desk, "ndjson").splitlines()]
    assert [int(item["object_id"]) for item in objects] == list(range(rows))[::-1]
    table = list(csv.DictReader(io.StringIO(exported(desk, "csv").decode())))
    assert [row["object_id"] for row in table] == [item["object_id"] for item in objects]
    assert len(exported(desk, "ndjson", action="nothing")) == 0


def test_a_table_runs_nothing_in_a_spreadsheet_and_breaks_at_nothing(desk: Desk) -> None:
    for evil in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", 'quoted "and", parted\nby lines'):
        with desk.database.transaction() as tx:
            change = AuditedChange("create", "entry", evil, after={"text": evil})
            append_audit(tx, change, actor=OPERATOR, at=Micros(desk.now), request_id=evil)
    table = list(csv.reader(io.StringIO(exported(desk, "csv").decode(), newline="")))
    assert tuple(table[0]) == COLUMNS
    assert len(table) == 8
    for row in table[1:]:
        assert len(row) == len(COLUMNS)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert table[-1][6] == "'=1+1"
    assert [json.loads(line)["object_id"] for line in exported(desk, "ndjson").splitlines()][-1] == "=1+1"


def test_a_pin_that_comes_and_goes_with_an_entry_has_a_row_of_its_own(desk: Desk) -> None:
    story = desk.story()["id"]
    editor = desk.hire("editor", shorthand=True)
    editor.now = desk.now
    entry = editor.post(story, "First results. /pin")
    editor.act("unpublish", entry)
    rows = [row for row in reversed(listed(desk)) if row["object"] == "story"][1:]
    assert [(row["action"], row["person"], row["object_id"]) for row in rows] == [
        ("pin", editor.person, story),
        ("unpin", editor.person, story),
    ]
    assert [(row["before"]["version"], row["after"]["version"]) for row in rows] == [(1, 2), (2, 3)]
    editor.act("publish", entry)
    assert len(listed(desk, action="pin")) == 1, "an entry that comes back brings no pin"


def test_pins_and_key_points_that_the_clock_takes_down_are_the_clocks(desk: Desk) -> None:
    story = desk.story()["id"]
    ending = desk.post(story, expires_at=format_time(Micros(desk.now + HOUR)))
    desk.pin(story, ending)
    desk.key_points(story, ("Polls have closed.", ending["id"]))
    desk.due(2 * HOUR)
    (row,) = listed(desk, action="unpin")
    assert (row["token"], row["object"], row["story"]) == ("clock", "story", story)


def test_what_another_system_counts_on_without_a_new_text_has_its_row(desk: Desk) -> None:
    story = desk.story()["id"]
    wire = desk.bot("editor")
    wire.put(story, "wire-1", text="Flood warning.", external_version=1)
    wire.put(story, "wire-1", text="Flood warning.", external_version=2)
    wire.put(story, "wire-1", text="Flood warning.", external_version=2)
    edited, created, *_ = [row for row in listed(desk) if row["object"] == "entry"]
    assert (edited["action"], edited["token"], created["action"]) == ("edit", created["token"], "create")
    assert (edited["before"]["external_version"], edited["after"]["external_version"]) == (1, 2)
    assert len(listed(desk, token=created["token"])) == 2, "an upsert that brings nothing new leaves none"


def test_each_story_that_opens_with_pins_says_so_in_the_order_of_its_versions(desk: Desk) -> None:
    editor = desk.hire("editor", shorthand=True)
    story = editor.story(status="draft")["id"]
    for number in range(2):
        editor.post(story, f"Update {number}. /pin")
    opened = editor.patch_story(story, status="live")
    rows = [row for row in reversed(listed(desk)) if row["object"] == "story"]
    assert [row["action"] for row in rows] == ["create", "edit", "pin", "pin"]
    assert [row["after"]["version"] for row in rows] == [1, 2, 3, 4]
    assert opened["version"] == 4


def test_a_story_that_is_told_by_which_one_it_is_continued_has_its_row(desk: Desk) -> None:
    monday = desk.story("Monday")["id"]
    editor = desk.hire("editor")
    tuesday = editor.story("Tuesday", continues=monday)["id"]
    editor.patch_story(tuesday, continues=None)
    rows = listed(desk, person=editor.person)[::-1]
    assert [(row["action"], row["object_id"]) for row in rows] == [
        ("create", tuesday),
        ("link", monday),
        ("edit", tuesday),
        ("link", monday),
    ]
    assert [row["after"]["version"] for row in rows if row["action"] == "link"] == [2, 3]
