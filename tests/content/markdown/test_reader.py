"""Markdown as a newsroom types it."""

from __future__ import annotations

import pytest

from app.content import Block, parse_markdown, render_html, render_text
from app.domain.errors import InvalidInput
from tests.content.oracle import counted_ids


def read(text: str, kept: dict[str, Block] | None = None) -> list[Block]:
    return parse_markdown(text, new_id=counted_ids(), kept=kept or {})


def types(text: str) -> list[str]:
    return [block["type"] for block in read(text)]


PROSE = [
    "5 * 3 * 2 = 30",
    "5*3*2 and 2**3**4",
    "snake_case_name and __init__py",
    "1) foo",
    "#hashtag and #another",
    "####### seven",
    "+44 20 7946 0000",
    "+ plus",
    "- said the mayor",
    "* a footnote",
    "2024. A year to remember",
    "1. FC Köln",
    "3. Liga",
    "<3",
    "a < b > c",
    "a<b>c</b>",
    "AT&T",
    "Q&A; &amp; &nbsp; &#169;",
    ":) ;-) :-/",
    "~ 5 km, ~5 km",
    "$5_000 to $6_000",
    "C:\\Users\\new \\\\server\\share \\o/",
    "¯\\(ツ)/¯",
    "“Quoted” ‘single’ – en — em… 'straight' \"straight\" -- ---",
    "a\u00a0b\u202fc\u2009d",
    "😀 👩‍👩‍👧 🇩🇪",
    "שלום עולם، مرحبا",
    "[sic] [1] [x](laughs) [e]()",
    "[1]: a note, no reference",
    ">50% of votes",
    "| lone bar |",
    "a | b",
    "`lone backtick",
    "**unclosed bold",
    "!important ![no](picture)",
    "user@example.org",
    "100% *",
    "...",
    "= = =",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_stays_as_it_was_typed(text: str) -> None:
    blocks = read(text)
    assert [block["type"] for block in blocks] == ["paragraph"]
    assert render_text(blocks) == text


def test_a_line_end_is_a_line_break_and_a_blank_line_a_paragraph() -> None:
    assert (
        render_html(read("one\ntwo\r\nthree\rfour\n \t\n\nfive")) == "<p>one<br>two<br>three<br>four</p>\n<p>five</p>"
    )


def test_blanks_at_the_beginning_of_a_line_make_no_code() -> None:
    assert render_html(read("    indented\n\n\ttab")) == "<p>indented</p>\n<p>tab</p>"


def test_raw_html_is_shown_as_text() -> None:
    assert render_html(read("<b>x</b> <!-- y -->")) == "<p>&lt;b&gt;x&lt;/b&gt; &lt;!-- y --&gt;</p>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# One", "<h2>One</h2>"),
        ("## Two *x*", "<h2>Two <em>x</em></h2>"),
        ("### Three", "<h3>Three</h3>"),
        ("#### Four", "<h4>Four</h4>"),
        ("###### Six", "<h4>Six</h4>"),
        ("## C #", "<h2>C #</h2>"),
    ],
)
def test_number_signs_and_a_blank_make_a_heading(text: str, html: str) -> None:
    assert render_html(read(text)) == html


def test_a_heading_has_its_plain_text_beside_it() -> None:
    assert read("### Polls **close** & go")[0] | {"html": ""} == {
        "id": "b1",
        "type": "heading",
        "level": 3,
        "text": "Polls close & go",
        "html": "",
    }


def test_a_number_sign_within_a_paragraph_makes_no_heading() -> None:
    assert types("Trending:\n# one of them") == ["paragraph"]


@pytest.mark.parametrize("text", ["---", "***", "___", "-----"])
def test_dashes_that_are_a_paragraph_make_a_divider(text: str) -> None:
    assert types(f"a\n\n{text}\n\nb") == ["paragraph", "divider", "paragraph"]


@pytest.mark.parametrize("text", ["a\n---", "---\na", "a\n===\nb"])
def test_dashes_at_a_line_of_text_are_text(text: str) -> None:
    blocks = read(text)
    assert [block["type"] for block in blocks] == ["paragraph"]
    assert render_text(blocks) == text


def test_a_quote_keeps_its_paragraphs_and_lines() -> None:
    html = '<figure class="lb-quote"><blockquote><p>one<br>two</p><p>three</p></blockquote></figure>'
    assert render_html(read("> one\n> two\n>\n> three")) == html


