"""Structured data over the whole application, read by independent programs, says what the API says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.reading.markup import NEWEST
from app.web.words import Catalogue
from tests.api.routes.public.full_stories import demo_story, entries_of, long_story
from tests.api.routes.public.story_statuses import ANSWERS, first_fields, reach_status
from tests.api.server import PUBLIC_URL, Server, running
from tests.pictures import require_decoder
from tests.web.discovery.read_back import read_data, read_page

pytestmark = pytest.mark.anyio

CATALOGUE = Catalogue()
Json = dict[str, Any]


def _at(time: str) -> datetime:
    found = datetime.fromisoformat(time.replace("Z", "+00:00"))
    assert found.tzinfo is not None
    return found


def _value(value: Any) -> Any:
    """What a JSON-LD processor has typed, without its type."""
    return value.get("@value") or value.get("@id") if isinstance(value, Mapping) else value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _assert_same(posting: Json, entry: Json, story: Json) -> None:
    """The posting says what the API says of the entry."""
    place = f"{story['canonical_url'] or story['url']}#entry-{entry['id']}"
    assert posting["@type"] == "BlogPosting"
    assert (posting["@id"], _value(posting["url"])) == (place, place)
    assert _value(posting["datePublished"]) == entry["published_at"]
    assert _value(posting["dateModified"]) == (entry["updated_at"] or entry["published_at"])
    names = [each["name"] for each in entry["authors"]] or [story["publisher"]["name"]]
    assert [each["name"] for each in _listed(posting["author"])] == names
    assert _listed(posting.get("keywords")) == [tag["label"] for tag in entry["tags"]]
    said = [(each["text"], _value(each["datePublished"])) for each in _listed(posting.get("correction"))]
    assert said == [(each["text"], each["at"]) for each in entry["corrections"]]
    pictures = [block["url"] for block in entry["blocks"] if block["type"] == "image"]
    retracted = entry["status"] == "retracted"
    assert [_value(each["url"]) for each in _listed(posting.get("image"))] == ([] if retracted else pictures[:1])
    if retracted:
        word = CATALOGUE.words_for(story["language"]).say("mark.retracted").unescape()
        assert posting["headline"].startswith(word)
        assert posting["creativeWorkStatus"] == "retracted"
        assert posting["articleBody"] == next(
            line["text"] for line in reversed(entry["corrections"]) if line["severity"] == "retraction"
        )
        return
    assert "creativeWorkStatus" not in posting
    body = re.sub(r"\W+", "", re.sub(r"<[^>]*>", "", entry["body_html"]))
    assert len(re.sub(r"\W+", "", posting.get("articleBody", ""))) <= len(body)
    assert posting["headline"] == entry["headline"] if entry["headline"] else posting["headline"]


async def _assert_says_what_the_api_says(server: Server, story: str) -> Json:
    reply = await server.client.get(f"/v1/stories/{story}/structured-data")
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/ld+json"
    state = (await server.client.get(f"/v1/stories/{story}")).json()
    entries = await entries_of(server, story, 5_000)
    data = read_data(reply.json())
    wanted = [entry for number, entry in enumerate(entries) if number < NEWEST or entry["key_event"]]
    postings = _listed(data.get("liveBlogUpdate"))
    assert len(postings) == len(wanted)
    for posting, entry in zip(postings, wanted, strict=True):
        _assert_same(posting, entry, state)
    assert data["@type"] == "LiveBlogPosting"
    assert data["@id"] == (state["canonical_url"] or state["url"])
    assert data["publisher"]["name"] == state["publisher"]["name"]
    start = _value(data["coverageStartTime"])
    assert _at(start) == _at(state["coverage_start"] or _value(data["datePublished"]))
    assert ("coverageEndTime" in data) == (state["coverage_end"] is not None)
    newest = max((_at(each["updated_at"] or each["published_at"]) for each in entries), default=_at(start))
    assert _at(_value(data["dateModified"])) >= newest or not entries
    for address in (f"/stories/{state['slug']}", f"/stories/{state['slug']}/fragment"):
        page = (await server.client.get(address)).text
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        assert [json.loads(each) for each in found] == [reply.json()], address
    html = (await server.client.get(f"/stories/{state['slug']}")).text
    [read], card = read_page(html, state["url"])
    assert read_data(read) == data
    seo = state["seo"] or {}
    assert card["og:title"] == (seo.get("title") or state["title"])
    assert card["og:url"] == data["@id"]
    return data


async def test_the_demo_is_marked_up_as_the_api_shows_it(server: Server) -> None:
    data = await _assert_says_what_the_api_says(server, await demo_story(server))
    assert any(each.get("creativeWorkStatus") for each in data["liveBlogUpdate"])
    assert any("correction" in each for each in data["liveBlogUpdate"])


async def _mark(server: Server, story: str, *, every: int) -> None:
    """Let every so many entries be key events, wherever they stand."""
    for entry in (await entries_of(server, story, 5_000))[::every]:
        path = f"/v1/stories/{story}/entries/{entry['id']}"
        if entry["status"] != "retracted":
            reply = await server.admin.patch(path, json={"key_event": True}, headers={"If-Match": "*"})
            assert reply.is_success, reply.text


@pytest.mark.parametrize("count", [60, pytest.param(1_000, marks=pytest.mark.slow)])
async def test_a_long_story_with_every_kind_of_block_is_marked_up_with_its_newest_and_every_key_event(
    server: Server, count: int
) -> None:
    require_decoder()
    story = await long_story(server, count)
    await _mark(server, story, every=7)
    data = await _assert_says_what_the_api_says(server, story)
    assert len(data["liveBlogUpdate"]) > NEWEST


@pytest.mark.parametrize("status", ANSWERS)
async def test_structured_data_follows_the_status_of_a_story(server: Server, status: str) -> None:
    answered = ANSWERS[status]
    story = await server.story("Night", slug="night", time_zone="America/New_York", **first_fields(status))
    await server.post(story["id"], "Seen.")
    await reach_status(server, story["id"], status)
    for ref in (story["id"], "night"):
        reply = await server.client.get(f"/v1/stories/{ref}/structured-data")
        assert reply.status_code == answered, reply.text
    if answered != 200:
        told_here = (await server.client.get("/v1/stories/night/structured-data")).json()["code"]
        unknown = await server.client.get("/v1/stories/nowhere/structured-data")
        told = await server.client.get(f"/v1/stories/{story['id']}")
        assert told_here == told.json()["code"]
        assert answered == 410 or told_here == unknown.json()["code"]
        return
    data = await _assert_says_what_the_api_says(server, story["id"])
    offset = _at(_value(data["coverageStartTime"])).utcoffset()
    assert offset is not None
    assert offset.total_seconds() < 0, "as New York's clocks say it"
    assert ("coverageEndTime" in data) == (status in {"ended", "archived"})


async def test_it_is_answered_by_304_until_something_in_it_changes(server: Server) -> None:
    story = await server.story(slug="night", language="de")
    entry = await server.post(story["id"], "Seen.")
    url = "/v1/stories/night/structured-data"
    first = await server.client.get(url)
    modified = first.json()["dateModified"]
    again = await server.client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    reply = await server.admin.put(f"/v1/stories/{story['id']}/pinned", json={"items": [{"entry": entry["id"]}]})
    assert reply.is_success
    pinned = await server.client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert pinned.status_code == 304, "a pin is nothing to it, whatever the story's head"
    path = f"/v1/stories/{story['id']}/entries/{entry['id']}"
    for change in ({"text": "Seen!", "material": False}, {"text": "Heard."}):
        assert (await server.admin.patch(path, json=change, headers={"If-Match": "*"})).is_success
        reply = await server.client.get(url, headers={"If-None-Match": first.headers["etag"]})
        assert reply.status_code == 200
        assert (reply.json()["dateModified"] > modified) == ("material" not in change)
    await server.act("retract", entry, reason="No.")
    data = (await server.client.get(url)).json()
    assert data["liveBlogUpdate"][0]["headline"] == "Zurückgezogen"
    assert "Heard" not in json.dumps(data)
    for coding in ("gzip", "br"):
        reply = await server.client.get(url, headers={"accept-encoding": coding, "origin": "https://host.example"})
        assert reply.json() == data
        assert reply.headers["access-control-allow-origin"] == "*"


async def test_a_host_page_owns_the_addresses(server: Server) -> None:
    story = await server.story(slug="night", canonical_url="https://post.example/live")
    entry = await server.post(story["id"], "Seen.", key_event=True)
    data = await _assert_says_what_the_api_says(server, story["id"])
    assert data["liveBlogUpdate"]["@id"] == f"https://post.example/live#entry-{entry['id']}"
    assert PUBLIC_URL not in json.dumps(data)


async def test_of_more_key_events_than_a_megabyte_the_newest_are_there(
    anyio_backend: str, sqlite_url: str, tmp_path: Path
) -> None:
    async with running(sqlite_url, tmp_path / "data") as server:
        story = await server.story(slug="night")
        text = "Words and words. " * 2_500
        items = [{"text": f"{number} {text}", "key_event": True} for number in range(40)]
        for start in (0, 20):
            body = {"items": items[start : start + 20]}
            reply = await server.admin.post(f"/v1/stories/{story['id']}/entries:batch", json=body)
            assert {each["status"] for each in reply.json()["items"]} == {201}, reply.text[:400]
        found = (await server.client.get("/v1/stories/night/structured-data")).json()["liveBlogUpdate"]
        assert NEWEST <= len(found) < 40
        assert found[0]["articleBody"].startswith("39 ")


async def test_the_first_page_has_it_and_no_page_of_older_entries(server: Server) -> None:
    story = await server.story(slug="night")
    for number in range(25):
        await server.post(story["id"], f"Number {number}.")
    page = (await server.client.get("/v1/stories/night/entries")).json()
    position = re.sub(r".*[?&](position=[^&]+).*", r"\1", page["next"])
    for query, there in ((f"?{position}", 0), ("?order=oldest", 0), ("?only=key", 0), ("?embed", 1), ("", 1)):
        html = (await server.client.get(f"/stories/night{query}")).text
        assert html.count("application/ld+json") == there, query
