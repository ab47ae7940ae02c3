"""A page as a file: what of it goes, what of it is beside, and where its links lead."""

from __future__ import annotations

import pytest

from app.cli.imports.static_pages import StaticNames, entries_on, inline_urls, older_position, static_page

LIVE, OTHER = "https://live.example", "https://x.example"
NIGHT = f"{LIVE}/stories/night"
PAGES = {"": "index.html", "p2": "page-2.html"}
NAMES = StaticNames(LIVE, "/stories/night", PAGES, {"e1": "index.html", "e2": "page-2.html"})
DATA = '<script type="application/ld+json">{"a":"<b>"}</script>'
LETTERS = '<p title="a &amp; b">x &lt; y &#39;z&#39;</p>'
BOTH = f'<img src="{LIVE}/media/n/1.jpg" srcset="{LIVE}/media/n/1.webp 320w, {OTHER}/2.webp 640w" alt="">'


def link(address: str, words: str) -> str:
    return f'<a href="{address}" rel="noopener">{words}</a>'


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (LETTERS, LETTERS),
        ("<script src='/static/1/reader.js'></script><p>x</p>", "<p>x</p>"),
        (DATA, DATA),
        ("<form><form></form><input></form><p>x</p>", "<p>x</p>"),
        ("<button>a<b>b</b></button>c", "c"),
        ("<noscript><p>shown</p></noscript>", "<p>shown</p>"),
        (f'<link rel="modulepreload" href="/static/a.js"><link rel="preconnect" href="{OTHER}">', ""),
        (f'<meta http-equiv="refresh" content="0;url={OTHER}">', ""),
        (f'<img src="{OTHER}/a.jpg" alt="A &lt;b&gt;">', link(f"{OTHER}/a.jpg", "A &lt;b&gt;")),
        ('<img src="//x.example/a.jpg" alt="A">', ""),
        (
            f'<video src="{OTHER}/a.mp4" poster="/media/n/p.jpg"><b>x</b></video>',
            link(f"{OTHER}/a.mp4", f"{OTHER}/a.mp4"),
        ),
        (f'<picture><source srcset="{OTHER}/a.webp 1w"></picture>', "<picture></picture>"),
        (BOTH, '<img src="media/n/1.jpg" srcset="media/n/1.webp 320w" alt="">'),
        ('<a href="?position=p2">older</a>', '<a href="page-2.html">older</a>'),
        (f'<a href="{NIGHT}?entry=e2#entry-e2">e</a>', '<a href="page-2.html#entry-e2">e</a>'),
        ('<a href="#entry-e1">e</a>', '<a href="index.html#entry-e1">e</a>'),
        ('<a href="?only=key">key</a>', f'<a href="{NIGHT}?only=key">key</a>'),
        ('<a href="/stories/other">o</a>', f'<a href="{LIVE}/stories/other">o</a>'),
        ('<a href="?entry=gone#entry-gone">g</a>', f'<a href="{NIGHT}?entry=gone#entry-gone">g</a>'),
        ('<a href="mailto:a@b.example">m</a>', '<a href="mailto:a@b.example">m</a>'),
    ],
)
def test_a_page_is_written_anew(given: str, written: str) -> None:
    assert static_page(given, NAMES).html == written


def test_what_it_shows_is_listed_once_with_its_name() -> None:
    html = (
        '<link rel="stylesheet" href="https://live.example/static/ab12/reader.css"><img src="/media/n/1.jpg">'
        '<img src="https://live.example/media/n/1.jpg"><link rel="icon" href="/static/ab12/icon.svg">'
    )
    page = static_page(html, NAMES)
    assert page.styles == {"https://live.example/static/ab12/reader.css": "assets/static-ab12-reader.css"}
    assert page.files == {
        "https://live.example/media/n/1.jpg": "media/n/1.jpg",
        "https://live.example/static/ab12/icon.svg": "static/ab12/icon.svg",
    }


def test_no_name_leads_out_of_the_folder() -> None:
    page = static_page('<img src="/media/../../etc/passwd"><img src="/media/%2e%2e/x">', NAMES)
    assert all(".." not in name and not name.startswith("/") for name in page.files.values())


@pytest.mark.parametrize("path", ["/media/../v1/newsroom/people", "/media/%2E%2e/v1/site", "/static/./../metrics"])
def test_no_file_of_ours_is_what_only_begins_like_one(path: str) -> None:
    page = static_page(f'<img src="{LIVE}{path}" alt="A">', NAMES)
    assert (page.html, page.files) == (link(f"{LIVE}{path}", "A"), {})


def test_the_next_page_and_the_entries_are_read_off() -> None:
    html = f'<article id="entry-e1"></article><a id="older" href="{NIGHT}?position=p%2F2">o</a>'
    assert older_position(html) == "p/2"
    assert older_position(html.replace("<a ", "<a hidden ")) is None
    assert entries_on(html) == ["e1"]


def test_style_sheets_take_in_what_they_name() -> None:
    data = {"https://live.example/static/a/icons.svg": "data:image/svg+xml;base64,AA=="}
    css = 'a{mask:url("icons.svg") 0 0}b{background:url(https://x.example/t.gif)}c{filter:url(#f)}'
    made = inline_urls(css, "https://live.example/static/a/reader.css", data.get)
    assert made == 'a{mask:url("data:image/svg+xml;base64,AA==") 0 0}b{background:none}c{filter:url("#f")}'
