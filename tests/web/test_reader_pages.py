from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.web import samples
from tests.web.site import FakeReading, client_of, seen

pytestmark = pytest.mark.anyio
PAGE = f"/stories/{samples.SLUG}"


@pytest.fixture
def reading() -> FakeReading:
    return FakeReading()


@pytest.fixture
async def client(reading: FakeReading) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(reading) as client:
        yield client


def _with(reading: FakeReading, *entries: dict[str, Any], **timeline: Any) -> None:
    reading.state = samples.story(timeline={"items": list(entries), "next": None, "prev": None} | timeline)


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


async def test_the_page_reads_completely_without_javascript(client: httpx.AsyncClient) -> None:
    html = seen(await client.get(PAGE))
    text = _text(html)
    for said in ("The Courier &amp; Co", "Storm reaches the coast: “the worst in forty years”", "Follow the night"):
        assert said in text
    assert samples.BODY in html
    assert samples.PICTURE in html
    assert 'rel="noopener">Source link</a>' in html
    assert text.index("Bridge closed") < text.index("What we know so far") < text.index("Update number 1.")


async def test_times_are_shown_in_the_storys_zone_and_marked_in_utc(client: httpx.AsyncClient) -> None:
    html = seen(await client.get(PAGE))
    assert '<time datetime="2026-11-03T18:59:00Z"><b>13:59</b> <span>3 November 2026</span></time>' in html
    assert "Times: New York" in html


@pytest.mark.parametrize("stored", ["localtime", "Factory", "Europe/Nowhere"])
async def test_a_time_zone_that_was_stored_and_is_none_is_shown_as_utc(
    client: httpx.AsyncClient, reading: FakeReading, stored: str
) -> None:
    reading.state = samples.story(time_zone=stored)
    html = seen(await client.get(PAGE))
    assert "<b>18:59</b> <span>3 November 2026</span>" in html
    assert "Times: UTC" in html


async def test_dates_are_in_the_storys_language(client: httpx.AsyncClient, reading: FakeReading) -> None:
    reading.state = samples.story(language="pt-PT", time_zone="Europe/Lisbon")
    html = seen(await client.get(PAGE))
    assert "<b>18:59</b> <span>3 de novembro de 2026</span>" in html
    assert '<html lang="pt-PT" dir="ltr">' in html


