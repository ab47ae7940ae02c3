"""Calls of the control socket with members of any wrong type: refused like any other bad input, and nothing written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.imports import Imports, importing

pytestmark = pytest.mark.anyio

STORY = "0b0e7a52-3c0f-4a45-9d7b-1111aaaa1111"
CALLS: dict[str, dict[str, Any]] = {
    "/control/imports": {"story": {}, "opens": False},
    f"/control/imports/{STORY}/entries": {"entries": []},
    f"/control/imports/{STORY}/removals": {"external_ids": []},
    "/control/imports/plan": {"source": "csv", "external_id": "night", "fingerprints": {}, "removed": []},
    "/control/imports/uploads": {"ids": []},
    "/control/exports/record": {"story": "night", "drafts": False, "replies": False},
    "/control/exports/known": {"lines": []},
    "/control/exports/uploads": {"lines": []},
    "/control/exports/begin": {"header": {}, "sum": ""},
    f"/control/exports/{STORY}/lines": {"lines": []},
    f"/control/exports/{STORY}/finish": {"header": {}},
}
"""Every call with a body, and members of the types that it takes."""
WRONG: tuple[Any, ...] = (
    None,
    True,
    7,
    0.5,
    "text",
    [],
    [1],
    ["text"],
    [None],
    [[]],
    {},
    {"a": 1},
    {"a": {}},
    [{"kind": 1}],
)


@pytest.fixture
async def imports(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Imports]:
    async with importing(sqlite_url, tmp_path) as running:
        yield running


async def test_a_member_of_a_wrong_type_is_bad_input_and_never_a_fault_of_the_server(imports: Imports) -> None:
    for path, members in CALLS.items():
        for name, given in members.items():
            for wrong in WRONG:
                reply = await imports.api.post(path, json={**members, name: wrong})
                answered = (path, name, wrong, reply.status_code, reply.text)
                assert reply.status_code < 500, answered
                if type(wrong) is not type(given) or wrong in ([1], [None], [[]]):
                    assert reply.status_code == 422, answered
        for name in set(members) - {"drafts", "replies", "opens"}:
            reply = await imports.api.post(path, json={each: members[each] for each in members if each != name})
            assert reply.status_code == 422, (path, name, reply.text)
        for body in (b"[]", b"7", b'"text"', b"{", b"\xff"):
            reply = await imports.api.post(path, content=body)
            assert reply.status_code in {400, 422}, (path, body, reply.text)
    assert (await imports.api.get("/v1/newsroom/stories")).json()["items"] == []
