"""Sites over real sockets: what one node changes of a site another follows, and which host a proxy may name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.server import Server, make_story, serving
from tests.faults.listening import told_on_event_stream, told_on_websocket
from tests.waiting import await_true

SITES = "/v1/newsroom/sites"
HOST = "live.evening.example"
EVENING = {"slug": "evening", "name": "The Evening Post", "url": "https://evening.example", "hosts": [HOST]}
PATIENCE_SECONDS = 15


@pytest.fixture
def nodes(shared_url: str, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    with serving(shared_url, tmp_path, name="a") as a, serving(shared_url, tmp_path, name="b") as b:
        yield a, b


def make_site(server: Server, **more: Any) -> None:
    with server.signed_in() as admin:
        reply = admin.post(SITES, json={**EVENING, **more})
    assert reply.status_code == 201, reply.text


def site_at(client: httpx.Client, **headers: str) -> str:
    name: str = client.get("/v1/site", headers=headers).json()["name"]
    return name


def test_a_site_that_one_node_describes_is_one_at_the_other_a_moment_later(nodes: tuple[Server, Server]) -> None:
    a, b = nodes
    make_site(a)
    story = make_story(a, site="evening")
    with a.reader() as at_a, b.reader() as at_b, a.signed_in() as admin:
        assert site_at(at_a, host=HOST) == "The Evening Post"

        def follows(name: str) -> None:
            await_true(
                lambda: site_at(at_b, host=HOST) == name,
                seconds=PATIENCE_SECONDS,
                or_say=lambda: f"the other node says {site_at(at_b, host=HOST)}, not {name}",
            )

        follows("The Evening Post")
        held = at_b.get(f"/v1/stories/{story}")
        assert held.json()["url"].startswith(f"http://{HOST}/stories/")
        reply = admin.patch(f"{SITES}/evening", json={"name": "Late"}, headers={"if-match": "*"})
        assert reply.status_code == 200
        follows("Late")
        again = at_b.get(f"/v1/stories/{story}", headers={"if-none-match": held.headers["etag"]})
        assert (again.status_code, again.json()["publisher"]["name"]) == (200, "Late")
        assert at_a.get(f"/v1/stories/{story}").headers["etag"] == again.headers["etag"]
        # From the ring and the tables, on both transports of either node, the same.
        for server in nodes:
            told = [told_on_websocket(server, story, after="0"), told_on_event_stream(server, story, after="0")]
            for messages in told:
                updated = next(each for each in messages if each["type"] == "story.updated")
                assert "Late" in str(updated)
                assert HOST in str(updated)
        admin.patch(f"/v1/stories/{story}", json={"site": "default"}, headers={"if-match": "*"})
        assert admin.delete(f"{SITES}/evening").status_code == 200
        follows("Liveblog")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_restarted_server_knows_its_sites_before_its_first_answer(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "shared_url")
    with serving(url, tmp_path) as server:
        make_site(server)
        server.kill()
        server.start()
        with server.reader() as reader:
            assert site_at(reader, host=HOST) == "The Evening Post"


def test_a_proxy_that_is_trusted_names_the_host_and_nobody_else_does(sqlite_url: str, tmp_path: Path) -> None:
    named = {"x-forwarded-host": HOST}
    for trusted, believed in (("127.0.0.1", True), ("192.0.2.0/24", False), (None, False)):
        settings = {} if trusted is None else {"TRUSTED_PROXIES": trusted}
        with serving(sqlite_url, tmp_path, name=f"by-{believed}-{trusted is None}", **settings) as server:
            with server.signed_in() as admin:
                if admin.get(f"{SITES}/evening").status_code == 404:
                    make_site(server)
            with server.reader() as reader:
                expected = "The Evening Post" if believed else "Liveblog"
                assert site_at(reader, **named) == expected, trusted
                if not believed:
                    continue
                forms = (f"evil.example, {HOST}", HOST.upper(), f"{HOST}:8443", f"{HOST}.")
                assert {site_at(reader, **{"x-forwarded-host": form}) for form in forms} == {expected}
                # What names no site is not believed: the connection's own host is asked then.
                for form in ("nowhere.example", f"{HOST}, evil.example", "", "a b"):
                    assert site_at(reader, **{"x-forwarded-host": form}) == "Liveblog"
                    assert site_at(reader, **{"x-forwarded-host": form, "host": HOST}) == "The Evening Post"
                page = reader.get("/", headers=named)
                assert "The Evening Post" in page.text