async def test_a_story_written_from_right_to_left_is_set_that_way(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    reading.state = samples.story(language="ar", direction="rtl")
    assert '<html lang="ar" dir="rtl">' in seen(await client.get(PAGE))


async def test_a_retracted_entry_says_so_with_its_reason_once_and_its_text_struck(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    _with(reading, samples.entries()[2])
    html = seen(await client.get(PAGE))
    assert '<p class="mark">Retracted</p>' in html
    assert "<s>The dam has failed.</s>" in html
    assert html.count("The report was wrong.") == 1


async def test_breaking_key_and_summary_entries_are_marked(client: httpx.AsyncClient, reading: FakeReading) -> None:
    _with(reading, samples.entry(1, importance="breaking", key_event=True, kind="summary"))
    text = _text(seen(await client.get(PAGE)))
    assert "Breaking Key event Summary" in text


async def test_an_entry_is_marked_updated_from_updated_at_alone(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    _with(reading, samples.entry(1, revision=7))
    assert "Updated" not in seen(await client.get(PAGE)).partition("<article")[2]
    _with(reading, samples.entry(1, updated_at="2026-11-03T18:40:00Z"))
    assert "Updated 13:40 3 November 2026" in _text(seen(await client.get(PAGE)).partition("<article")[2])


async def test_corrections_are_shown_with_their_severity(client: httpx.AsyncClient) -> None:
    html = seen(await client.get(PAGE))
    assert "<b>Correction</b> <span>Two towns, not three.\nWe regret the error.</span>" in html


async def test_an_entry_without_headline_byline_or_source_has_no_empty_places(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    _with(reading, samples.entry(1))
    article = seen(await client.get(PAGE)).partition("<article")[2].partition("</article>")[0]
    for tag in ("<h2", "byline", "<footer", "Source link", "mark"):
        assert tag not in article


async def test_everything_a_newsroom_types_is_escaped(client: httpx.AsyncClient, reading: FakeReading) -> None:
    evil = '"><script>alert(1)</script>'
    person = {
        "name": evil,
        "role": evil,
        "place": evil,
        "url": f"https://x.example/{evil}",
        "avatar": f"https://x/{evil}",
    }
    _with(
        reading,
        samples.entry(
            1,
            headline=evil,
            authors=[person],
            source={"url": f"https://x.example/{evil}", "name": evil},
            tags=[{"slug": "x", "label": evil}],
            corrections=[{"text": evil, "at": "2026-11-03T18:00:00Z", "severity": "correction"}],
        ),
    )
    reading.state |= {"title": evil, "standfirst": evil, "about": {"name": evil, "place": evil, "start": None}}
    reading.state |= {"publisher": {"name": evil, "url": None, "logo": None}, "canonical_url": f"https://x/{evil}"}
    for path in (PAGE, "/"):
        assert "<script>alert" not in (await client.get(path)).text


async def test_addresses_that_are_not_of_the_web_are_no_links(client: httpx.AsyncClient, reading: FakeReading) -> None:
    bad = "javascript:alert(1)"
    person = {"name": "A", "url": bad, "avatar": bad}
    _with(reading, samples.entry(1, authors=[person], source={"url": bad, "name": None}))
    assert "javascript:" not in seen(await client.get(PAGE))


async def test_older_and_newer_pages_are_plain_links(client: httpx.AsyncClient, reading: FakeReading) -> None:
    base = "https://live.example/v1/stories/x/entries?limit=20&position="
    _with(reading, samples.entry(1), next=base + "n%2B1", prev=base + "p%2F1")
    html = seen(await client.get(PAGE))
    assert f'href="{PAGE}?position=n%2B1">Older updates</a>' in html
    assert f'href="{PAGE}?position=p%2F1" rel="prev" target="_self">Newer updates</a>' in html
    assert 'data-newest="no"' in html


async def test_the_newest_page_has_no_link_to_newer_ones(client: httpx.AsyncClient) -> None:
    html = seen(await client.get(PAGE))
    assert "Newer updates" not in html
    assert 'data-newest="yes"' in html


async def test_position_and_entry_are_handed_on(client: httpx.AsyncClient, reading: FakeReading) -> None:
    await client.get(PAGE, params={"position": "abc"})
    await client.get(PAGE, params={"entry": "e1"})
    assert reading.asked == [(samples.SLUG, "abc", None), (samples.SLUG, None, "e1")]


@pytest.mark.parametrize("query", [{"entry": "removed"}, {"position": "not-a-position"}])
async def test_a_link_to_what_is_not_there_any_more_shows_the_newest_and_says_so(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    answer = await client.get(PAGE, params=query)
    assert answer.status_code == 200
    assert "The update you followed is not available." in answer.text


async def test_hidden_and_unknown_stories_answer_alike(client: httpx.AsyncClient) -> None:
    first, second = [await client.get(f"/stories/{ref}") for ref in ("a-draft", "never-was")]
    assert first.status_code == 404
    assert first.content == second.content
    assert first.headers == second.headers
    assert first.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", [{}, {"entry": "e1"}])
async def test_a_withdrawn_story_is_said_to_be_gone(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await client.get("/stories/withdrawn", params=query)
    assert (answer.status_code, answer.headers["cache-control"]) == (410, "no-store")
    assert "This story has been withdrawn." in answer.text


async def test_the_page_of_a_story_that_has_ended_is_kept_longer(
    client: httpx.AsyncClient, reading: FakeReading
) -> None:
    assert "s-maxage=2," in (await client.get(PAGE)).headers["cache-control"]
    reading.state["status"] = "ended"
    assert "s-maxage=30," in (await client.get(PAGE)).headers["cache-control"]


async def test_another_name_of_the_story_redirects_to_its_own_and_keeps_the_query(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/stories/{samples.STORY_ID}?entry=e1")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"{PAGE}?entry=e1"


async def test_the_page_names_its_canonical_address(client: httpx.AsyncClient, reading: FakeReading) -> None:
    assert f'<link rel="canonical" href="{samples.URL}">' in seen(await client.get(PAGE))
    reading.state["canonical_url"] = "https://courier.example/storm"
    assert '<link rel="canonical" href="https://courier.example/storm">' in seen(await client.get(PAGE))


async def test_the_policy_lets_nothing_written_in_a_page_run(client: httpx.AsyncClient) -> None:
    for path in ("/", PAGE, "/stories/nope", "/newsroom", "/docs"):
        answer = await client.get(path)
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["base-uri"] == "'none'"
        data = r'<script type="application/ld\+json">[^<>&]*</script>'  # which no browser runs, and nothing in it ends
        assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=|<style", re.sub(data, "", answer.text))


async def test_any_site_may_frame_a_story_and_none_the_newsroom(client: httpx.AsyncClient) -> None:
    for path, who in (
        (PAGE, "frame-ancestors *"),
        ("/newsroom", "frame-ancestors 'none'"),
        ("/docs", "frame-ancestors 'none'"),
    ):
        answer = await client.get(path)
        assert who in answer.headers["content-security-policy"]
        assert "x-frame-options" not in answer.headers


async def test_a_page_the_browser_holds_already_is_304(client: httpx.AsyncClient, reading: FakeReading) -> None:
    first = await client.get(PAGE)
    again = await client.get(PAGE, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    reading.state["title"] = "Another"
    assert (await client.get(PAGE, headers={"If-None-Match": first.headers["etag"]})).status_code == 200


async def test_head_answers_as_get_without_a_body(client: httpx.AsyncClient) -> None:
    for path in ("/", PAGE, "/newsroom", "/docs"):
        for accepted in ("identity", "br"):
            headers = {"Accept-Encoding": accepted}
            head = await client.head(path, headers=headers)
            async with client.stream("GET", path, headers=headers) as got:
                raw = b"".join([part async for part in got.aiter_raw()])
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-length"] == str(len(raw))


async def test_the_front_page_lists_the_stories(client: httpx.AsyncClient) -> None:
    html = seen(await client.get("/"))
    assert (
        f'<a href="{PAGE}" target="_self" lang="en" dir="ltr">Storm reaches the coast: “the worst in forty years”</a>'
        in html
    )
    assert '<p class="live" data-status="live">Live</p>' in html


@pytest.mark.parametrize(
    ("status", "words"),
    [("upcoming", "Coming up"), ("paused", "Live, paused"), ("ended", "Ended"), ("archived", "Ended")],
)
async def test_the_front_page_says_how_each_story_goes(
    client: httpx.AsyncClient, reading: FakeReading, status: str, words: str
) -> None:
    reading.state["status"] = status
    assert f'<p class="live" data-status="{status}">{words}</p>' in seen(await client.get("/"))


async def test_a_story_without_entries_says_so(client: httpx.AsyncClient, reading: FakeReading) -> None:
    _with(reading)
    reading.state["entry_count"] = 0
    html = seen(await client.get(PAGE))
    assert '<p id="nothing-yet" class="notice">No updates yet.</p>' in html
    assert "0 updates" in html


async def test_the_newsrooms_page_is_kept_by_nobody_and_framed_by_nobody(client: httpx.AsyncClient) -> None:
    answer = await client.get("/newsroom")
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_the_api_page_loads_its_viewer_from_here(client: httpx.AsyncClient) -> None:
    html = (await client.get("/docs")).text
    assert 'data-openapi="/openapi.json"' in html
    for source in re.findall(r'(?:src|href)="([^"]+)"', html):
        assert source.startswith("/")
        if source not in {"/openapi.json", "/docs/messages"}:
            assert (await client.get(source)).status_code == 200
