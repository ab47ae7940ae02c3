"""Stories with an attack in every text that the API takes, for the pages that show them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from tests.browser.newsroom_server import Newsroom
from tests.content.vectors import addresses, in_one_line

Json = dict[str, Any]
AMONG_MANY = 20
"""As many authors and tags as an entry may have."""

PICTURE = "https://pictures.example/a.jpg"


@dataclass(slots=True)
class Attacks:
    """The attacks of one run, handed out again and again so that each kind of place gets all of them in turn."""

    every: list[str]
    entries: int = 18
    """How many a story has: all are on the first page of it."""
    in_a_body: int = 120
    """How many attacks the body of one has; each entry writes its body in one of three ways."""
    _taken: Counter[str] = field(default_factory=Counter)

    def take(self, place: str) -> str:
        """Return the next one for this kind of place."""
        self._taken[place] += 1
        return self.every[(self._taken[place] - 1) % len(self.every)]

    def times(self, place: str) -> int:
        """Return how many were taken for this kind of place."""
        return self._taken[place]

    def line(self, place: str, most: int = 300) -> str:
        """Return the next one, as a line of at most so many characters."""
        return in_one_line(self.take(place), most)

    def text(self, place: str) -> str:
        """Return the next one, as a text of several lines that says something."""
        return f"x {self.take(place)}"


def write_story(newsroom: Newsroom, attacks: Attacks, **fields: Any) -> Json:
    """Write a story whose every text is an attack."""
    line, text = attacks.line, attacks.text
    picture = {"url": PICTURE, "alt": text("alt"), "caption": text("caption"), "credit": line("credit")}
    return newsroom.make_story(
        title=line("title"),
        standfirst=text("standfirst"),
        section=line("section"),
        intro={"html": "".join(attacks.take("intro") for _ in range(10))},
        authors=[line("author name"), author(attacks)],
        sponsor={"name": line("sponsor"), "url": "https://pictures.example/", "label": line("label", 60)},
        seo={"title": line("seo title"), "description": text("seo description"), "image": picture},
        publisher={"name": line("publisher"), "url": "https://pictures.example/", "logo": PICTURE},
        about={"name": line("about"), "place": line("about place"), "start": "2026-11-03T18:00:00Z"},
        tags=[{"slug": f"tag-{at}", "label": line("tag", 100)} for at in range(AMONG_MANY)],
        image=picture,
        **fields,
    )


def author(attacks: Attacks) -> Json:
    """Return an author every word of whom is an attack."""
    return {name: attacks.line(f"author {name}") for name in ("name", "role", "place")} | {
        "id": attacks.line("author id", 100)
    }


def entries(attacks: Attacks) -> list[Json]:
    """Return drafts of a story's entries, each with a body of attacks and attacks in all of its other texts."""
    bodies = cycle((_as_html, _as_markdown, _as_blocks))
    return [
        next(bodies)(attacks)
        | {
            "headline": attacks.line("headline"),
            "label": attacks.line("label", 60),
            "authors": [author(attacks) for _ in range(AMONG_MANY)],
            "source": {"url": "https://pictures.example/", "name": attacks.line("source")},
            "tags": [{"slug": f"t{at}", "label": attacks.line("tag", 100)} for at in range(AMONG_MANY)],
            "key_event": at % 4 == 0,
            "kind": "summary" if at % 10 == 0 else "update",
        }
        for at in range(attacks.entries)
    ]


def _as_html(attacks: Attacks) -> Json:
    return {"html": "<hr>\n".join(attacks.text("html") for _ in range(attacks.in_a_body))}


def _as_markdown(attacks: Attacks) -> Json:
    return {"text": "\n\n".join(attacks.text("markdown") for _ in range(attacks.in_a_body))}


def _as_blocks(attacks: Attacks) -> Json:
    line, text = attacks.line, attacks.text
    about = {"caption": text("caption"), "credit": line("credit")}
    every: list[Json] = [
        {"type": "heading", "text": line("heading")},
        {"type": "list", "items": [{"html": text("item"), "items": [{"html": text("item")}]}]},
        {"type": "quote", "html": text("quote"), "who": line("who"), "role": line("role")},
        {"type": "code", "text": text("code")},
        {"type": "image", "url": PICTURE, "alt": text("alt"), **about},
        {"type": "video", "url": "https://pictures.example/film.mp4", **about},
        {"type": "audio", "url": "https://pictures.example/sound.mp3", **about},
        {"type": "embed", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "title": line("embed")},
        {"type": "embed", "url": "https://vm.tiktok.com/ZMabcdefg/", "title": line("embed")},
        {"type": "link_card", "url": "https://pictures.example/", "title": line("card"), "description": text("card")},
        {"type": "table", "caption": text("table"), "rows": [[{"html": text("cell")}, {"html": text("cell")}]]},
    ]
    return {"blocks": every + [{"type": "paragraph", "html": text("paragraph")} for _ in range(attacks.in_a_body)]}


def with_addresses(count: int) -> list[Json]:
    """Return drafts of entries, each with an attack in one of the addresses that an entry takes; most are refused."""
    made: list[Json] = []
    for number, address in enumerate(addresses(count)):
        places: list[Json] = [
            {"source": {"url": address}},
            {"authors": [{"name": "Ada", "avatar": address}]},
            {"authors": [{"name": "Ada", "url": address}]},
            {"html": f"<a href='{address}'>x</a><img src='{address}'><video src='{address}'></video>"},
            {"text": f"[x]({address})\n\n![x]({address})\n\n{address}\n"},
            {"blocks": [{"type": "image", "url": address}]},
            {"blocks": [{"type": "video", "url": "https://pictures.example/film.mp4", "poster": address}]},
            {"blocks": [{"type": "embed", "url": address}]},
            {"blocks": [{"type": "link_card", "url": "https://pictures.example/", "image": address}]},
            {"blocks": [{"type": "quote", "html": "x", "url": address}]},
        ]
        made.append({"headline": f"Address {number}"} | places[number % len(places)])
    return made


def publish_all(newsroom: Newsroom, story: Json, drafts: list[Json]) -> tuple[list[Json], int]:
    """Write entries in batches. Returns those that were published, and how many were refused."""
    published: list[Json] = []
    for start in range(0, len(drafts), AMONG_MANY):
        answer = newsroom.client.post(
            f"/v1/stories/{story['id']}/entries:batch", json={"items": drafts[start : start + AMONG_MANY]}
        )
        assert answer.is_success, answer.text[:400]
        results = answer.json()["items"]
        published += [each["entry"] for each in results if "entry" in each]
    return published, len(drafts) - len(published)
