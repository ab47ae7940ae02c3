"""Each public member of a story and its entries is drawn on the reader's page, or it is said here why it is not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.domain.icons import ICONS
from app.web.assets import STATIC_FOLDER
from app.wire.shapes import blocks, public
from app.wire.shapes.answer import Answer
from tests.web import samples
from tests.web.site import FakeReading, client_of, seen

pytestmark = pytest.mark.anyio
OTHER = "6f6d1c9e-1f0e-4a53-9f2b-0d2f6b8c1a99"
ENTRY = samples.entry(1)["id"]
LEAD = {
    "url": "https://pictures.example/lead.jpg",
    "alt": "A tree",
    "html": '<figure class="lb-image"><img src="https://x.example/lead.jpg" alt="A tree" loading="lazy"></figure>',
}
MOMENT = "2031-05-06T07:08:00.000Z"

STORY: dict[str, tuple[Any, str]] = {
    "id": (OTHER, OTHER),
    "title": ("The title itself", "<h1>The title itself</h1>"),
    "standfirst": ("What stands first", '<p class="standfirst">What stands first</p>'),
    "intro": (
        {"html": "<p>It <b>rains</b>.</p>", "blocks": []},
        '<div class="body intro"><p>It <b>rains</b>.</p></div>',
    ),
    "authors": (
        [{"name": "Ana Sousa", "role": "Reporter", "url": "https://herald.example/ana"}],
        '<p class="byline"><span><a href="https://herald.example/ana" rel="noopener">Ana Sousa</a> <small>',
    ),
    "sponsor": (
        {"name": "The Bank", "url": "https://bank.example/", "label": None},
        'Sponsored by <a href="https://bank.example/" rel="sponsored noopener">The Bank</a></p>',
    ),
    "seo": ({"title": "Found by this", "description": None, "image": None}, "<title>Found by this – "),
    "language": ("pt-BR", 'lang="pt-BR"'),
    "direction": ("rtl", 'dir="rtl"'),
    "time_zone": ("Asia/Tokyo", "Times: Tokyo"),
    "publisher": ({"name": "The Herald", "url": "https://herald.example/", "logo": None}, ">The Herald</a>"),
    "about": ({"name": "Storm Berta", "place": "Porto", "start": MOMENT}, "<span>Storm Berta, Porto, <time "),
    "canonical_url": ("https://herald.example/storm", '<link rel="canonical" href="https://herald.example/storm">'),
    "section": ("Weather", '<p class="section">Weather</p>'),
    "tags": ([{"slug": "wind", "label": "Wind"}], "<li>Wind</li>"),
    "image": (LEAD, 'alt="A tree" fetchpriority="high"'),
    "coverage_start": (MOMENT, f'Started <time datetime="{MOMENT}"'),
    "coverage_end": (MOMENT, f'Ended <time datetime="{MOMENT}"'),
    "continues": (OTHER, "Earlier: <a "),
    "continued_by": (OTHER, "Continued in: <a "),
    "pinned": ([{"entry": ENTRY, "until": None}], '<section id="pinned" class="above-timeline" aria-label="Pinned">'),
    "key_points": ([{"text": "It is wet.", "entry": None}], "<li>It is wet.</li>"),
    "status": ("paused", "Live updates, paused"),
    "head": ("k3xxxxxx.77.aaaaaa", 'data-head="k3xxxxxx.77.aaaaaa"'),
    "entry_count": (71, "71 updates"),
    "last_entry_at": (MOMENT, f'Updated <time datetime="{MOMENT}"'),
    "timeline": ({"items": [samples.entry(9)], "next": None, "prev": None}, "Update number 9."),
    "comments": ({"mode": "moderated", "url": None}, '<h3 id="leave-a-reply">Leave a reply</h3>'),
    "comment_count": (71, "71 replies"),
    "comment_counts": ({ENTRY: 61}, ">61 replies</a>"),
    "included": ([samples.entry(8, body_html="<p>Included.</p>")], "Included."),
}
ENTRIES: dict[str, tuple[Any, str]] = {
    "id": (OTHER, f'href="?entry={OTHER}#entry-{OTHER}"'),
    "revision": (31, 'data-revision="31"'),
    "status": ("retracted", '<p class="mark">Retracted</p>'),
    "kind": ("summary", '<p class="mark">Summary</p>'),
    "key_event": (True, '<p class="mark">Key event</p>'),
    "importance": ("breaking", '<p class="mark">Breaking</p>'),
    "headline": ("The headline itself", "<h2>The headline itself</h2>"),
    "label": ("67′", '<p class="label">67′</p>'),
    "icon": ("red_card", '<span class="icon icon-red_card" role="img" aria-label="Red card"></span></p>'),
    "authors": (
        [{"name": "Ana Sousa", "role": "Reporter", "place": "Porto", "url": "https://herald.example/ana"}],
        '<a href="https://herald.example/ana" rel="noopener">Ana Sousa</a> <small>Reporter, Porto</small>',
    ),
    "source": ({"url": "https://first.example/a", "name": "First"}, "Source link</a> <small>First</small>"),
    "tags": ([{"slug": "wind", "label": "Wind"}], '<li data-slug="wind">Wind</li>'),
    "time": (MOMENT, f'<time datetime="{MOMENT}"'),
    "updated_at": (MOMENT, f'Updated <time datetime="{MOMENT}"'),
    "sort_key": ("00000077", 'data-sort-key="00000077"'),
    "corrections": (
        [{"text": "It was so.", "at": MOMENT, "severity": "clarification"}],
        f'<b>Clarification</b> <span>It was so.</span> <time datetime="{MOMENT}"',
    ),
    "body_html": ("<p>The body itself.</p>", "<p>The body itself.</p>"),
}
NOT_DRAWN = {
    "StoryState.site": "the page is at the host of its site, and in its name",
    "StoryState.slug": "the page's own address has it; its links are made of it",
    "StoryState.url": "the page's own address, canonical where nothing else is",
    "StoryState.entry_url_template": "links within the page are relative, so that they work behind every proxy",
    "PublicEntry.published_at": "`time` is what is to be shown; this decides whether `updated_at` is another time",
    "PublicEntry.blocks": "`body_html` is the same body, which the page asks for",
    "Author.id": "no page lists what a person wrote",
    "ImageBlock.id": "names a block within a body; the story's image is alone",
    "ImageBlock.type": "it is an image wherever it stands",
    "Rendition.height": "the picture's own size keeps its place",
    "Rendition.size": "a browser chooses by width",
    "ImageBlock.focal": "for front ends that crop; the page shows pictures whole",
    "ImageBlock.lang": "a story's image has none of its own",
    "ImageBlock.dir": "a story's image has none of its own",
    **dict.fromkeys(
        (f"ImageBlock.{name}" for name in "width height caption credit renditions placeholder".split()),
        "`html` has it, as in a body",
    ),
    "Publisher.logo": "the masthead has the site's; a second one would compete with it",
    "Intro.blocks": "`html` is the same body",
    "Pin.until": "the pin goes by itself, by an event",
    "Timeline.prev": "as the link to newer updates, by a page of its own in test_reader_pages.py",
    "Timeline.next": "as the link to older updates, there too",
    "Timeline.items": "each of them is a PublicEntry",
}
PARTS: dict[type[Answer], set[str]] = {
    public.StoryState: set(STORY),
    public.PublicEntry: set(ENTRIES),
    public.Publisher: {"name", "url"},
    public.About: {"name", "place", "start"},
    public.Tag: {"slug", "label"},
    public.Intro: {"html"},
    public.Sponsor: {"name", "url", "label"},
    public.Seo: {"title", "description", "image"},
    public.Pin: {"entry"},
    public.KeyPoint: {"text", "entry"},
    public.Author: {"name", "role", "place", "avatar", "avatar_renditions", "url"},
    public.Source: {"url", "name"},
    public.Correction: {"text", "at", "severity"},
    public.Timeline: set(),
    public.Commenting: {"mode", "url"},
    blocks.ImageBlock: {"url", "alt", "html"},
    blocks.Rendition: {"url", "type", "width"},
}


@pytest.mark.parametrize("shape", PARTS, ids=lambda shape: shape.__name__)
def test_each_public_member_is_drawn_or_has_a_reason_why_not(shape: type[Answer]) -> None:
    left_out = {name.split(".")[1] for name in NOT_DRAWN if name.split(".")[0] == shape.__name__}
    assert PARTS[shape] | left_out == set(shape.model_fields), "decide: draw it, in STORY or ENTRIES, or say why not"
    assert not PARTS[shape] & left_out


def test_every_shape_that_a_story_is_made_of_is_in_the_list() -> None:
    found = set[type[Answer]]()
    asked: list[type[Answer]] = [public.StoryState]
    named = {name: each for name, each in vars(public).items() if isinstance(each, type) and issubclass(each, Answer)}
    while asked:
        shape = asked.pop()
        found.add(shape)
        for field in shape.model_fields.values():
            mentioned = [named[name] for name in re.findall(r"\w+", str(field.annotation)) if name in named]
            asked += [each for each in mentioned if each not in found]
    assert found == set(PARTS)
    assert {name.split(".")[0] for name in NOT_DRAWN} <= {each.__name__ for each in PARTS}


async def _page(state: dict[str, Any]) -> str:
    async with client_of(FakeReading(state)) as client:
        return seen(await client.get(f"/stories/{samples.SLUG}"))


def _plain_story(**fields: Any) -> dict[str, Any]:
    entries = {"items": [samples.entry(1)], "next": None, "prev": None}
    return samples.story(timeline=entries) | fields


@pytest.mark.parametrize("name", STORY)
async def test_each_member_of_a_story_is_on_its_page(name: str) -> None:
    value, drawn = STORY[name]
    beside: dict[str, dict[str, Any]] = {"coverage_end": {"status": "ended"}, "comment_counts": {"comment_count": 62}}
    others = beside.get(name, {})
    if name == "included":
        others = {"pinned": [{"entry": value[0]["id"], "until": None}]}
    assert drawn in await _page(_plain_story(**others, **{name: value}))
    assert drawn not in await _page(_plain_story())


@pytest.mark.parametrize("name", ENTRIES)
async def test_each_member_of_an_entry_is_on_the_page(name: str) -> None:
    value, drawn = ENTRIES[name]
    timeline = {"items": [samples.entry(1, **{name: value})], "next": None, "prev": None}
    assert drawn in await _page(samples.story(timeline=timeline))
    assert drawn not in await _page(_plain_story())


def test_every_icon_has_its_place_in_the_drawing_of_all() -> None:
    styles = (STATIC_FOLDER / "reader.css").read_text(encoding="utf-8")
    places = dict(re.findall(r"\.icon-(\w+) \{ --nth: (\d+);", styles))
    assert places == {icon: str(place) for place, icon in enumerate(ICONS)}
    drawing = (STATIC_FOLDER / "icons.svg").read_text(encoding="utf-8")
    assert drawing.count("<g") == len(ICONS)
    assert f'viewBox="0 0 {24 * len(ICONS)} 24"' in drawing
    assert f"calc(var(--nth, {len(ICONS)}) * 100% / {len(ICONS) - 1}) 0 / {len(ICONS)}00% 100%" in styles
