"""Visibility of stories: the database finds the very ones that the rule includes, and asks once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from app.domain.rights import Actor, actor_in_story, visibility_of
from app.newsroom.context.access import authenticate
from app.newsroom.emergency.freeze import show_freeze
from app.newsroom.queries.lists import show_stories
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.stories import list_frozen_stories, list_stories, read_visible_stories
from tests.newsroom.driver import NewsroomDriver, body
from tests.newsroom.stories.test_members import join


@contextmanager
def counted(driver: NewsroomDriver) -> Iterator[list[str]]:
    """Record the statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    with driver.database.snapshot() as tx:
        engine = tx.connection.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def staffed(driver: NewsroomDriver) -> dict[str, NewsroomDriver]:
    """Hire a person of every kind, in a newsroom with stories of every kind."""
    open_, closed, other = (
        driver.story("Open")["id"],
        driver.story("Closed", settings={"members_only": True})["id"],
        driver.story("Other", status="draft", settings={"members_only": True})["id"],
    )
    people = {role: driver.hire(role) for role in ("reporter", "editor", "admin")}
    people["member"] = driver.hire()
    join(driver, closed, people["member"])
    people["member of both"] = driver.hire("editor")
    for story in (open_, other):
        join(driver, story, people["member of both"])
    people["bot"] = driver.bot("editor")
    people["bound bot"] = driver.bot("reporter", stories=[other])
    people["bound reporter"] = driver.hire("reporter", stories=[open_, closed])
    people["bound admin"] = driver.hire("admin", stories=[closed])
    people["operator"] = driver
    for story in (open_, closed):
        driver.freeze(story)
    return people


def actor_of(who: NewsroomDriver, tx: ReadTransaction) -> Actor:
    return authenticate(tx, who.newsroom, who.call())


def test_what_the_database_finds_is_what_the_rule_holds(driver: NewsroomDriver) -> None:
    everybody = staffed(driver)
    with driver.database.snapshot() as tx:
        every = list_stories(tx)
        seen = {}
        for name, who in everybody.items():
            actor = actor_of(who, tx)
            held = [story.id for story in every if actor_in_story(actor, story) is not None]
            assert [story.id for story in list_stories(tx, visibility=visibility_of(actor))] == held, name
            frozen = [story.id for story in every if story.frozen and story.id in held]
            assert list_frozen_stories(tx, visibility_of(actor)) == frozen, name
            visible = read_visible_stories(tx, visibility_of(actor))
            assert visible == (None if len(held) == len(every) else frozenset(held)), name
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


def test_a_story_from_before_it_could_be_for_members_only_is_for_everybody(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    reporter = driver.hire()
    with driver.database.transaction() as tx:
        tx.connection.execute(text("UPDATE stories SET settings = '{}'"))
    found = body(show_stories(reporter.newsroom, reporter.call(), statuses=None, position=None, limit=9))
    assert [each["id"] for each in found["items"]] == [story]


@pytest.mark.parametrize("kind", ["bound", "member"])
def test_one_among_a_thousand_stories_is_found_with_one_question(driver: NewsroomDriver, kind: str) -> None:
    own = driver.story("Own", settings={"members_only": True})["id"]
    who = driver.bot("reporter", stories=[own]) if kind == "bound" else driver.hire()
    if kind == "member":
        join(driver, own, who)
    with driver.database.transaction() as tx:
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
    with counted(driver) as sent:
        found = body(show_stories(who.newsroom, who.call(), statuses=None, position=None, limit=100))
        show_freeze(who.newsroom, who.call())
    assert ([story["id"] for story in found["items"]], found["next"]) == ([own], None)
    assert len([statement for statement in sent if "FROM stories" in statement]) == 2, "one for each"