def test_the_last_line_of_a_quote_after_a_dash_says_whose_it_is() -> None:
    quote = read("> “No.”\n> — Jane Doe, mayor of Springfield, acting")[0]
    assert (quote["who"], quote["role"]) == ("Jane Doe", "mayor of Springfield, acting")
    assert render_text([quote]) == "“No.”\n— Jane Doe, mayor of Springfield, acting"


def test_a_quote_that_is_only_a_dash_and_a_name_is_words() -> None:
    quote = read("> — and so it ended")[0]
    assert "who" not in quote
    assert render_text([quote]) == "— and so it ended"


def test_a_quote_may_follow_a_line_of_text() -> None:
    assert types("She said:\n> yes\nAnd left.") == ["paragraph", "quote", "paragraph"]


def test_an_address_alone_on_a_line_becomes_an_embed_or_a_card() -> None:
    blocks = read("Watch:\nhttps://youtu.be/dQw4w9WgXcQ\nand read\n\n  https://example.org/a_b_c?d=*e*  ")
    assert [block["type"] for block in blocks] == ["paragraph", "embed", "paragraph", "link_card"]
    assert blocks[1]["url"] == "https://youtu.be/dQw4w9WgXcQ"
    assert blocks[3]["url"] == blocks[3]["title"] == "https://example.org/a_b_c?d=*e*"


def test_a_picture_alone_on_a_line_becomes_an_image() -> None:
    image = read('![A square at night](https://example.org/a_(1).jpg "The square, “after”")')[0]
    assert image["type"] == "image"
    assert (image["url"], image["alt"], image["caption"]) == (
        "https://example.org/a_(1).jpg",
        "A square at night",
        "The square, “after”",
    )


def test_a_picture_within_a_line_becomes_a_link_to_it() -> None:
    html = '<p>see <a href="https://e.org/a.jpg" rel="noopener">this</a></p>'
    assert render_html(read("see ![this](https://e.org/a.jpg)")) == html


def test_a_mentioned_block_stands_where_it_is_mentioned() -> None:
    image: Block = {
        "id": "pic-1",
        "type": "image",
        "url": "https://e.org/a.jpg",
        "alt": "x",
        "html": "<figure></figure>",
    }
    blocks = read("Before\n[[block:pic-1]]\nafter", {"pic-1": image})
    assert [block["id"] for block in blocks] == ["b1", "pic-1", "b2"]
    assert blocks[1] == image


def test_a_block_mentioned_twice_is_copied_under_an_id_of_its_own() -> None:
    divider: Block = {"id": "d", "type": "divider", "html": "<hr>"}
    assert [block["id"] for block in read("[[block:d]]\n[[block:d]]", {"d": divider})] == ["d", "b1"]


def test_a_mention_of_an_unknown_block_is_text() -> None:
    assert render_text(read("[[block:nowhere]]")) == "[[block:nowhere]]"


def test_a_backslash_makes_a_plain_character_of_what_would_be_markup() -> None:
    text = "\\*a\\* \\_b\\_ \\[c\\](https://e.org) \\`d\\` \\~~e~~"
    assert render_text(read(text)) == "*a* _b_ [c](https://e.org) `d` ~~e~~"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\\# no heading", "# no heading"),
        ("\\> no quote", "> no quote"),
        ("\\- a\n\\- b", "- a\n- b"),
        ("1\\. a\n2\\. b", "1. a\n2. b"),
        ("\\---", "---"),
    ],
)
def test_a_backslash_at_the_beginning_of_a_line_keeps_it_text(text: str, shown: str) -> None:
    blocks = read(text)
    assert [block["type"] for block in blocks] == ["paragraph"]
    assert render_text(blocks) == shown


def test_nothing_but_blanks_is_no_block() -> None:
    assert read(" \n\t\n\r\n") == []


def test_two_hundred_blocks_are_accepted_and_one_more_refused() -> None:
    assert len(read("a\n\n" * 200)) == 200
    with pytest.raises(InvalidInput) as refused:
        read("a\n\n" * 201)
    assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == ("/text", "too_many_blocks")


@pytest.mark.parametrize(
    ("text", "code"), [("é" * 524_289, "too_long"), ("\n" * 20_001, "too_complex"), ("&" * 20_001, "too_complex")]
)
def test_a_text_over_a_limit_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == ("/text", code)
