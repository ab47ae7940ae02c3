"""Importing the files of every source into an application: twice, after a kill anywhere, beside the old system."""

from __future__ import annotations

import json
import random
import re
from itertools import count as count_up
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.cli.control import Refused
from app.importers.foreign import FileBroken, SourceFile
from app.importers.sources import Source
from app.newsroom.imports import taking_in
from tests.cli.imports import Imports, Killed, importing
from tests.importers.files import (
    attributed,
    live_blog_posting,
    made_file,
    page_with,
    superdesk_post,
    superdesk_text,
    wxr,
    wxr_comment,
    wxr_post,
)

pytestmark = pytest.mark.anyio


def _wordpress(*more: str, text: str = "Turnout is 61 %.") -> list[SourceFile]:
    comments = [
        wxr_comment(101, "2026-11-03 20:00:00", text),
        wxr_comment(102, "2026-11-03 20:01:00", text, replaces=101),
        wxr_comment(103, "2026-11-03 20:02:00", "/key The <b>first</b> result."),
    ]
    return [made_file("site.xml", wxr(wxr_post(*comments, *more)))]


FEED: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Storm",
    "home_page_url": "https://harbour.example/storm",
    "items": [
        {"id": f"e{n}", "content_html": f"<p>{n}</p>", "date_published": f"2026-11-03T20:{n:02}:00Z"} for n in range(9)
    ],
}
EVENT = {
    "_type": "Tik::Model::Event",
    "_id": "5f1",
    "created_at": 1_793_736_000,
    "event_info": {"attributes_json": attributed("Goal!")},
}
FILES: dict[Source, list[SourceFile]] = {
    Source.WORDPRESS: _wordpress(),
    Source.SUPERDESK: [made_file("p.json", {"_items": [superdesk_post(n, superdesk_text(f"{n}.")) for n in range(3)]})],
    Source.LIVEBLOG24: [
        made_file("n.json", {"data": {"news": [{"nid": "7", "contents": "<p>Seven.</p>", "created": 1_793_736_000}]}})
    ],
    Source.TICKAROO: [made_file("t.json", {"_id": "5e1", "title": "Final", "events": [EVENT]})],
    Source.JSON_FEED: [made_file("f.json", FEED)],
    Source.JSON_LD: [
        made_file(
            "p.html", page_with(live_blog_posting({"headline": "Hello", "datePublished": "2026-11-03T20:00:00Z"}))
        )
    ],
    Source.CSV: [
        made_file(
            "night.csv",
            "id,time,text,status,reason\n1,2026-11-03T20:00:00Z,One,,\n2,2026-11-03T20:01:00Z,Two,retracted,Wrong.\n",
        )
    ],
}


async def test_files_of_every_source_are_brought_and_a_second_run_changes_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with importing(sqlite_url, tmp_path) as imports:
        for source, files in FILES.items():
            await imports.run(source, files, leaves_out=False)
            added = imports.counts[0]
            [report] = imports.reports
            [result] = imports.results
            assert (added, report.plan) == (report.entries, {"new": report.entries}), source
            before = await imports.public_entries(result.outcome.slug)
            assert len(before) == report.entries, source
            await imports.run(source, files)
            assert imports.counts == (0, 0, report.entries, 0), source
            assert imports.reports[0].plan == {"same": report.entries}
            assert await imports.public_entries(result.outcome.slug) == before, source


async def test_an_entry_has_its_times_its_history_and_its_place(sqlite_url: str, tmp_path: Path) -> None:
    async with importing(sqlite_url, tmp_path) as imports:
        await imports.run(Source.WORDPRESS, _wordpress())
        entries = await imports.public_entries("election-night")
        story = (await imports.server.client.get("/v1/stories/election-night")).json()
    first, second = entries
    assert (first["published_at"], first["updated_at"]) == ("2026-11-03T20:00:00.000Z", "2026-11-03T20:01:00.000Z")
    assert (second["key_event"], second["body_html"]) == (True, "<p>The <b>first</b> result.</p>")
    assert [author["name"] for author in first["authors"]] == ["Maya Lindt"]
    assert (story["status"], story["canonical_url"]) == ("ended", "https://harbour.example/2026/11/election-night/")
    assert story["coverage_start"] == "2026-11-03T20:00:00.000Z"


async def test_beside_the_old_system_a_later_run_brings_what_is_new_edited_and_removed_there(
    database_url: str, tmp_path: Path
) -> None:
    async with importing(database_url, tmp_path) as imports:
        await imports.run(Source.WORDPRESS, _wordpress(), status="live")
        edit = wxr_comment(110, "2026-11-03 20:30:00", "Turnout is 63 %.", replaces=101)
        gone = wxr_comment(111, "2026-11-03 20:31:00", "", replaces=103)
        new = wxr_comment(112, "2026-11-03 20:32:00", "New.")
        await imports.run(Source.WORDPRESS, _wordpress(edit, gone, new), status="live")
        assert imports.reports[0].plan == {"new": 1, "changed": 1, "removed": 1}
        assert imports.counts == (1, 1, 0, 1)
        texts = [entry["body_html"] for entry in await imports.public_entries("election-night")]
        assert texts == ["<p>Turnout is 63 %.</p>", "<p>New.</p>"]
        await imports.run(Source.WORDPRESS, _wordpress(edit, gone, new), status="live")
        assert imports.counts == (0, 0, 2, 0)


