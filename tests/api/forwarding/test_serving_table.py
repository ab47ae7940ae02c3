"""Every route of the application is somebody's, in one table: a new one without a row fails here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from starlette.routing import Route

from app.api.forwarding.serving_table import READ_METHODS, READS, is_writers
from tests.api.server import Server

pytestmark = pytest.mark.anyio


def _routes(routes: Iterable[Any]) -> Iterator[Route]:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes)
        else:
            assert isinstance(route, Route), f"{route}: who answers a {type(route).__name__}?"
            yield route


async def test_each_address_that_is_read_has_its_row_and_each_row_its_address(server: Server) -> None:
    routes = list(_routes(server.app.routes.routes))
    read = {route.path for route in routes if READ_METHODS & (route.methods or set())}
    assert read <= set(READS), "routes without a row in app/api/forwarding/serving_table.py"
    assert set(READS) - read <= {"/demo"}, "rows without a route; /demo is there with the demo alone"


async def test_whatever_is_not_read_is_the_writers(server: Server) -> None:
    for route in _routes(server.app.routes.routes):
        for method in (route.methods or set()) - READ_METHODS:
            assert is_writers(method, route.path)


def _example(path: str) -> str:
    return path.replace("{path:path}", "a/b.js").replace("{", "").replace("}", "")


@pytest.mark.parametrize(("path", "server"), READS.items())
def test_a_read_is_answered_by_the_process_of_its_row_alone(path: str, server: str) -> None:
    for method in ("GET", "HEAD"):
        assert is_writers(method, _example(path)) == (server == "writer")
    assert not is_writers("OPTIONS", _example(path))
    assert is_writers("POST", _example(path))


def test_everything_of_the_newsrooms_api_is_the_writers_and_what_readers_ask_is_not() -> None:
    assert {server for path, server in READS.items() if path.startswith("/v1/newsroom")} == {"writer"}
    public = ("/v1/stories", "/stories", "/static", "/feed", "/sitemap", "/media/")
    assert {server for path, server in READS.items() if path.startswith(public)} == {"reader"}


@pytest.mark.parametrize(
    "path",
    ["/v1/newsroom/stories/a/b/c/d", "/v1/newsroom/me/", "/x/v1/newsroom/me", "/v1/newsroom/me\n", "/control/demo", ""],
)
def test_what_is_at_no_address_is_not_found_here(path: str) -> None:
    assert not is_writers("GET", path)
