"""One context for a write, in place of its parts; and the prologues that make it."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest

import app
from app.domain.clock import Micros
from app.domain.errors import NotAllowed, NotFound
from app.domain.rights import Right, Role
from app.newsroom.context.begin_write import begin_story_write, begin_write, open_write, still_has
from app.newsroom.context.newsroom import Reply
from app.newsroom.context.recording import answer
from app.newsroom.context.write_context import StoryContext, WriteContext
from tests.newsroom.driver import NewsroomDriver
from tests.newsroom.stories.test_members import join, leave

PARTS = {"tx": {"WriteTransaction", "ReadTransaction"}, "actor": {"Actor"}, "call": {"Call"}}
"""The parts of a context, by their usual names and by the types of the same under another name."""


def parts_taken(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return which of PARTS a function takes as parameters of their own."""
    given = function.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return {
        part
        for part, types in PARTS.items()
        for parameter in parameters
        if parameter.arg == part or (parameter.annotation is not None and ast.unparse(parameter.annotation) in types)
    }


def functions_that_take_all(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and parts_taken(node) == set(PARTS):
            yield node.name


def test_no_function_takes_a_transaction_an_actor_and_a_call_apart() -> None:
    root = Path(app.__file__).parent
    found = {
        f"{path.relative_to(root)}: {name}"
        for path in root.rglob("*.py")
        for name in functions_that_take_all(path.read_text())
    }
    assert found == set()


@pytest.mark.parametrize(
    "signature",
    ["tx, newsroom, actor, call, story", "t: WriteTransaction, who: Actor, *, request: Call", "tx, /, call, *, actor"],
)
def test_the_count_finds_them_by_name_and_by_type(signature: str) -> None:
    assert list(functions_that_take_all(f"class A:\n    async def f({signature}): ...")) == ["f"]
    assert not list(functions_that_take_all("def f(tx: ReadTransaction, newsroom: Newsroom, call: Call): ..."))


def test_the_first_reply_is_yielded_to_a_retry_in_place_of_a_context(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    call = driver.call(idempotency_key="once", fingerprint="f")
    with begin_write(driver.newsroom, call, right=Right.MANAGE_PEOPLE) as context:
        assert isinstance(context, WriteContext)
        first = answer(context, {"done": True}, status=201)
    for begun in (
        begin_write(driver.newsroom, call, right=Right.MANAGE_PEOPLE),
        begin_story_write(driver.newsroom, call, story, recheck=still_has(Right.EDIT_STORIES)),
    ):
        with begun as reply:
            assert isinstance(reply, Reply)
            assert (reply.status, reply.body) == (201, first.body)


def test_a_retry_is_answered_to_who_sees_its_story_and_has_the_right_there_now(driver: NewsroomDriver) -> None:
    story, reporter = driver.story()["id"], driver.hire()
    call = reporter.call(idempotency_key="once", fingerprint="f")
    join(driver, story, reporter, "editor")
    with begin_story_write(driver.newsroom, call, story, recheck=still_has(Right.EDIT_STORIES)) as context:
        assert isinstance(context, StoryContext)
        answer(context, {})
    retry = partial(begin_story_write, driver.newsroom, call, story, recheck=still_has(Right.EDIT_STORIES))
    with retry() as reply:
        assert isinstance(reply, Reply)
    join(driver, story, reporter, "reporter")
    with pytest.raises(NotAllowed), retry():
        pass
    driver.patch_story(story, settings={"members_only": True})
    leave(driver, story, reporter)
    with pytest.raises(NotFound), retry():
        pass


def test_the_right_for_all_stories_alike_is_checked_before_a_story_is_looked_up(driver: NewsroomDriver) -> None:
    call, recheck = driver.hire().call(), still_has(Right.FREEZE)
    with (
        pytest.raises(NotAllowed),
        begin_story_write(driver.newsroom, call, "no-such-story", right=Right.FREEZE, recheck=recheck),
    ):
        pass
    with pytest.raises(NotFound), begin_story_write(driver.newsroom, call, "no-such-story", recheck=recheck):
        pass


def test_whatever_keeps_a_reply_says_who_may_be_told_it_again() -> None:
    root = Path(app.__file__).parent
    calls = [
        (path.name, {keyword.arg for keyword in node.keywords})
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "begin_write"
    ]
    assert len(calls) > 15
    assert [name for name, named in calls if not named & {"right", "recheck"}] == []


def test_in_a_story_the_actor_has_the_role_of_a_member(driver: NewsroomDriver) -> None:
    story, reporter = driver.story()["id"], driver.hire()
    join(driver, story, reporter, "editor")
    with open_write(driver.newsroom, reporter.call()) as context:
        assert context.actor.role is Role.REPORTER
        assert context.lock_story(story).actor.role is Role.EDITOR


def test_the_time_is_read_once_the_story_is_locked_and_stays(driver: NewsroomDriver) -> None:
    story, other = driver.story()["id"], driver.story("Other")["id"]
    readings = count(driver.now)
    newsroom = dataclasses.replace(driver.newsroom, clock=lambda: Micros(next(readings)))
    with begin_story_write(newsroom, driver.call(), story, recheck=still_has(Right.EDIT_STORIES)) as context:
        assert isinstance(context, StoryContext)
        locked_at = next(readings) - 1
        assert context.now == locked_at
        renamed = context.in_story(dataclasses.replace(context.story, slug="renamed"))
        assert (renamed.now, renamed.story.slug, renamed.actor) == (locked_at, "renamed", context.actor)
        assert context.lock_story(other).now > locked_at
