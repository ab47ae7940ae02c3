"""The largest body of each address is the one that its route declares, found by the router's own matching."""

from __future__ import annotations

import re

import pytest
from starlette.types import Scope

from app.api.application import ROUTERS
from app.api.http.bodies import WriteRoute
from app.api.layers.body_limits import BodyLimit, BodyLimits, UploadLimits, limited

ROUTES = [route for router in ROUTERS for route in router.routes]
KB = 1024
LIMITS = {
    4 * KB: ["POST /v1/newsroom/sessions"],
    64 * KB: [
        "DELETE /v1/newsroom/comment-blocks/{block}",
        "DELETE /v1/newsroom/session",
        "DELETE /v1/newsroom/sites/{site}",
        "DELETE /v1/newsroom/stories/{story}/members/{person}",
        "PATCH /v1/newsroom/people/{person}",
        "PATCH /v1/newsroom/sites/{site}",
        "POST /v1/media",
        "POST /v1/newsroom/comment-blocks",
        "POST /v1/newsroom/comments/{comment}/answer",
        "POST /v1/newsroom/comments/{comment}/approve",
        "POST /v1/newsroom/comments/{comment}/entry",
        "POST /v1/newsroom/comments/{comment}/reject",
        "POST /v1/newsroom/comments/{comment}/remove",
        "POST /v1/newsroom/comments/{comment}/spam",
        "POST /v1/newsroom/comments:batch",
        "POST /v1/newsroom/comments:erase",
        "POST /v1/newsroom/freeze",
        "POST /v1/newsroom/invites",
        "POST /v1/newsroom/legal-hold",
        "POST /v1/newsroom/live/tickets",
        "POST /v1/newsroom/me/tokens/{token}/revoke",
        "POST /v1/newsroom/people",
        "POST /v1/newsroom/people/{person}/disable",
        "POST /v1/newsroom/people/{person}/enable",
        "POST /v1/newsroom/people/{person}/revoke",
        "POST /v1/newsroom/purge",
        "POST /v1/newsroom/purge/confirm",
        "POST /v1/newsroom/sites",
        "POST /v1/newsroom/stories/{story}/entries/{entry}/preview",
        "POST /v1/newsroom/tokens",
        "POST /v1/newsroom/tokens/{token}/revert",
        "POST /v1/newsroom/tokens/{token}/revoke",
        "POST /v1/receipts/{receipt}/appeal",
        "POST /v1/stories/{story}/comments",
        "POST /v1/stories/{story}/comments/{comment}/reports",
        "POST /v1/stories/{story}/entries/{entry}/cancel",
        "POST /v1/stories/{story}/entries/{entry}/corrections",
        "POST /v1/stories/{story}/entries/{entry}/discard",
        "POST /v1/stories/{story}/entries/{entry}/move",
        "POST /v1/stories/{story}/entries/{entry}/publish",
        "POST /v1/stories/{story}/entries/{entry}/reinstate",
        "POST /v1/stories/{story}/entries/{entry}/reject",
        "POST /v1/stories/{story}/entries/{entry}/remove",
        "POST /v1/stories/{story}/entries/{entry}/retract",
        "POST /v1/stories/{story}/entries/{entry}/return",
        "POST /v1/stories/{story}/entries/{entry}/schedule",
        "POST /v1/stories/{story}/entries/{entry}/submit",
        "POST /v1/stories/{story}/entries/{entry}/unpublish",
        "POST /v1/stories/{story}/retract-last",
        "PUT /v1/newsroom/hold-words",
        "PUT /v1/newsroom/stories/{story}/duty",
        "PUT /v1/newsroom/stories/{story}/members/{person}",
    ],
    128 * KB: ["PUT /v1/stories/{story}/key-points", "PUT /v1/stories/{story}/pinned"],
    2048 * KB: [
        "DELETE /v1/newsroom/media/{media}",
        "DELETE /v1/stories/{story}/entries/{entry}",
        "PATCH /v1/newsroom/media/{media}",
        "PATCH /v1/stories/{story}",
        "PATCH /v1/stories/{story}/entries/{entry}",
        "POST /v1/newsroom/conversions",
        "POST /v1/stories",
        "POST /v1/stories/{story}/entries",
        "PUT /v1/stories/{story}/entries/by-external-id/{external_id}",
    ],
    8192 * KB: ["POST /v1/stories/{story}/entries:batch"],
}
"""The largest body, in bytes, of each address that takes one; of an upload, until the settings say how large."""


def asking(method: str, path: str) -> Scope:
    """Return the scope of a request."""
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


def test_every_address_that_takes_a_body_has_the_limit_of_the_table() -> None:
    limits = BodyLimits(ROUTES, seconds=30)
    found: dict[int, list[str]] = {}
    for route in ROUTES:
        path = str(getattr(route, "path", ""))
        for method in set(getattr(route, "methods", ())) & {"POST", "PUT", "PATCH", "DELETE"}:
            assert isinstance(route, WriteRoute), path
            limit_bytes = limits.limit_for(asking(method, re.sub(r"\{\w+\}", "a", path))).most_bytes
            assert limit_bytes == route.body_limit_bytes, (method, path)
            found.setdefault(limit_bytes, []).append(f"{method} {path}")
    assert {limit_bytes: sorted(addresses) for limit_bytes, addresses in found.items()} == LIMITS


@pytest.mark.parametrize(
    "path",
    [
        "/entries:batch",
        "/v1/stories/a/b/entries:batch",
        "/v1/stories/a/entries:batch/",
        "/stories/a/entries:batch",
        "/v1/nothing",
    ],
)
def test_an_address_that_is_none_or_only_ends_like_a_larger_one_has_a_small_limit(path: str) -> None:
    assert BodyLimits(ROUTES, seconds=30).limit_for(asking("POST", path)) == (64 * KB, 0)


def test_an_upload_has_the_limits_of_the_settings_and_nothing_else_has() -> None:
    limits = BodyLimits(ROUTES, seconds=30, uploads=UploadLimits(limit_bytes=50_000_000, bytes_per_second=1_000))
    assert limits.limit_for(asking("POST", "/v1/media")) == (50_000_000, 30_000)
    for path in ("/v1/media/", "/v1/newsroom/media/a", "/v1/stories"):
        assert limits.limit_for(asking("POST", path)).most_bytes < 50_000_000
        assert limits.limit_for(asking("POST", path)).least_bytes == 0


@pytest.mark.anyio
async def test_a_body_at_its_pace_may_last_and_one_below_it_may_not() -> None:
    """The clock is the event loop's, which the test moves by what each piece takes."""
    now = 0.0
    pieces = [b"a" * 100] * 9 + [b""]

    async def receive() -> dict[str, object]:
        nonlocal now
        now += 6  # 100 bytes in 6 s: 500 in the 30 s that ask for 480
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    paced = limited(receive, BodyLimit(10_000, least_bytes=480), seconds=30, now=lambda: now)
    received = 0
    while pieces:
        received += len((await paced())["body"])
    assert received == 900
