"""Feeds over the whole application, read back as subscribers do, say what the API says: no more, no less, no other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from app.web.feeds.feed import ENDINGS
from app.web.headers import FEED_TYPES
from app.web.words import Catalogue
from tests.api.routes.public.full_stories import demo_story, entries_of, long_story
from tests.api.routes.public.story_statuses import ANSWERS, FAR, first_fields, reach_status
from tests.api.server import PAGE_ORIGIN, PUBLIC_URL, Server, running
from tests.api.sites import EVENING, HOME, made
from tests.pictures import require_decoder
from tests.web.feeds.read_back import ReadFeed, ReadItem, addresses_in, read_feed, seconds

pytestmark = pytest.mark.anyio

CATALOGUE = Catalogue()
CANARY = "archaeopteryx"


async def _feed(server: Server, of: str, ending: str) -> ReadFeed:
    reply = await server.client.get(f"{of}/feed.{ending}")
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == f"{FEED_TYPES[ending]}; charset=utf-8"
    read = read_feed(ending, reply.content)
    assert unescape(read.url) == f"{PUBLIC_URL}{of}/feed.{ending}"
    return read


def _assert_same(item: ReadItem, entry: Mapping[str, Any], story: Mapping[str, Any]) -> None:
    """The item says what the API says of the entry."""
    assert item.id == f"urn:uuid:{entry['id']}"
    assert item.url == story["entry_url_template"].replace("{id}", entry["id"])
    assert item.published == seconds(entry["published_at"])
    assert item.updated == seconds(entry["updated_at"] or entry["published_at"])
    assert item.tags == [tag["label"] for tag in entry["tags"]]
    assert item.authors == [author["name"] for author in entry["authors"]]
    is_retracted = entry["status"] == "retracted"
    if entry["headline"]:
        said = CATALOGUE.words_for(story["language"]).say("mark.retracted").unescape()
        labelled = f"{entry['label']}: {entry['headline']}" if entry.get("label") else entry["headline"]
        assert item.title == (f"{said}: {entry['headline']}" if is_retracted else labelled)
    assert item.title
    assert item.html is not None
    assert item.html.startswith(f'<div lang="{story["language"]}" dir="{story["direction"]}">')
    without_links = re.sub(r"<a [^>]*>[^<]*</a>(</(?:video|audio)>)", r"\1", item.html)
    assert entry["body_html"] in without_links
    for correction in entry["corrections"]:
        assert correction["text"] in unescape(item.html)
        assert correction["text"] in item.summary
    for address in addresses_in(item.html):
        assert re.match(r"(?:https?://[^/]+|mailto:|tel:)", address), address
    for player in re.finditer(r'<(?:video|audio)[^>]* src="([^"]*)"[^>]*>', item.html):
        assert f'<a href="{player[1]}">' in item.html
    files = [] if is_retracted else [block for block in entry["blocks"] if block["type"] in {"image", "video", "audio"}]
    assert [url for url, _, _ in item.files] == list(dict.fromkeys(block["url"] for block in files))
    sizes = {each["url"]: (each["type"], each["size"]) for block in files for each in block.get("renditions", ())}
    for url, content_type, size in item.files:
        assert (content_type, size) == sizes.get(url, (content_type, None))


async def _assert_feeds_say_what_the_api_says(server: Server, story: str, limit: int) -> None:
    state = (await server.client.get(f"/v1/stories/{story}")).json()
    entries = await entries_of(server, story, limit)
    for ending in ENDINGS:
        read = await _feed(server, f"/stories/{state['slug']}", ending)
        assert (read.title, read.language, read.home) == (state["title"], state["language"], state["url"])
        assert len(read.items) == len(entries)
        for item, entry in zip(read.items, entries, strict=True):
            _assert_same(item, entry, state)
        if ending != "json" and entries:
            assert read.updated == max(seconds(each["updated_at"] or each["published_at"]) for each in entries)


async def test_the_demo_is_fed_as_the_api_shows_it(server: Server) -> None:
    story = await demo_story(server)
    assert any(entry["corrections"] for entry in await entries_of(server, story))
    await _assert_feeds_say_what_the_api_says(server, story, 50)


async def test_every_kind_of_block_is_fed_as_the_api_shows_it(server: Server) -> None:
    require_decoder()
    await _assert_feeds_say_what_the_api_says(server, await long_story(server, 60), 50)


async def test_of_a_story_of_a_thousand_entries_the_newest_two_hundred_are_fed(
    anyio_backend: str, sqlite_url: str, tmp_path: Path
) -> None:
    require_decoder()
    async with running(sqlite_url, tmp_path / "data", feed_entries=200) as server:
        await _assert_feeds_say_what_the_api_says(server, await long_story(server, 1_000), 200)


async def test_a_feed_of_summaries_has_as_many_items_as_are_set_and_no_text_whole(
    anyio_backend: str, sqlite_url: str, tmp_path: Path
) -> None:
    async with running(sqlite_url, tmp_path / "data", feed_text="summary", feed_entries=2) as server:
        story = await server.story()
        for text in ("One.", "Two.", "Three " + "word " * 1_000 + CANARY):
            await server.post(story["id"], text)
        for ending in ENDINGS:
            read = await _feed(server, f"/stories/{story['slug']}", ending)
            assert [item.html for item in read.items] == [None, None]
            assert read.items[1].summary == "Two."
            assert CANARY not in repr(read.raw)


@pytest.mark.parametrize("status", ANSWERS)
async def test_feeds_follow_the_status_of_a_story(server: Server, status: str) -> None:
    answered = ANSWERS[status]
    story = await server.story(CANARY, slug="night", **first_fields(status))
    entry = await server.post(story["id"], f"{CANARY} was seen.", tags=[{"slug": "birds", "label": "Birds"}])
    urls = [f"{of}/feed.{ending}" for of in ("", "/tags/birds", "/stories/night") for ending in ENDINGS]
    before = [await server.client.get(url) for url in urls]
    await reach_status(server, story["id"], status)
    is_listed = any(each["id"] == story["id"] for each in (await _listed(server)))
    assert is_listed == (answered == 200)
    for url, old in zip(urls, before, strict=True):
        reply = await server.client.get(url)
        assert reply.status_code == (answered if "/stories/" in url else 200), url
        # The address of the tag's feed is the same for everybody, and so is what it says.
        assert (CANARY in reply.text) == (answered == 200), url
        assert (entry["id"] in reply.text) == (answered == 200), url
        again = await server.client.get(url, headers={"If-None-Match": old.headers.get("etag", '"none"')})
        is_same = reply.status_code == 200 and reply.headers["etag"] == old.headers.get("etag")
        assert again.status_code == (304 if is_same else reply.status_code)
        if reply.status_code == 200 and "/stories/" in url:
            calm = status in {"ended", "archived"}
            assert ("s-maxage=30" in reply.headers["cache-control"]) == calm
            assert reply.headers["surrogate-key"] == f"story-{story['id']}"
            if url.endswith(".json"):
                assert reply.json().get("expired", False) == (status == "archived")


async def _listed(server: Server) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await server.client.get("/v1/stories?limit=100")).json()["items"]
    return items


async def test_what_is_hidden_is_in_no_feed_and_changes_no_byte_of_any(server: Server) -> None:
    story = await server.story(slug="night")
    shown = await server.post(story["id"], "Seen.", tags=[{"slug": "birds", "label": "Birds"}])
    urls = [f"{of}/feed.{ending}" for of in ("", "/tags/birds", "/stories/night") for ending in ENDINGS]
    before = {url: _whole(await server.client.get(url)) for url in urls}
    tagged = {"tags": [{"slug": "birds", "label": CANARY}]}
    for status in ("draft", "submitted"):
        await server.post(story["id"], f"{CANARY} {status}", status=status, **tagged)
    await server.post(story["id"], CANARY, status="scheduled", publish_at=FAR, **tagged)
    hidden = await server.story(CANARY, status="draft")
    await server.post(hidden["id"], CANARY, **tagged)
    path = f"/v1/stories/{story['id']}/entries/{shown['id']}"
    reply = await server.admin.patch(path, json={"text": CANARY, "publish": False}, headers={"If-Match": "*"})
    assert reply.is_success, reply.text
    for url in urls:
        assert _whole(await server.client.get(url)) == before[url], url


def _whole(reply: Any) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    headers = [pair for pair in reply.headers.raw if pair[0].lower() != b"x-request-id"]
    return reply.status_code, reply.content, headers


async def test_what_is_taken_back_is_gone_at_once_and_a_retraction_is_said(server: Server) -> None:
    story = await server.story(slug="night", language="en")
    feeds = [(of, ending) for of in ("", "/tags/birds", "/stories/night") for ending in ENDINGS]
    for action in ("unpublish", "remove"):
        entry = await server.post(story["id"], f"{CANARY} text.", tags=[{"slug": "birds", "label": "Birds"}])
        for of, ending in feeds:
            assert [item.id for item in (await _feed(server, of, ending)).items] == [f"urn:uuid:{entry['id']}"]
        await server.act(action, entry)
        for of, ending in feeds:
            read = await _feed(server, of, ending)
            assert read.items == []
            assert CANARY not in repr(read.raw)
    entry = await server.post(story["id"], f"{CANARY} text.", tags=[{"slug": "birds", "label": "Birds"}])
    before = {feed: (await _feed(server, *feed)).items[0] for feed in feeds}
    await server.act("retract", entry, reason="No such bird.")
    for feed in feeds:
        [item] = (await _feed(server, *feed)).items
        assert (item.id, item.published) == (before[feed].id, before[feed].published)
        assert item.title == "Retracted"
        assert item.summary == "Retracted: No such bird."
        assert item.html is not None
        assert item.html.index("Retracted") < item.html.index("No such bird.") < item.html.index(f"<s>{CANARY}")


async def test_a_feed_is_updated_by_what_matters_and_unchanged_by_what_does_not(server: Server) -> None:
    story = await server.story(slug="night")
    entry = await server.post(story["id"], "Polls close.")
    path = f"/v1/stories/{story['id']}/entries/{entry['id']}"

    async def edit(**change: Any) -> list[str]:
        reply = await server.admin.patch(path, json=change, headers={"If-Match": "*"})
        assert reply.is_success, reply.text
        [item] = (await server.client.get("/stories/night/feed.json")).json()["items"]
        return [item["date_published"], item["date_modified"], item["id"]]

    small = await edit(text="Polls closed.", material=False)
    assert small == [entry["published_at"], entry["published_at"], f"urn:uuid:{entry['id']}"]
    large = await edit(text="Polls closed at eight.", material=True)
    assert large[0] == entry["published_at"] < large[1]
    reply = await server.client.get("/stories/night/feed.atom")
    again = await server.client.get("/stories/night/feed.atom", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    reply = await server.admin.put(f"/v1/stories/{story['id']}/pinned", json={"items": [{"entry": entry["id"]}]})
    assert reply.is_success
    pinned = await server.client.get("/stories/night/feed.atom", headers={"If-None-Match": again.headers["etag"]})
    assert pinned.status_code == 304, "a pin is nothing to a feed, whatever the story's head"


async def test_a_feed_stays_where_it_was_when_a_story_is_renamed(server: Server) -> None:
    story = await server.story(slug="night")
    await server.post(story["id"], "Seen.")
    before = {ending: await _feed(server, "/stories/night", ending) for ending in ENDINGS}
    reply = await server.admin.patch(f"/v1/stories/{story['id']}", json={"slug": "day"}, headers={"If-Match": "*"})
    assert reply.is_success
    for ending in ENDINGS:
        moved = await server.client.get(f"/stories/night/feed.{ending}")
        assert (moved.status_code, moved.headers["location"]) == (308, f"/stories/day/feed.{ending}")
        after = await _feed(server, "/stories/day", ending)
        assert [item.id for item in after.items] == [item.id for item in before[ending].items]
        assert [item.url for item in after.items] != [item.url for item in before[ending].items]
        by_id = await server.client.get(f"/stories/{story['id']}/feed.{ending}")
        assert by_id.status_code == 200


async def test_the_site_and_a_tag_are_fed_from_all_stories_the_last_published_first(server: Server) -> None:
    stories = [await server.story(f"Story {number}", slug=f"s-{number}") for number in range(3)]
    made = []
    for number in range(9):
        tags = [{"slug": "выборы-2026" if number % 2 else "rain", "label": "Выборы"}]
        made.append(await server.post(stories[number % 3]["id"], f"Number {number}.", tags=tags))
    for ending in ENDINGS:
        site = await _feed(server, "", ending)
        assert [item.id for item in site.items] == [f"urn:uuid:{each['id']}" for each in reversed(made)]
        assert site.title == "The Post"
        entries = {each["id"]: each for story in stories for each in await entries_of(server, story["id"])}
        for item, each in zip(site.items, reversed(made), strict=True):
            state = (await server.client.get(f"/v1/stories/{each['story']}")).json()
            _assert_same(item, entries[each["id"]], state)
        tagged = await server.client.get(f"/tags/ВЫБОРЫ-２０26/feed.{ending}")
        read = read_feed(ending, tagged.content)
        assert [item.id for item in read.items] == [f"urn:uuid:{each['id']}" for each in reversed(made[1::2])]
        assert read.title == "Выборы – The Post"
    atom = (await _feed(server, "", "atom")).raw
    assert atom["entries"][0].source.title == "Story 2"
    assert atom["entries"][0].source.id == f"urn:uuid:{stories[2]['id']}"


async def test_a_freeze_stops_no_feed(server: Server) -> None:
    story = await server.story(slug="night")
    await server.post(story["id"], "Seen.")
    before = [await server.client.get(f"{of}/feed.{ending}") for of in ("", "/stories/night") for ending in ENDINGS]
    assert (await server.admin.post("/v1/newsroom/freeze", json={"frozen": True})).is_success
    after = [await server.client.get(f"{of}/feed.{ending}") for of in ("", "/stories/night") for ending in ENDINGS]
    assert [_whole(each) for each in before] == [_whole(each) for each in after]


async def test_pages_say_where_their_feeds_are(server: Server) -> None:
    story = await server.story("Größe & mehr", slug="выборы")
    for page, title in (("/", "The Post"), (f"/stories/{story['slug']}", "Größe &amp; mehr")):
        html = (await server.client.get(page)).text
        found = re.findall(r'<link rel="alternate" type="([^"]+)" title="([^"]+)" href="([^"]+)">', html)
        links = [each for each in found if "oembed" not in each[0]]
        assert [(content_type, named) for content_type, named, _ in links] == [
            (content_type, title) for content_type in FEED_TYPES.values()
        ]
        for content_type, _, address in links:
            reply = await server.client.get(address)
            assert (reply.status_code, reply.headers["content-type"]) == (200, f"{content_type}; charset=utf-8")


async def test_feeds_are_compressed_and_any_page_may_read_them(server: Server) -> None:
    story = await server.story(slug="night")
    await server.post(story["id"], "Seen. " * 500)
    for ending in ENDINGS:
        for coding in ("gzip", "br"):
            headers = {"accept-encoding": coding, "origin": "https://reader.example"}
            reply = await server.client.get(f"/stories/night/feed.{ending}", headers=headers)
            assert reply.headers["content-encoding"] == coding
            assert reply.headers["access-control-allow-origin"] == "*"
            assert "Seen. Seen." in reply.text
        refused = await server.client.post(f"/feed.{ending}", headers={"origin": PAGE_ORIGIN})
        assert refused.status_code == 405


async def test_a_host_page_owns_the_addresses_of_its_story(server: Server) -> None:
    story = await server.story(slug="night", canonical_url="https://post.example/live#top")
    entry = await server.post(story["id"], "Seen.")
    for ending in ENDINGS:
        [item] = (await _feed(server, "/stories/night", ending)).items
        assert item.url == f"https://post.example/live#entry-{entry['id']}"


async def test_each_site_feeds_its_own_stories_at_its_own_host(server: Server) -> None:
    await made(server)
    rain = {"tags": [{"slug": "rain", "label": "Rain"}]}
    posted = {}
    for slug, site in (("night", "default"), ("evening", EVENING["slug"])):
        story = await server.story(slug=slug, site=site)
        posted[slug] = f"urn:uuid:{(await server.post(story['id'], slug, **rain))['id']}"
    for home, slug, name in ((PUBLIC_URL, "night", "The Post"), (HOME, "evening", EVENING["name"])):
        for ending in ENDINGS:
            for of, title in (("", name), ("/tags/rain", f"Rain – {name}")):
                reply = await server.client.get(f"{home}{of}/feed.{ending}", headers={"host": home[8:]})
                read = read_feed(ending, reply.content)
                assert (read.title, read.url, read.home) == (title, f"{home}{of}/feed.{ending}", f"{home}/")
                assert [item.id for item in read.items] == [posted[slug]]
                assert read.items[0].url.startswith(f"{home}/stories/{slug}?entry=")
            for at in (PUBLIC_URL, HOME):
                reply = await server.client.get(f"{at}/stories/{slug}/feed.{ending}", headers={"host": at[8:]})
                read = read_feed(ending, reply.content)
                assert (read.url, read.home) == (f"{home}/stories/{slug}/feed.{ending}", f"{home}/stories/{slug}")
                assert [item.id for item in read.items] == [posted[slug]]
