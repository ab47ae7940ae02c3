"""A retry is told what its write said only while its caller has the right to it: every route, two ways to lose it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.house import CALLERS, House
from tests.contracts.matrix import WORKING
from tests.contracts.tables import Row

pytestmark = pytest.mark.anyio

LOST: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "OTHER": ({"role": "admin"}, {"role": "reporter"}),
    "ABROAD": ({"role": "admin"}, {"sites": {"abroad": "editor"}}),
}
"""Whom a caller is like in the end: who they are while they write, and what they are made afterwards."""

KEEPS_NO_REPLY = {
    "/v1/newsroom/live/tickets",
    "/v1/newsroom/conversions",
    "/v1/newsroom/purge",
    "/v1/newsroom/session",
    "/v1/newsroom/comments:erase",
}
"""What looks at no key: it is done again, or refused, as if it had not been asked before."""

SAYS_NOTHING = {"DELETE /v1/newsroom/media/{media}", "PUT /v1/newsroom/stories/{story}/duty"}
"""What is deleted has no owner any more, and its reply is the id that was asked with. A duty that was one's own is
handed over without an editor, and whoever sees the story sees who is on duty."""


def writes() -> list[Row]:
    return [row for row in WORKING if row.method != "GET" and not row.path.endswith("/retract-last")]


@pytest.mark.parametrize("like", LOST)
async def test_whoever_has_lost_the_right_is_refused_their_own_earlier_reply(house: House, like: str) -> None:
    assert like in CALLERS
    before, after = LOST[like]
    person = await house.admin("POST", "/v1/newsroom/people", {"name": f"Was more, {like}", "role": "admin"})
    made = await house.admin("POST", "/v1/newsroom/tokens", {"label": f"more {like}", "person": person["id"]})
    house.tokens["LESS"] = made["token"]
    at = f"/v1/newsroom/people/{person['id']}"
    wrong, refused = [], 0
    for number, row in enumerate(writes()):
        key = {"idempotency-key": f"{like}-{number}"}
        await house.admin("PATCH", at, {"sites": None, **before})
        await house.prepare(row)
        first = await house.ask("LESS", row, headers=key, keep=True)
        if not first.is_success:
            continue
        again = await house.ask("LESS", row, headers=key, keep=True)
        if row.path not in KEEPS_NO_REPLY and again.status_code != 410 and "idempotent-replayed" not in again.headers:
            wrong.append(f"{row.name}: {again.status_code} and no earlier reply while they have the right")
        await house.admin("PATCH", at, after)
        cell = WORKING[row][like]
        late = await house.ask("LESS", row, headers=key)
        if cell in {"403", "404"} and row.name not in SAYS_NOTHING:
            refused += 1
            if str(late.status_code) not in {"403", "404", "410"}:
                wrong.append(f"{row.name}: {late.status_code}, although {like} is answered {cell}")
    assert wrong == []
    assert refused > 30
