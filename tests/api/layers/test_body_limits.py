"""The largest body of each address is the one that its route declares, found by the router's own matching."""

from __future__ import annotations

import re

import pytest
from starlette.types import Scope

from app.api.application import ROUTERS
from app.api.http.bodies import BATCH_LIMIT_BYTES, BODY_LIMIT_BYTES, WriteRoute
from app.api.layers.body_limits import BodyLimits

ROUTES = [route for router in ROUTERS for route in router.routes]
BATCH = "/v1/stories/{story}/entries:batch"


def asking(method: str, path: str) -> Scope:
    """Return the scope of a request."""
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


def test_every_address_that_takes_a_body_has_the_limit_of_its_route_and_only_the_batch_has_more() -> None:
    limits = BodyLimits(ROUTES)
    found = {}
    for route in ROUTES:
        path = str(getattr(route, "path", ""))
        for method in set(getattr(route, "methods", ())) & {"POST", "PUT", "PATCH", "DELETE"}:
            assert isinstance(route, WriteRoute), path
            found[path] = limits.limit_bytes_for(asking(method, re.sub(r"\{\w+\}", "a", path)))
            assert found[path] == route.body_limit_bytes, (method, path)
    assert {path for path, limit in found.items() if limit != BODY_LIMIT_BYTES} == {BATCH}
    assert found[BATCH] == BATCH_LIMIT_BYTES


@pytest.mark.parametrize(
    "path",
    ["/entries:batch", "/v1/stories/a/b/entries:batch", "/v1/stories/a/entries:batch/", "/stories/a/entries:batch"],
)
def test_an_address_that_only_ends_like_a_larger_one_has_the_usual_limit(path: str) -> None:
    assert BodyLimits(ROUTES).limit_bytes_for(asking("POST", path)) == BODY_LIMIT_BYTES
