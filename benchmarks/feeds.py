"""A story's feeds, which programs fetch again and again, against a bare route that returns the same bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.bare_routes import write_answers
from benchmarks.figures import Table
from benchmarks.reading import Case, ask, compare, figures_of
from benchmarks.requests import entry_text
from benchmarks.servers import Running, bare_routes, liveblog

ENTRIES = 60
"""More than a feed shows unless it is set to show more."""


def measure_feeds(folder: Path, *, long: bool) -> Table:
    """Measure answers a second and the CPU of each, ours beside the bare route's, in interleaved pairs."""
    pairs, requests = (31, 2_000) if long else (11, 500)
    with liveblog(folder) as server:
        place = _write_story(server)
        atom = ask(server, f"{place}.atom", {})
        cases = {
            "atom": Case("identity", {}, 200),
            "rss": Case("rss", {}, 200),
            "json": Case("json", {}, 200),
            "atom, gzip": Case("gzip", {"Accept-Encoding": "gzip"}, 200),
            "atom, 304": Case("304", {"If-None-Match": atom.headers["etag"]}, 304),
        }
        paths = {name: f"{place}.{name.partition(',')[0]}" for name in cases}
        answers = folder / "answers.json"
        write_answers(
            answers, {f"/{case.name}": ask(server, paths[name], case.headers) for name, case in cases.items()}
        )
        with bare_routes(folder, answers) as bare:
            found = {
                name: compare(server, paths[name], bare, case, pairs=pairs, requests=requests)
                for name, case in cases.items()
            }
    figures = [
        figure for name, case in cases.items() for figure in figures_of(replace(case, name=name), found[name], bar=None)
    ]
    return Table(
        f"GET of a story's feed of {len(atom.body):,} bytes",
        tuple(figures),
        (
            f"{pairs} interleaved pairs of {requests:,} requests; medians. A feed is made once for each state of its "
            "story and kept; what is measured is sending it, through FastAPI as every page.",
        ),
    )


def _write_story(server: Running) -> str:
    story = server.ask("POST", "/v1/stories", {"title": "Election night"})
    for number in range(ENTRIES):
        text = f"{entry_text(number)}\n\n{entry_text(number + 1)}"
        server.ask("POST", f"/v1/stories/{story['id']}/entries", {"text": text})
    return f"/stories/{story['slug']}/feed"
