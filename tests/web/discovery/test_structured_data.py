"""What search engines and social networks are told of a story is what its page says, and cannot leave its element."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.web import samples
from tests.web.site import FakeReading, client_of

pytestmark = pytest.mark.anyio
PICTURE = {"url": "https://pictures.example/lead.jpg", "alt": "A tree", "width": 1280, "height": 720, "html": ""}
CARD = {**PICTURE, "url": "https://pictures.example/card.jpg", "alt": "A card"}
SEO = {"title": "Storm: every update", "description": "Roads, trains, schools.", "image": CARD}


@pytest.fixture
def reading() -> FakeReading:
    return FakeReading(samples.story(image=PICTURE))


@pytest.fixture
async def client(reading: FakeReading) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(reading) as client:
        yield client


async def _page(client: httpx.AsyncClient) -> str:
    return (await client.get(f"/stories/{samples.SLUG}")).text


def _data(html: str) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    found: dict[str, Any] = json.loads(text)
    return found


def _meta(html: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html))


async def test_a_story_is_found_by_its_own_words_and_picture(client: httpx.AsyncClient, reading: FakeReading) -> None:
    html = await _page(client)
    meta = _meta(html)
    assert "<title>Storm reaches the coast: “the worst in forty years” – " in html
    assert meta["og:title"] == reading.state["title"]
    assert (
        meta["description"] == meta["og:description"] == "Rain &amp; wind of up to 140 km/h.\nFollow the night with us."
    )
    assert (meta["og:image"], meta["og:image:alt"]) == (PICTURE["url"], "A tree")
    assert meta["twitter:card"] == "summary_large_image"
    assert "author" not in meta


async def test_or_by_those_that_it_says_for_them(client: httpx.AsyncClient, reading: FakeReading) -> None:
    reading.state |= {"seo": SEO, "authors": [{"name": "Ana Sousa"}, {"name": "R&D <desk>"}]}
    html = await _page(client)
    meta = _meta(html)
    assert f"<title>{SEO['title']} – " in html
    assert f"<h1>{reading.state['title']}</h1>" in html, "readers are shown the story's own"
    assert meta["og:title"] == SEO["title"]
    assert meta["description"] == meta["og:description"] == SEO["description"]
    assert (meta["og:image"], meta["og:image:alt"]) == (CARD["url"], "A card")
    assert re.findall(r'<meta name="author" content="([^"]*)">', html) == ["Ana Sousa", "R&amp;D &lt;desk&gt;"]
    data = _data(html)
    assert (data["headline"], data["description"], data["image"]["url"]) == (
        SEO["title"],
        SEO["description"],
        CARD["url"],
    )


async def test_what_is_left_out_for_them_is_the_storys_own(client: httpx.AsyncClient, reading: FakeReading) -> None:
    reading.state |= {"seo": {"title": SEO["title"], "description": None, "image": None}}
    meta = _meta(await _page(client))
    assert (meta["og:title"], meta["og:image"]) == (SEO["title"], PICTURE["url"])
    assert meta["description"].startswith("Rain")
    reading.state |= {"image": {**PICTURE, "url": "javascript:alert(1)"}}
    html = await _page(client)
    assert _meta(html)["twitter:card"] == "summary"
    assert "og:image" not in html
    assert "image" not in _data(html)


async def test_machines_are_told_of_the_coverage_and_of_each_entry_on_the_page(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    reading.state |= {
        "authors": [{"name": "Ana Sousa", "url": "https://news.example/ana"}, {"name": "X", "url": "javascript:x"}],
        "sponsor": {"name": "Bank", "url": "https://bank.example/", "label": None},
        "coverage_start": "2026-11-03T17:00:00Z",
    }
    data = _data(await _page(client))
    assert (data["@context"], data["@type"], data["url"]) == ("https://schema.org", "LiveBlogPosting", samples.URL)
    assert data["author"] == [
        {"@type": "Person", "name": "Ana Sousa", "url": "https://news.example/ana"},
        {"@type": "Person", "name": "X"},
    ]
    assert data["publisher"] == {"@type": "Organization", "name": "The Courier", "url": "https://courier.example"}
    assert data["sponsor"]["name"] == "Bank"
    assert data["about"] == {
        "@type": "Event", "name": "Storm Berta", "location": {"@type": "Place", "name": "Porto"},
    }  # fmt: skip
    assert data["coverageStartTime"] == "2026-11-03T12:00:00-05:00", "as the clocks say it where the story is covered"
    assert "coverageEndTime" not in data
    entries = reading.state["timeline"]["items"]
    assert [each["url"] for each in data["liveBlogUpdate"]] == [f"{samples.URL}#entry-{each['id']}" for each in entries]
    assert all(each["headline"] and each["datePublished"] and each["dateModified"] for each in data["liveBlogUpdate"])
    assert data["dateModified"] >= max(each["dateModified"] for each in data["liveBlogUpdate"])
    assert data["liveBlogUpdate"][0]["articleBody"].startswith("“We have never seen the river this high,”")
    assert data["liveBlogUpdate"][0]["author"] == data["publisher"]
    assert data["liveBlogUpdate"][1]["author"][0]["name"] == "Ana Sousa"
    reading.state |= {"canonical_url": "https://host.example/storm#top"}
    assert _data(await _page(client))["liveBlogUpdate"][0]["url"].startswith("https://host.example/storm#entry-")


async def test_a_retraction_is_said_and_what_it_struck_is_not(client: httpx.AsyncClient, reading: FakeReading) -> None:
    retracted = samples.entries()[2]
    reading.state["timeline"]["items"] = [retracted]
    [update] = _data(await _page(client))["liveBlogUpdate"]
    assert update["headline"] == "Retracted: Dam said to have failed"
    assert update["articleBody"] == "The report was wrong."


@pytest.mark.parametrize("evil", ["</script><script>alert(1)</script>", "<!--<script>", "]]>&amp;\u2028\u2029"])
async def test_nothing_written_ends_the_element(client: httpx.AsyncClient, reading: FakeReading, evil: str) -> None:
    reading.state |= {"title": evil, "standfirst": evil, "authors": [{"name": evil}], "section": evil}
    reading.state["timeline"]["items"] = [samples.entry(1, headline=evil, authors=[{"name": evil}])]
    html = await _page(client)
    [text] = re.findall(r'<script type="application/ld\+json">([^<>&\u2028\u2029]*)</script>', html)
    data = json.loads(text)
    assert (data["headline"], data["author"][0]["name"], data["liveBlogUpdate"][0]["headline"]) == (evil, evil, evil)
    assert html.count("<script") == 2, "the data, and the page's own"


async def test_a_label_and_an_icon_of_a_later_release_leave_the_entry_whole(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    reading.state["timeline"]["items"] = [samples.entry(1, icon="of_a_later_release", label="<b>67′")]
    html = await _page(client)
    assert '<p class="label"><bdi>&lt;b&gt;67′</bdi></p>' in html
    assert "of_a_later_release" not in html


async def test_a_sponsor_without_an_address_is_named_with_the_words_that_it_asked_for(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    reading.state |= {"sponsor": {"name": "The Bank", "url": None, "label": "Presented by"}}
    assert '<p class="sponsor"><bdi>Presented by</bdi> <bdi>The Bank</bdi></p>' in await _page(client)
