"""The calls with which a command brings stories into a running server, or takes one out: on its control socket alone.

They carry the operator's token, as every call of a command does, and the use cases look at it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pydantic_core import from_json

from app.cli.control import AnswerCall, ControlAnswer
from app.cli.imports.members import OBJECT, OBJECTS, SWITCH, TEXT, TEXT_BY_TEXT, TEXTS, member
from app.domain.errors import LiveblogError, MalformedInput, NotFound, TooManyRequests, Unavailable
from app.jobs.job import run_in_thread
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.imports.planning import list_known_uploads, plan_import
from app.newsroom.imports.record_json import parse_entries, parse_story
from app.newsroom.imports.removing import unpublish_removed
from app.newsroom.imports.taking_in import begin_import, give_up_import, show_entries, take_entries
from app.wire.encoding import encode_json
from app.wire.problems import problem_of

_Act = Callable[[Newsroom, Call, str, Mapping[str, Any]], Any]
_PATH = re.compile(r"/control/imports(?:/(?:([0-9a-f-]{36})(?:/([a-z-]+))?|(plan|uploads)))?")


def answer_imports(newsroom: Newsroom) -> AnswerCall:
    """Return the function that answers these calls with a newsroom, each in a thread of its own."""

    async def answer(method: str, path: str, token: str | None, body: bytes) -> ControlAnswer:
        return await run_in_thread(lambda: _answer(newsroom, method, path, Call(token), body))

    return answer


def _answer(newsroom: Newsroom, method: str, path: str, call: Call, body: bytes) -> ControlAnswer:
    match = _PATH.fullmatch(path)
    act = None if match is None else _ACTS.get((method, "story" if match[1] else "", match[2] or match[3] or ""))
    return answer_act(None if act is None or match is None else partial(act, newsroom, call, match[1] or ""), body)


def answer_act(act: Callable[[Mapping[str, Any]], Any] | None, body: bytes) -> ControlAnswer:
    """Answer a call with what `act` makes of the members of its body, or with the problem that it raises."""
    try:
        if act is None:
            raise NotFound("not_found", "There is no such control.")
        try:
            members = from_json(body) if body else {}
        except ValueError:
            raise MalformedInput("malformed_json", "This is no JSON.") from None
        if not isinstance(members, dict):
            raise MalformedInput("malformed_json", "This is no object.")
        return ControlAnswer(200, encode_json(act(members)))
    except LiveblogError as error:
        problem = problem_of(error)
        later = error.retry_after_seconds if isinstance(error, Unavailable | TooManyRequests) else None
        return ControlAnswer(problem["status"], encode_json(problem), later)


def _begin(newsroom: Newsroom, call: Call, _story: str, members: Mapping[str, Any]) -> Any:
    story, opens = member(members, "story", OBJECT), member(members, "opens", SWITCH, default=False)
    return dataclasses.asdict(begin_import(newsroom, call, parse_story(story), opens=opens))


def _take(newsroom: Newsroom, call: Call, story: str, members: Mapping[str, Any]) -> Any:
    return dataclasses.asdict(take_entries(newsroom, call, story, parse_entries(member(members, "entries", OBJECTS))))


def _show(newsroom: Newsroom, call: Call, story: str, _members: Mapping[str, Any]) -> Any:
    return dataclasses.asdict(show_entries(newsroom, call, story))


def _give_up(newsroom: Newsroom, call: Call, story: str, _members: Mapping[str, Any]) -> Any:
    give_up_import(newsroom, call, story)
    return {}


def _plan(newsroom: Newsroom, call: Call, _story: str, members: Mapping[str, Any]) -> Any:
    source, external_id = (member(members, name, TEXT) for name in ("source", "external_id"))
    fingerprints, removed = member(members, "fingerprints", TEXT_BY_TEXT), member(members, "removed", TEXTS)
    slug = member(members, "slug", TEXT, default="") or None
    plan = plan_import(
        newsroom,
        call,
        source=source,
        external_id=external_id,
        fingerprints=fingerprints,
        removed=removed,
        slug=slug,
    )
    return dataclasses.asdict(plan)


def _uploads(newsroom: Newsroom, call: Call, _story: str, members: Mapping[str, Any]) -> Any:
    ids = member(members, "ids", TEXTS)
    return {"known": list_known_uploads(newsroom, call, ids)}


def _remove(newsroom: Newsroom, call: Call, story: str, members: Mapping[str, Any]) -> Any:
    removed = member(members, "external_ids", TEXTS)
    return dataclasses.asdict(unpublish_removed(newsroom, call, story, removed))


_ACTS: Mapping[tuple[str, str, str], _Act] = {
    ("POST", "", ""): _begin,
    ("POST", "story", "entries"): _take,
    ("POST", "story", "show"): _show,
    ("DELETE", "story", ""): _give_up,
    ("POST", "", "plan"): _plan,
    ("POST", "", "uploads"): _uploads,
    ("POST", "story", "removals"): _remove,
}
