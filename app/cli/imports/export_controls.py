"""The calls with which a command takes a story out, and brings an export in: on the control socket alone."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from app.cli.control import AnswerCall, ControlAnswer
from app.cli.imports.controls import answer_act
from app.cli.imports.members import OBJECT, OBJECTS, SWITCH, TEXT, member
from app.domain.errors import FieldError, InvalidInput
from app.jobs.job import run_in_thread
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.imports.export_shapes import (
    BadShape,
    Exported,
    ExportedMedia,
    ExportHeader,
    Restored,
    parse_exported,
)
from app.newsroom.imports.exporting import record_export
from app.newsroom.imports.restoring import (
    begin_restore,
    finish_restore,
    list_restored_uploads,
    restore_lines,
    restore_uploads,
)

_Act = Callable[[Newsroom, Call, str, Mapping[str, Any]], Any]
_PATH = re.compile(r"/control/exports(?:/([0-9a-f-]{36}))?/([a-z]+)")


def answer_exports(newsroom: Newsroom) -> AnswerCall:
    """Return the function that answers these calls with a newsroom, each in a thread of its own."""

    async def answer(method: str, path: str, token: str | None, body: bytes) -> ControlAnswer:
        match = _PATH.fullmatch(path)
        act = None if match is None else _ACTS.get((method, "story" if match[1] else "", match[2]))
        if act is None or match is None:
            return answer_act(None, body)
        called = partial(act, newsroom, Call(token), match[1] or "")
        return await run_in_thread(lambda: answer_act(called, body))

    return answer


def _export(newsroom: Newsroom, call: Call, _story: str, members: Mapping[str, Any]) -> Any:
    drafts, replies = (member(members, name, SWITCH, default=False) for name in ("drafts", "replies"))
    story = record_export(newsroom, call, member(members, "story", TEXT), drafts=drafts, comments=replies)
    return {"story": story.id, "slug": story.slug}


def _known_uploads(newsroom: Newsroom, call: Call, _story: str, members: Mapping[str, Any]) -> Any:
    return {"known": list_restored_uploads(newsroom, call, _uploads(members))}


def _restore_uploads(newsroom: Newsroom, call: Call, _story: str, members: Mapping[str, Any]) -> Any:
    return {"new": restore_uploads(newsroom, call, _uploads(members))}


def _uploads(members: Mapping[str, Any]) -> list[ExportedMedia]:
    return [each for each in _lines(members) if isinstance(each, ExportedMedia)]


def _restore(newsroom: Newsroom, call: Call, _story: str, members: Mapping[str, Any]) -> Any:
    return dataclasses.asdict(begin_restore(newsroom, call, _header(members), check=member(members, "sum", TEXT)))


def _restore_lines(newsroom: Newsroom, call: Call, story: str, members: Mapping[str, Any]) -> Any:
    lines = [each for each in _lines(members) if isinstance(each, Restored)]
    return {"new": restore_lines(newsroom, call, story, lines)}


def _finish(newsroom: Newsroom, call: Call, story: str, members: Mapping[str, Any]) -> Any:
    return dataclasses.asdict(finish_restore(newsroom, call, story, _header(members)))


def _lines(members: Mapping[str, Any]) -> list[Exported]:
    try:
        return [parse_exported(line) for line in member(members, "lines", OBJECTS)]
    except BadShape as error:
        raise InvalidInput([FieldError("/lines", "invalid", str(error))]) from None


def _header(members: Mapping[str, Any]) -> ExportHeader:
    (header,) = _lines({"lines": [member(members, "header", OBJECT)]})
    if not isinstance(header, ExportHeader):
        raise InvalidInput([FieldError("/header", "invalid", "This is no header.")])
    return header


_ACTS: Mapping[tuple[str, str, str], _Act] = {
    ("POST", "", "record"): _export,
    ("POST", "", "known"): _known_uploads,
    ("POST", "", "uploads"): _restore_uploads,
    ("POST", "", "begin"): _restore,
    ("POST", "story", "lines"): _restore_lines,
    ("POST", "story", "finish"): _finish,
}
