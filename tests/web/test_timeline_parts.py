"""The parts of a timeline that a page shows, as links that work without scripts, and what stands above the entries."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.reading.page_reads import WantedPage
from app.web.timeline_parts import MAX_TAGS, offered_tags, part_shown, query_of, wanted_page
from tests.web import samples
from tests.web.site import FakeReading, client_of, seen

PAGE = f"/stories/{samples.SLUG}"


def _tagged(number: int, *slugs: str) -> dict[str, Any]:
    return samples.entry(number, tags=[{"slug": slug, "label": slug.title()} for slug in slugs])


def test_a_query_names_the_part_and_each_page_of_it_keeps_the_query() -> None:
    wanted = wanted_page({"only": "key", "tag": "Größe", "order": "oldest"}, position="p", entry=None)
    assert wanted == WantedPage(position="p", key_events=True, tag="Größe", oldest_first=True)
    assert query_of(wanted, position="a/b") == "?only=key&tag=grosse&order=oldest&position=a%2Fb"
    assert query_of(wanted, only=None, tag=None, order=None) == ""
    request = wanted.request()
    assert (request.order, request.only.key_event, request.only.labels) == ("oldest", True, ("tag:grosse",))
    assert dict(request.parameters) == {"order": "oldest", "key_event": "true", "tag": "grosse"}
    assert part_shown(wanted_page({"tag": "Größe"}, position=None, entry=None)) == "tag:grosse"


def test_an_entry_that_is_linked_to_is_shown_among_all_others() -> None:
    wanted = wanted_page({"only": "key", "order": "oldest"}, position="p", entry="e")
    assert wanted == WantedPage(around="e")
    assert wanted_page({"only": "nothing", "tag": "", "order": "x"}, position=None, entry="").is_first


def test_the_tags_to_choose_by_are_the_most_frequent_and_the_chosen_one() -> None:
    entries = [_tagged(number, "often", *(["rare"] if number == 3 else []), f"once-{number}") for number in range(9)]
    offered = [slug for slug, _ in offered_tags(entries, "rare")]
    assert len(offered) == MAX_TAGS
    assert {"often", "rare"} <= set(offered)
    assert offered == sorted(offered)
    assert offered_tags([], "gone") == [("gone", "gone")]


@pytest.mark.anyio
async def test_a_page_leads_to_its_parts_and_says_which_it_is() -> None:
    reading = FakeReading()
    reading.state = samples.story(
        timeline={"items": [_tagged(1, "a")], "next": "https://x/?position=n", "prev": "https://x/?position=p"}
    )
    async with client_of(reading) as client:
        html = seen(await client.get(PAGE, params={"only": "key"}))
        oldest = seen(await client.get(PAGE, params={"order": "oldest"}))
    parts = re.search(r'<nav id="parts".*?</nav>', html, re.DOTALL)
    assert parts is not None
    found = re.findall(r'href="([^"]*)" target="_self"( aria-current="true")?>([^<]*)<', parts[0])
    assert found == [
        (PAGE, "", "All"),
        (f"{PAGE}?only=key", ' aria-current="true"', "Key events"),
        (f"{PAGE}?tag=a", "", "A"),
        (f"{PAGE}?only=key&amp;order=oldest", "", "From the start"),
    ]
    assert 'data-part="key"' in html
    assert f'href="{PAGE}?only=key&amp;position=n">Older updates</a>' in html
    assert f'href="{PAGE}?only=key&amp;position=p" rel="prev" target="_self">Newer updates</a>' in html
    assert f'href="{PAGE}?order=oldest&amp;position=n" rel="next" target="_self">Newer updates</a>' in oldest
    assert f'href="{PAGE}?order=oldest&amp;position=p">Older updates</a>' in oldest
    assert f'<a class="order-link" href="{PAGE}" target="_self">Newest first</a>' in oldest
    assert 'data-newest="no" data-oldest-first' in oldest


@pytest.mark.anyio
async def test_the_summary_and_the_key_events_stand_above_the_entries() -> None:
    reading = FakeReading()
    async with client_of(reading) as client:
        html = seen(await client.get(PAGE))
        assert re.search(r'<section id="summary"[^>]* hidden>', html)
        assert re.search(r'<section id="key-events"[^>]* hidden>', html)
        reading.summary = samples.entry(9, headline="All <in> all", body_html="<p>It is over.</p>")
        reading.key_events = [samples.entry(8, headline=None, body_html="<p>The dam <b>holds</b>.</p>")]
        html = seen(await client.get(PAGE))
    order = ["<h3>All &lt;in&gt; all</h3>", "<p>It is over.</p>", "The dam holds.</a>", '<section id="timeline"']
    assert sorted(order, key=html.index) == order
