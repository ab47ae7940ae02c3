"""Which stories there are for whom: the database finds the very ones that the rule holds, and asks once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from app.domain.rights import Actor, acting_in, sight_of
from app.newsroom.context.access import authenticate
from app.newsroom.emergency import freeze as emergency
from app.newsroom.queries import lists as reads
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.stories import list_frozen_stories, list_stories, read_stories_in_sight
from tests.newsroom.driver import Desk, body
from tests.newsroom.stories.test_members import join


@contextmanager
def counted(desk: Desk) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    with desk.database.snapshot() as tx:
        engine = tx.connection.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def staffed(desk: Desk) -> dict[str, Desk]:
    """Somebody of every kind, in a newsroom with stories of every kind."""
    open_, closed, other = (
        desk.story("Open")["id"],
        desk.story("Closed", settings={"members_only": True})["id"],
        desk.story("Other", status="draft", settings={"members_only": True})["id"],
    )
    people = {role: desk.hire(role) for role in ("reporter", "editor", "admin")}
    people["member"] = desk.hire()
    join(desk, closed, people["member"])
    people["member of both"] = desk.hire("editor")
    for story in (open_, other):
        join(desk, story, people["member of both"])
    people["bot"] = desk.bot("editor")
    people["bound bot"] = desk.bot("reporter", stories=[other])
    people["bound reporter"] = desk.hire("reporter", stories=[open_, closed])
    people["bound admin"] = desk.hire("admin", stories=[closed])
    people["operator"] = desk
    for story in (open_, closed):
        desk.freeze(story)
    return people


def actor_of(who: Desk, tx: ReadTransaction) -> Actor:
    return authenticate(tx, who.room, who.call())


def test_what_the_database_finds_is_what_the_rule_holds(desk: Desk) -> None:
    everybody = staffed(desk)
    with desk.database.snapshot() as tx:
        every = list_stories(tx)
        seen = {}
        for name, who in everybody.items():
            actor = actor_of(who, tx)
            held = [story.id for story in every if acting_in(actor, story) is not None]
            assert [story.id for story in list_stories(tx, sight=sight_of(actor))] == held, name
            assert list_frozen_stories(tx, sight_of(actor)) == [s.id for s in every if s.frozen and s.id in held], name
            apart = read_stories_in_sight(tx, sight_of(actor))
            assert apart == (None if len(held) == len(every) else frozenset(held)), name
            seen[name] = len(held)
    assert seen == {
        "reporter": 1,
        "editor": 1,
        "admin": 3,
        "member": 2,
        "member of both": 2,
        "bot": 1,
        "bound bot": 1,
        "bound reporter": 1,
        "bound admin": 1,
        "operator": 3,
    }


def test_a_story_from_before_it_could_be_for_members_only_is_for_everybody(desk: Desk) -> None:
    story = desk.story()["id"]
    reporter = desk.hire()
    with desk.database.transaction() as tx:
        tx.connection.execute(text("UPDATE stories SET settings = '{}'"))
    found = body(reads.show_stories(reporter.room, reporter.call(), statuses=None, position=None, limit=9))
    assert [each["id"] for each in found["items"]] == [story]


@pytest.mark.parametrize("kind", ["bound", "member"])
def test_one_among_a_thousand_stories_is_found_with_one_question(desk: Desk, kind: str) -> None:
    own = desk.story("Own", settings={"members_only": True})["id"]
    who = desk.bot("reporter", stories=[own]) if kind == "bound" else desk.hire()
    if kind == "member":
        join(desk, own, who)
    with desk.database.transaction() as tx:
        tx.connection.execute(
            text(
                "INSERT INTO stories (id, slug, status, version, fields, settings, created_at)"
                " SELECT id || :tail, slug || :tail, status, version, fields, settings, created_at + :later"
                " FROM stories"
            ),
            [{"tail": f"-{number}", "later": number} for number in range(1, 11)],
        )
        (count,) = tx.connection.execute(text("SELECT count(*) FROM stories")).one()
    assert count > 1_000
    with counted(desk) as sent:
        found = body(reads.show_stories(who.room, who.call(), statuses=None, position=None, limit=100))
        emergency.show_freeze(who.room, who.call())
    assert ([story["id"] for story in found["items"]], found["next"]) == ([own], None)
    assert len([statement for statement in sent if "FROM stories" in statement]) == 2, "one for each"