async def test_what_was_edited_here_is_left_alone_and_said(sqlite_url: str, tmp_path: Path) -> None:
    async with importing(sqlite_url, tmp_path) as imports:
        await imports.run(Source.WORDPRESS, _wordpress(), status="live")
        page = (await imports.server.client.get("/v1/stories/election-night/entries")).json()
        newest = page["items"][0]
        path = f"/v1/stories/election-night/entries/{newest['id']}"
        edited = await imports.server.admin.patch(path, json={"text": "By hand."}, headers={"If-Match": "*"})
        assert edited.status_code == 200, edited.text
        gone = wxr_comment(111, "2026-11-03 20:31:00", "", replaces=103)
        await imports.run(Source.WORDPRESS, _wordpress(gone), status="live")
        [result] = imports.results
        assert result.outcome.left_alone == [("103", "it was removed there, and edited here")]
        assert (await imports.public_entries("election-night"))[1]["body_html"] == "<p>By hand.</p>"


@pytest.mark.parametrize("everywhere", [False, pytest.param(True, marks=pytest.mark.slow)])
async def test_a_command_that_is_killed_at_any_call_and_run_again_brings_the_same(
    *, everywhere: bool, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the calls were made, half were not; the second run is killed, too, the third is let finish."""
    # A slice ends after so many looks at the time, whatever the machine: each run makes as many calls as the first.
    clock = count_up(0.0, taking_in.SLICE_SECONDS / 30)
    monkeypatch.setattr(taking_in, "time", SimpleNamespace(monotonic=clock.__next__))
    count = 405 if everywhere else 205
    item, seeded = FEED["items"][0], random.Random(7)
    times = [f"2026-11-03T{18 + n // 60:02}:{n % 60:02}:00+08:00" for n in range(240)] * 2
    items = [{**item, "id": f"e{n}", "date_published": times[n]} for n in range(count)]
    async with importing(sqlite_url, tmp_path) as imports:
        files = [made_file("f.json", {**FEED, "items": items, "home_page_url": "https://a.example/whole"})]
        await imports.run(Source.JSON_FEED, files)
        calls, expected = imports.calls, await imports.public_entries(imports.results[0].outcome.slug)
        assert len(expected) == count
        places = range(1, calls) if everywhere else seeded.sample(range(2, calls), 2)
        for killed_at in places:
            address = f"https://a.example/{killed_at}"
            files = [made_file("f.json", {**FEED, "items": items, "home_page_url": address})]
            for at in (killed_at, seeded.randrange(1, calls)):
                imports.calls, imports.killed_at = 0, at
                with pytest.raises(Killed):
                    await imports.run(Source.JSON_FEED, files)
                assert await _public_counts(imports) <= {count, None}
            imports.killed_at = None
            await imports.run(Source.JSON_FEED, files)
            assert await imports.public_entries(imports.results[0].outcome.slug) == expected, killed_at


async def _public_counts(imports: Imports) -> set[int | None]:
    """Return how many entries readers see of each story there is; None where they do not know of it."""
    counts: set[int | None] = set()
    for story in (await imports.server.admin.get("/v1/newsroom/stories?limit=100")).json()["items"]:
        answer = await imports.server.client.get(f"/v1/stories/{story['id']}")
        counts.add(answer.json()["entry_count"] if answer.status_code == 200 else None)
    return counts


@pytest.mark.parametrize(
    ("source", "file"),
    [
        (Source.WORDPRESS, made_file("a.xml", wxr(wxr_post(wxr_comment(1, "2026-11-03 20:00:00", "One.")))[:-60])),
        (Source.JSON_FEED, made_file("a.json", json.dumps(FEED)[:-40])),
        (Source.CSV, made_file("a.csv", 'id,time,text\n1,2026-11-03T20:00:00Z,One\n2,2026-11-03T20:00:00Z,"Two')),
        (Source.CSV, made_file("a.csv", "id,time,text\n1,2026-11-03T20:00:00Z,One\n2,0001-01-01,Two\n")),
    ],
)
async def test_of_a_file_that_lies_in_its_last_line_nothing_is_there(
    source: Source, file: SourceFile, sqlite_url: str, tmp_path: Path
) -> None:
    async with importing(sqlite_url, tmp_path) as imports:
        with pytest.raises((FileBroken, Refused)):
            await imports.run(source, [file])
        for path in ("/v1/newsroom/stories", "/v1/stories"):
            assert (await imports.server.admin.get(path)).json()["items"] == []


async def test_entries_that_cannot_be_brought_are_left_out_where_that_is_said(sqlite_url: str, tmp_path: Path) -> None:
    text = "id,time,text\n1,2026-11-03T20:00:00Z,One\n2,0001-01-01,Two\n"
    async with importing(sqlite_url, tmp_path) as imports:
        with pytest.raises(Refused, match="1 entries cannot be"):
            await imports.run(Source.CSV, [made_file("a.csv", text)])
        await imports.run(Source.CSV, [made_file("a.csv", text)], leaves_out=True)
        assert imports.counts == (1, 0, 0, 0)


async def test_of_several_live_blogs_those_are_brought_that_are_said(sqlite_url: str, tmp_path: Path) -> None:
    files = [
        made_file(f"{name}.csv", f"id,time,text\n1,2026-11-03T20:00:00Z,{name}\n") for name in ("one", "two", "three")
    ]
    async with importing(sqlite_url, tmp_path) as imports:
        with pytest.raises(Refused, match="There are 3 live blogs: say --all"):
            await imports.run(Source.CSV, files, takes_all=False)
        with pytest.raises(Refused, match="no live blog 'four'"):
            await imports.run(Source.CSV, files, stories=frozenset({"one", "four"}))
        await imports.run(Source.CSV, files, stories=frozenset({"two"}), title="The second")
        assert [story["title"] for story in (await imports.server.client.get("/v1/stories")).json()["items"]] == [
            "The second"
        ]
        await imports.run(Source.CSV, files)
        assert len(imports.results) == 3
        kept = (await imports.server.client.get(f"/v1/stories/{imports.results[1].outcome.slug}")).json()
        assert kept["title"] == "The second"


def _saved_page(name: str, *updates: tuple[int, str], more: tuple[dict[str, str], ...] = ()) -> SourceFile:
    written = [
        {"headline": f"At {minute}", "articleBody": text, "datePublished": f"2026-11-03T20:{minute:02}:00Z"}
        for minute, text in updates
    ]
    return made_file(name, page_with(live_blog_posting(*written, *more)))


async def test_a_live_blog_that_has_ended_is_brought_whole_out_of_several_files_and_stays_as_it_is(
    sqlite_url: str, tmp_path: Path
) -> None:
    files = [_saved_page("1.html", (1, "One."), (2, "Two.")), _saved_page("2.html", (2, "Two, edited."), (3, "Three."))]
    async with importing(sqlite_url, tmp_path) as imports:
        for counts in ((3, 0, 0, 0), (0, 0, 3, 0)):
            await imports.run(Source.JSON_LD, files)
            assert imports.counts == counts
            assert imports.results[0].outcome.left_alone == []
        shown = await imports.public_entries(imports.results[0].outcome.slug)
        assert [entry["body_html"] for entry in shown] == ["<p>One.</p>", "<p>Two, edited.</p>", "<p>Three.</p>"]


async def test_what_cannot_be_brought_of_any_file_of_a_live_blog_is_counted(sqlite_url: str, tmp_path: Path) -> None:
    wrong = {"headline": "Soon", "articleBody": "Soon.", "datePublished": "soon"}
    files = [_saved_page("1.html", (1, "One."), more=(wrong,)), _saved_page("2.html", (1, "One."), (2, "Two."))]
    async with importing(sqlite_url, tmp_path) as imports:
        with pytest.raises(Refused, match="1 entries cannot be"):
            await imports.run(Source.JSON_LD, files)


async def test_two_files_that_would_be_one_live_blog_are_refused(sqlite_url: str, tmp_path: Path) -> None:
    files = [
        made_file(f"{folder}/night.csv", f"id,time,text\n1,2026-11-03T20:00:00Z,{folder}\n") for folder in ("a", "b")
    ]
    async with importing(sqlite_url, tmp_path) as imports:
        with pytest.raises(Refused, match="what is broken"):
            await imports.run(Source.CSV, files)
        assert "broken: b/night.csv: Another live blog of these files has the id night, too: a/night.csv." in "\n".join(
            imports.reports[1].lines()
        )
        assert (await imports.server.admin.get("/v1/newsroom/stories")).json()["items"] == []


async def test_stories_whose_slug_is_taken_get_a_longer_one_and_the_report_says_so_before(
    database_url: str, tmp_path: Path
) -> None:
    [ours] = _wordpress()
    text = ours.open().read().decode()
    files = [
        made_file(f"{name}.xml", text.replace("https://harbour.example", f"https://{name}.example"))
        for name in ("first", "second")
    ]
    async with importing(database_url, tmp_path) as imports:
        await imports.server.admin.post("/v1/stories", json={"title": "Ours", "slug": "election-night"})
        await imports.run(Source.WORDPRESS, files)
        said = [[problem.sentence for problem in report.problems] for report in imports.reports]
        assert said == [["Another story has, or had, the slug election-night: this one gets a longer one."]] * 2
        slugs = [result.outcome.slug for result in imports.results]
        assert all(re.fullmatch(r"election-night-[a-z0-9]{6}", slug) for slug in slugs)
        assert [len(await imports.public_entries(slug)) for slug in slugs] == [2, 2]
        assert (await imports.server.client.get("/v1/stories/election-night")).json()["title"] == "Ours"
        await imports.run(Source.WORDPRESS, files)
        assert [result.outcome.slug for result in imports.results] == slugs
        assert [report.problems for report in imports.reports] == [[], []]
