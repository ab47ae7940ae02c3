"""The calls with which a command closes the database of a running server to writes: on its control socket alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from app.cli.control import AnswerCall, ControlAnswer
from app.cli.imports.controls import answer_act
from app.domain.errors import Conflict
from app.jobs.job import run_in_thread
from app.storage.database.transactions import Database
from app.storage.upkeep.closing import close_by_writer, hold_writing, reopen_by_writer

PATH = "/control/copy"
HOLD_SECONDS = 10.0
"""Writing goes on so long after a command that copies has last been heard of: it has been killed."""
_PATH = re.compile(rf"{PATH}(?:/([0-9a-f]{{32}})(/finish)?)?")


def answer_copies(database: Database) -> AnswerCall:
    """Return the function that answers these calls for the one process that writes to the database."""

    async def answer(method: str, path: str, _token: str | None, body: bytes) -> ControlAnswer:
        match = _PATH.fullmatch(path)
        act = None if match is None else _ACTS.get((method, "key" if match[1] else "", match[2] or ""))
        if act is None or match is None:
            return answer_act(None, body)
        called = partial(act, database, match[1] or "")
        return await run_in_thread(lambda: answer_act(lambda _members: called(), body))

    return answer


def _hold(database: Database, key: str) -> Mapping[str, Any]:
    if not hold_writing(database.health.gate, database, key, seconds=HOLD_SECONDS):
        raise Conflict("being_copied", "Another command copies this database, or it has moved.")
    return {}


def _renew(database: Database, key: str) -> Mapping[str, Any]:
    return {"is_held": database.health.gate.renew(key, seconds=HOLD_SECONDS)}


def _finish(database: Database, key: str) -> Mapping[str, Any]:
    if not database.health.gate.renew(key, seconds=HOLD_SECONDS):
        return {"is_held": False}
    close_by_writer(database)
    return {"is_held": True}


def _release(database: Database, key: str) -> Mapping[str, Any]:
    database.health.gate.release(key)
    return {}


def _reopen(database: Database, _key: str) -> Mapping[str, Any]:
    return {"was_closed": reopen_by_writer(database)}


_ACTS = {
    ("POST", "key", ""): _hold,
    ("PUT", "key", ""): _renew,
    ("POST", "key", "/finish"): _finish,
    ("DELETE", "key", ""): _release,
    ("DELETE", "", ""): _reopen,
}
