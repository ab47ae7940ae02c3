"""Slugs through the API, over each kind of database: one rule, one address, one slug for all spellings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.server import PUBLIC_URL, Server, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def any_server(anyio_backend: str, database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """Run the application over an empty database, once over each kind."""
    async with running(database_url, tmp_path / "data") as opened:
        yield opened


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


async def test_a_title_of_any_script_makes_the_address_and_every_url_has_it_encoded(any_server: Server) -> None:
    story = await any_server.story("Größe Straße: Выборы 東京")
    slug = story["slug"]
    assert re.fullmatch("grosse-strasse-выборы-東京-[0-9a-z]{6}", slug)
    page = f"{PUBLIC_URL}/stories/{quote(slug)}"
    entry = await any_server.post(slug, "Polls have closed.")
    shown = await any_server.client.get(f"/v1/stories/{slug}")
    listed = (await any_server.client.get("/v1/stories")).json()["items"][0]
    for state in (story, shown.json(), listed):
        assert (state["url"], state["entry_url_template"]) == (page, f"{page}?entry={{id}}#entry-{{id}}")
    assert all(value.isascii() for value in shown.headers.values())
    await any_server.act("corrections", entry, text="They close at nine.", severity="correction")
    corrections = (await any_server.client.get(f"/v1/stories/{slug}/corrections")).json()["items"]
    assert corrections[0]["url"] == f"{page}?entry={entry['id']}#entry-{entry['id']}"
    for address in ("/", f"/stories/{slug}"):
        html = (await any_server.client.get(address)).text
        assert f"/stories/{quote(slug)}" in html
        assert f"/stories/{slug}" not in html


async def test_every_spelling_is_one_story_for_reads_and_for_writes(any_server: Server) -> None:
    story = await any_server.story(slug="grosse-выборы")
    spellings = ["GROSSE-ВЫБОРЫ", "größe-выборы", decomposed("größe-выборы")]
    own = await any_server.client.get("/v1/stories/grosse-выборы")
    for ref in spellings:
        led = await any_server.client.get(f"/v1/stories/{ref}/entries?limit=3")
        assert (led.status_code, led.json()["code"]) == (308, "moved")
        assert led.headers["location"] == f"/v1/stories/{quote('grosse-выборы')}/entries?limit=3"
        assert led.json()["instance"] == f"/v1/stories/{quote(ref)}/entries"
        reply = await any_server.client.get(f"/v1/stories/{ref}", follow_redirects=True)
        assert (reply.status_code, reply.headers["etag"]) == (200, own.headers["etag"])
        known = {"if-none-match": own.headers["etag"]}
        again = await any_server.client.get(f"/v1/stories/{ref}", headers=known, follow_redirects=True)
        assert again.status_code == 304
        entry = await any_server.post(ref, f"By {ref}.")
        assert entry["story"] == story["id"]
        own = await any_server.client.get("/v1/stories/grosse-выборы")
        for path in (
            f"/v1/newsroom/stories/{ref}",
            f"/v1/newsroom/stories/{ref}/entries",
            f"/v1/newsroom/stories/{ref}/entries/{entry['id']}",
            f"/v1/newsroom/search?q=by&story={quote(ref)}",
            f"/v1/newsroom/audit?story={quote(ref)}",
        ):
            reply = await any_server.admin.get(path)
            assert reply.status_code == 200, (path, reply.text)
        later = await any_server.story("The day after", status="draft", continues=ref)
        assert later["continues"] == story["id"]
        made = await any_server.admin.post(
            "/v1/newsroom/tokens", json={"label": "bot", "role": "reporter", "stories": [ref]}
        )
        assert made.status_code == 201, made.text


async def test_two_slugs_that_differ_by_spelling_alone_are_one(any_server: Server) -> None:
    await any_server.story(slug="выборы-й")
    moved = await any_server.story(slug="grosse")
    changed = await any_server.admin.patch(
        f"/v1/stories/{moved['id']}", json={"slug": "東京"}, headers={"if-match": "*"}
    )
    assert changed.json()["slug"] == "東京"
    for slug in ("выборы-й", decomposed("выборы-й"), "grosse", "東京"):
        taken = await any_server.admin.post("/v1/stories", json={"title": "Another", "slug": slug})
        assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken"), slug
    again = await any_server.story(slug=decomposed("が-й"))
    assert again["slug"] == "が-й"


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        ("Größe", 'of any script, joined by hyphens, like "grosse"'),
        ("ВЫБОРЫ", 'like "выборы"'),
        ("C++", 'like "c-plus-plus"'),
        ("a b", 'like "a-b"'),
        ("!", "of any script, joined by hyphens"),
        ("ж" * 81, "at most 480 characters once it is percent-encoded"),
        ("a" * 121, "must have at most 120 characters"),
        ("0b5c2b0e-7a53-4c6e-9d1f-2f6f3e1f9a10", "not look like a UUID"),
    ],
)
async def test_a_slug_that_is_refused_says_what_is_wrong(server: Server, slug: str, says: str) -> None:
    refused = await server.admin.post("/v1/stories", json={"title": "A", "slug": slug})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/slug")
    assert says in refused.json()["errors"][0]["detail"]
    tag = {"slug": slug, "label": "A"}
    posted = await server.admin.post("/v1/stories", json={"title": "A", "tags": [tag]})
    if "UUID" in says:
        assert posted.status_code == 201
    else:
        assert posted.json()["errors"][0]["pointer"] == "/tags/0/slug"


async def test_a_tag_with_a_label_alone_gets_its_slug_here_and_is_found_by_any_spelling(any_server: Server) -> None:
    labels = ["Fußball", "Выборы 2026", "Олимпиада 2026", "C++", "C", "चुनाव"]
    slugs = ["fussball", "выборы-2026", "олимпиада-2026", "c-plus-plus", "c", "चुनाव"]
    story = await any_server.story(slug="night", tags=[{"label": label} for label in labels])
    assert story["tags"] == [{"slug": s, "label": label} for s, label in zip(slugs, labels, strict=True)]
    for label in labels:
        entry = await any_server.post("night", f"About {label}.", tags=[{"label": label}])
        assert entry["tags"] == [{"slug": slugs[labels.index(label)], "label": label}]
    for spelling, label in (
        ("fussball", "Fußball"),
        ("FUẞBALL", "Fußball"),
        ("ВЫБОРЫ-2026", "Выборы 2026"),
        ("c-plus-plus", "C++"),
        ("c", "C"),
        (decomposed("चुनाव"), "चुनाव"),
    ):
        page = (await any_server.client.get("/v1/stories/night/entries", params={"tag": spelling})).json()
        assert [[tag["label"] for tag in item["tags"]] for item in page["items"]] == [[label]], spelling


async def test_a_label_typed_again_is_filed_where_it_is_filed_in_its_story(any_server: Server) -> None:
    """As an earlier release did it, or an editor who chose another slug."""
    football, old = {"slug": "soccer", "label": "Football"}, {"slug": "fu-ball", "label": "Fußball"}
    await any_server.story(slug="night", tags=[football])
    entry = await any_server.post("night", tags=[old])
    assert (await any_server.client.get("/v1/stories/night/entries?tag=fu-ball")).json()["items"] != []
    edited = await _patch(any_server, entry, tags=[{"label": "FUSSBALL"}, {"label": "football"}, {"label": "New"}])
    assert edited["tags"] == [
        {"slug": "fu-ball", "label": "FUSSBALL"},
        {"slug": "soccer", "label": "football"},
        {"slug": "new", "label": "New"},
    ]
    twice = await any_server.post("night", tags=[{"label": "Größe"}, {"label": "Grösse"}, {"label": "Football"}])
    assert twice["tags"] == [{"slug": "grosse", "label": "Größe"}, {"slug": "soccer", "label": "Football"}]
    other = await any_server.post((await any_server.story(slug="other"))["id"], tags=[{"label": "Football"}])
    assert other["tags"] == [{"slug": "football", "label": "Football"}]


async def _patch(server: Server, entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    reply = await server.admin.patch(
        f"/v1/stories/{entry['story']}/entries/{entry['id']}", json=changes, headers={"if-match": "*"}
    )
    assert reply.status_code == 200, reply.text
    changed: dict[str, Any] = reply.json()
    return changed
