"""A story's fragment: the page's own markup without a document around it, for pages of others."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from app.web.fragments import FragmentOptions
from tests.web import samples
from tests.web.site import FakeReading, client_of, seen

pytestmark = pytest.mark.anyio
PAGE = f"/stories/{samples.SLUG}"
FRAGMENT = f"{PAGE}/fragment"


@pytest.fixture
def reading() -> FakeReading:
    return FakeReading()


@pytest.fixture
async def client(reading: FakeReading) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(reading) as client:
        yield client


def _ids(html: str) -> list[str]:
    return re.findall(r'data-id="([^"]+)" data-revision', html)


async def test_a_fragment_has_the_entries_of_the_page_without_a_document_or_ids_of_its_own(
    client: httpx.AsyncClient,
) -> None:
    page, fragment = seen(await client.get(PAGE)), seen(await client.get(FRAGMENT))
    articles = re.compile(r"<article.*?</article>", re.DOTALL)
    data = re.findall(r'<script type="application/ld\+json">[^<]*</script>', (await client.get(FRAGMENT)).text)
    assert data == re.findall(r'<script type="application/ld\+json">[^<]*</script>', (await client.get(PAGE)).text)
    assert len(data) == 1, "the story for machines is on the page of others too"
    here = [each.replace(f'"{samples.URL}?entry', '"?entry') for each in articles.findall(fragment)]
    assert here == articles.findall(page) != []
    for part in ("<html", "<head>", "<body", "<title", "<meta", "<script", "<main", "masthead"):
        assert part not in fragment
    assert all(each.startswith("entry-") for each in re.findall(r' id="([^"]+)"', fragment))
    assert '<link rel="stylesheet" href="https://live.example/static/' in fragment


async def test_links_of_a_fragment_are_whole_since_they_stand_on_pages_of_others(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    one = samples.entry(1)
    reading.state = samples.story(
        timeline={"items": [one], "next": None, "prev": None}, pinned=[{"entry": one["id"], "until": None}],
        continues="00000000-0000-4000-8000-00000000000f",
    )  # fmt: skip
    html = (await client.get(FRAGMENT)).text
    links = re.findall(r'href="([^"]*)"', html)
    assert len(links) >= 4
    assert [each for each in links if not each.startswith(("https://live.example/", "https://courier.example"))] == []


async def test_a_fragment_is_cached_and_revalidated_as_the_page_is(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    for status in ("live", "ended"):
        reading.state = samples.story(status=status)
        page, fragment = await client.get(PAGE), await client.get(FRAGMENT)
        for name in ("cache-control", "surrogate-key", "vary", "content-security-policy"):
            assert fragment.headers[name] == page.headers[name], name
        again = await client.get(FRAGMENT, headers={"If-None-Match": fragment.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert fragment.headers["x-robots-tag"] == "noindex"


async def test_a_hidden_story_and_none_have_the_same_fragment_and_a_withdrawn_one_says_so(
    client: httpx.AsyncClient,
) -> None:
    hidden, none = [await client.get(f"/stories/{ref}/fragment") for ref in ("a-draft", "never-was")]
    assert (hidden.status_code, hidden.content) == (none.status_code, none.content)
    assert (hidden.status_code, hidden.headers["cache-control"]) == (404, "no-store")
    gone = await client.get("/stories/withdrawn/fragment")
    assert gone.status_code == 410
    assert "This story has been withdrawn." in gone.text
    assert "<html" not in gone.text


async def test_an_old_name_leads_to_the_fragment_of_the_new_one(client: httpx.AsyncClient) -> None:
    answer = await client.get("/stories/an-old-name/fragment?mode=ticker&limit=2")
    assert (answer.status_code, answer.headers["location"]) == (308, f"{FRAGMENT}?mode=ticker&limit=2")


async def test_a_limited_fragment_goes_on_behind_its_last_entry(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    entries = [samples.entry(number) for number in range(20, 0, -1)]
    pins = [{"entry": entries[5]["id"], "until": None}]
    reading.state = samples.story(timeline={"items": entries, "next": None, "prev": None}, pinned=pins)
    html = (await client.get(f"{FRAGMENT}?limit=4")).text
    assert _ids(html) == [entry["id"] for entry in entries[:4]]
    assert re.search(r'data-next="https://live\.example/v1/stories/[^"]+/entries\?position=\w+"', html)
    assert "Update number 15." in re.sub(r"<[^>]+>", " ", html), "what is pinned is said, wherever it stands"
    whole = (await client.get(FRAGMENT)).text
    assert _ids(whole) == [entry["id"] for entry in entries]
    assert 'data-next=""' in whole


async def test_the_oldest_of_what_is_shown_comes_first_where_that_is_asked(client: httpx.AsyncClient) -> None:
    newest, oldest = [(await client.get(f"{FRAGMENT}?order={order}")).text for order in ("newest", "oldest")]
    assert _ids(oldest) == _ids(newest)[::-1] != []
    assert oldest.index('part="older"') < oldest.index('part="timeline"') < newest.index('part="older"')


async def test_places_for_advertisements_stand_behind_every_so_many_entries(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    entries = [samples.entry(number) for number in range(9, 0, -1)]
    reading.state = samples.story(timeline={"items": entries, "next": None, "prev": None})
    html = (await client.get(f"{FRAGMENT}?ad_every=4&lang=de")).text
    places = [(entries[3]["id"], "Anzeige"), (entries[7]["id"], "Anzeige")]
    assert re.findall(r'data-after="([^"]+)" role="group" aria-label="([^"]+)"', html) == places
    assert "ad-slot" not in (await client.get(FRAGMENT)).text


async def test_words_in_another_language_than_the_story_say_which_it_is(client: httpx.AsyncClient) -> None:
    html = (await client.get(f"{FRAGMENT}?lang=ar")).text
    assert 'data-say="updates.older" lang="ar" dir="rtl">' in html
    assert re.search(r'class="liveblog"[^>]* lang="en" dir="ltr"', html)


async def test_a_ticker_is_three_kilobytes_at_most(client: httpx.AsyncClient, reading: FakeReading) -> None:
    long = "Ausnahmezustand an der Küste: Behörden rufen zum Verlassen der Häuser auf, Züge stehen still " * 2
    entries = [samples.entry(number, headline=long) for number in range(20, 0, -1)]
    following = f"https://live.example/v1/stories/{samples.STORY_ID}/entries?position={'b' * 120}"
    reading.state = samples.story(
        language="de", title=long, timeline={"items": entries, "next": following, "prev": None}
    )
    answer = await client.get(f"{FRAGMENT}?mode=ticker&limit=3")
    assert len(answer.content) <= 3 * 1024
    assert _ids(answer.text) == [entry["id"] for entry in entries[:3]]
    assert "Ausnahmezustand an der Küste" in answer.text


@pytest.mark.parametrize(
    ("query", "limit", "ad_every"),
    [
        ({}, 20, None),
        ({"mode": "ticker"}, 3, None),
        ({"limit": "7", "ad_every": "5"}, 7, 5),
        ({"limit": "0", "ad_every": "0"}, 20, None),
        ({"limit": "-1", "ad_every": "x"}, 20, None),
        ({"limit": "21", "ad_every": "٣"}, 20, None),
        ({"mode": "sideways", "order": "sideways", "lang": "<b>", "limit": "1e1"}, 20, None),
    ],
)
def test_what_is_asked_in_another_form_counts_as_not_asked(
    query: dict[str, str], limit: int, ad_every: int | None
) -> None:
    options = FragmentOptions.parse(query)
    assert (options.limit, options.ad_every, options.order, options.language) == (limit, ad_every, "newest", None)


async def test_an_embedded_page_has_no_masthead_and_its_links_leave_the_frame(client: httpx.AsyncClient) -> None:
    plain, embedded = (await client.get(PAGE)).text, (await client.get(f"{PAGE}?embed")).text
    assert 'class="masthead"' in plain
    assert 'class="masthead"' not in embedded
    entries = re.findall(r'class="when"><a href="([^"]+)" target="([^"]+)"', embedded)
    assert entries
    assert all(href.startswith(f"{samples.URL}?entry=") and target == "_blank" for href, target in entries)
    assert f'href="{PAGE}?embed=&amp;position=' in embedded
