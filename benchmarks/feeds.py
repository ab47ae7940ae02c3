"""What programs fetch again and again, feeds and markup for search engines, against a bare route of the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from benchmarks.bare_routes import write_answers
from benchmarks.figures import Table
from benchmarks.reading import Case, ask, compare, figures_of
from benchmarks.requests import entry_text
from benchmarks.servers import Running, bare_routes, liveblog

ENTRIES = 60
"""More than a feed shows unless it is set to show more."""


def measure_feeds(folder: Path, *, long: bool) -> Table:
    """Measure answers a second and the CPU of each, ours beside the bare route's, in interleaved pairs."""
    with liveblog(folder) as server:
        place = f"{write_story(server)}/feed"
        atom = ask(server, f"{place}.atom", {})
        documents = {
            "atom": Document(f"{place}.atom"),
            "rss": Document(f"{place}.rss"),
            "json": Document(f"{place}.json"),
            "atom, gzip": Document(f"{place}.atom", {"Accept-Encoding": "gzip"}),
            "atom, 304": Document(f"{place}.atom", {"If-None-Match": atom.headers["etag"]}, 304),
        }
        title = f"GET of a story's feed of {len(atom.body):,} bytes"
        note = (
            "A feed is made once for each state of its story and kept; what is measured is sending it, through FastAPI "
            "as every page."
        )
        return compare_documents(server, folder, documents, title=title, note=note, long=long)


def measure_markup(folder: Path, *, long: bool) -> Table:
    """Measure what search engines and networks fetch, ours beside the bare route's, in interleaved pairs."""
    with liveblog(folder) as server:
        place = write_story(server, key_events=True)
        data = f"/v1{place}/structured-data"
        read = ask(server, data, {})
        state = server.ask("GET", f"/v1{place}")
        entry, address = state["timeline"]["items"][0]["id"], state["url"]
        documents = {
            "structured data": Document(data),
            "structured data, 304": Document(data, {"If-None-Match": read.headers["etag"]}, 304),
            "the story's page": Document(place),
            "an entry's page": Document(f"{place}/entries/{entry}"),
            "oEmbed": Document(f"/oembed?url={quote(address, safe='')}"),
            "sitemap": Document("/sitemaps/stories-1.xml"),
        }
        title = f"GET of what is found of a story; its structured data has {len(read.body):,} bytes"
        note = (
            "Structured data and sitemaps are made once for each state and kept; the pages are drawn for each request, "
            "the story's with the same structured data in it."
        )
        return compare_documents(server, folder, documents, title=title, note=note, long=long)


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it is asked for, and the status it is answered with."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


def compare_documents(
    server: Running, folder: Path, documents: Mapping[str, Document], *, title: str, note: str, long: bool
) -> Table:
    """Compare each document with a bare route that returns the same bytes."""
    pairs, requests = (31, 2_000) if long else (11, 500)
    cases = {
        name: Case(f"case-{number}" if number else "identity", each.headers, each.status)
        for number, (name, each) in enumerate(documents.items())
    }
    answers = folder / "answers.json"
    write_answers(
        answers,
        {f"/{case.name}": ask(server, documents[name].path, case.headers) for name, case in cases.items()},
    )
    with bare_routes(folder, answers) as bare:
        found = {
            name: compare(server, documents[name].path, bare, case, pairs=pairs, requests=requests)
            for name, case in cases.items()
        }
    figures = [
        figure for name, case in cases.items() for figure in figures_of(replace(case, name=name), found[name], bar=None)
    ]
    return Table(title, tuple(figures), (f"{pairs} interleaved pairs of {requests:,} requests; medians. {note}",))


def write_story(server: Running, *, key_events: bool = False) -> str:
    """Write a story of as many entries as no feed shows; return the path of its page."""
    story = server.ask("POST", "/v1/stories", {"title": "Election night"})
    for number in range(ENTRIES):
        text = f"{entry_text(number)}\n\n{entry_text(number + 1)}"
        entry = {"text": text, "key_event": key_events and number % 3 == 0}
        server.ask("POST", f"/v1/stories/{story['id']}/entries", entry)
    return f"/stories/{story['slug']}"
