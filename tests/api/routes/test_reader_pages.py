"""The reader's page over the whole application: what it knows of the stories before and after its own."""

from __future__ import annotations

import re

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio


async def _said(server: Server, story: dict[str, str], place: str) -> str:
    html = (await server.client.get(f"/stories/{story['slug']}")).text
    found = re.search(rf'<p class="{place}"[^>]*>(.*?)</p>', html)
    assert found is not None
    return found[1]


async def test_a_page_names_the_stories_before_and_after_it_and_links_to_them(server: Server) -> None:
    first = await server.story("The first day", language="pt")
    second = await server.story("The second day", continues=first["id"])
    assert await _said(server, second, "continues") == (
        f'Earlier: <a href="/stories/{first["slug"]}" target="_self" data-story="{first["id"]}" lang="pt" dir="ltr">'
        "The first day</a>"
    )
    assert ">The second day</a>" in await _said(server, first, "continued")
    around = (await server.client.get(f"/stories/{second['slug']}?position=none")).text
    assert ">The first day</a>" in around


async def test_of_a_story_that_is_withdrawn_no_page_has_the_title(server: Server) -> None:
    first = await server.story("The wrong name")
    second = await server.story("The second day", continues=first["id"])
    assert "The wrong name" in await _said(server, second, "continues")
    reply = await server.admin.patch(
        f"/v1/stories/{first['id']}", json={"status": "withdrawn"}, headers={"If-Match": "*"}
    )
    assert reply.is_success, reply.text
    page = (await server.client.get(f"/stories/{second['slug']}")).text
    assert page.count("The second day") >= 1
    assert "The wrong name" not in page
