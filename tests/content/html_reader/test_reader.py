"""HTML in, typed blocks out, and no word lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.content import Block, parse_html, render_html, render_text
from app.domain.errors import InvalidInput
from tests.content.oracle import counted_ids


def read(html: str) -> list[Block]:
    return parse_html(html, new_id=counted_ids())


def types(html: str) -> list[str]:
    return [block["type"] for block in read(html)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a<p>b", "<p>a</p>\n<p>b</p>"),
        ("<h1>a</h1><h3>b</h3><h6>c</h6>", "<h2>a</h2>\n<h3>b</h3>\n<h4>c</h4>"),
        ("<div><section>a<article>b</article></section>c</div>", "<p>a</p>\n<p>b</p>\n<p>c</p>"),
        ("<p><b>Some background:</b> more</p>", "<p><b>Some background:</b> more</p>"),
        ("<b><p>a</p><p>b</p></b>c", "<p><b>a</b></p>\n<p><b>b</b></p>\n<p>c</p>"),
        ("<b>a<i>b</b>c</i>", "<p><b>a<i>b</i></b><i>c</i></p>"),
        ("a <font color=red>b</font> <blink>c</blink>", "<p>a b c</p>"),
        ("<p> a \n b <br> c </p>", "<p>a b <br>c</p>"),
        ("<pre class=verse>a\n  b</pre>", "<p>a<br>  b</p>"),
        ("<p>&nbsp;</p><p></p><b></b>a&nbsp;b", "<p>a\u00a0b</p>"),
        ("a<hr>b", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("<strike>a</strike> <del>b</del>", "<p><s>a</s> <s>b</s></p>"),
        ("<span lang=ar dir=rtl>مرحبا</span>", '<p><span lang="ar" dir="rtl">مرحبا</span></p>'),
        ("<span style=x>a</span>", "<p>a</p>"),
        ("a <b and c", "<p>a &lt;b and c</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("a<script>b</script>c<style>d</style><!-- e -->f", "<p>acf</p>"),
    ],
)
def test_text_is_unwrapped_into_paragraphs_and_headings(html: str, expected: str) -> None:
    assert render_html(read(html)) == expected


def test_lists_nest_and_keep_their_first_number() -> None:
    block = read("<ol start=5><li>a<ul><li>b<p>c</p></li></ul></li><li>d</ol>")[0]
    assert block["start"] == 5
    assert block["items"] == [{"html": "a", "ordered": False, "items": [{"html": "b<br>c"}]}, {"html": "d"}]
    assert block["html"] == '<ol start="5"><li>a<ul><li>b<br>c</li></ul></li><li>d</li></ol>'


def test_text_of_a_list_outside_its_items_is_an_item() -> None:
    assert render_text(read("<ul>loose<li>a</ul>")) == "- loose\n- a"


def test_a_picture_in_a_list_follows_the_list() -> None:
    assert types("<ul><li>a<img src=https://e.org/a.jpg></li><li>b</li></ul>c") == ["list", "image", "paragraph"]


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote cite='https://e.org/'><p>a</p><p>b</p><footer>— <cite>Jane, mayor</cite></footer></blockquote>",
        "<blockquote cite='https://e.org/'><p>a</p><p>b</p><cite>Jane, mayor</cite></blockquote>",
        "<figure><blockquote cite='https://e.org/'><p>a<p>b</blockquote><figcaption>– Jane, mayor</figcaption>",
    ],
)
def test_a_quote_keeps_who_said_it_and_where(html: str) -> None:
    block = read(html)[0]
    assert (block["type"], block["who"], block["role"], block["url"]) == ("quote", "Jane", "mayor", "https://e.org/")
    assert render_text([block]) == "a\n\nb\n— Jane, mayor"


def test_a_cite_within_quoted_words_is_part_of_them() -> None:
    block = read("<blockquote>as in <cite>Hamlet</cite> once</blockquote>")[0]
    assert "who" not in block
    assert render_text([block]) == "as in Hamlet once"


def test_quotes_in_quotes_and_lists_in_quotes_are_paragraphs() -> None:
    html = "<blockquote>a<blockquote>b</blockquote><ul><li>c<li>d</ul></blockquote>"
    assert render_text(read(html)) == "a\n\nb\n\nc\n\nd"


def test_a_picture_splits_the_quote_it_stands_in() -> None:
    assert types("<blockquote>a<img src=https://e.org/a.jpg>b</blockquote>") == ["quote", "image", "quote"]


def test_a_figure_gives_its_picture_caption_and_credit() -> None:
    html = "<figure><img src=//e.org/a.jpg width=640 height=480><figcaption>A “square” <span class=credit>AFP</span>"
    block = read(html)[0]
    assert block == {
        "id": "b1",
        "type": "image",
        "url": "https://e.org/a.jpg",
        "width": 640,
        "height": 480,
        "alt": "A “square”",
        "caption": "A “square”",
        "credit": "AFP",
        "html": '<figure class="lb-image"><img src="https://e.org/a.jpg" alt="A “square”" width="640" height="480" '
        'loading="lazy" decoding="async"><figcaption>A “square” <cite>AFP</cite></figcaption></figure>',
    }


def test_a_picture_in_a_paragraph_splits_it() -> None:
    assert types("<p>a <b>b <img src=https://e.org/a.jpg> c</b></p>") == ["paragraph", "image", "paragraph"]


def test_a_caption_without_a_picture_is_text() -> None:
    assert render_text(read("<figure>a<figcaption>b</figcaption></figure>")) == "a\n\nb"


def test_a_table_keeps_its_caption_its_head_and_its_spans() -> None:
    html = (
        "<table><caption>Seats</caption><tr><th>a<th>b<tr><td colspan=2>1<br>2<tr><th>x<td><ul><li>y<li>z</ul></table>"
    )
    block = read(html)[0]
    assert block["caption"] == "Seats"
    assert block["rows"] == [
        [{"html": "a", "header": True}, {"html": "b", "header": True}],
        [{"html": "1<br>2", "colspan": 2}],
        [{"html": "x", "header": True}, {"html": "y<br>z"}],
    ]


def test_a_table_within_a_cell_is_text_of_the_cell() -> None:
    blocks = read("<table><tr><td>a<table><tr><td>b<td>c</table>d</table>e")
    assert [block["type"] for block in blocks] == ["table", "paragraph"]
    assert blocks[0]["rows"] == [[{"html": "a<br>b<br>c<br>d"}]]


def test_a_lone_link_becomes_a_card_and_a_lone_address_of_a_provider_an_embed() -> None:
    blocks = read(
        "<p><a href='https://e.org/?a=1&amp;b=2'>Our <b>explainer</b></a></p><p><a href='https://e.org/x'>X</a>"
    )
    assert [block["type"] for block in blocks] == ["paragraph", "link_card"]
    assert (blocks[1]["url"], blocks[1]["title"]) == ("https://e.org/x", "X")
    assert types("<p>https://youtu.be/dQw4w9WgXcQ</p><p><a href=https://x.com/a/status/12345>post</a>") == [
        "embed",
        "embed",
    ]


def test_a_frame_of_a_known_player_becomes_an_embed_of_its_page() -> None:
    block = read("a<iframe src='https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0' title='A film'></iframe>b")[1]
    assert (block["type"], block["url"], block["title"]) == (
        "embed",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "A film",
    )
    assert types("<iframe src=https://e.org/map></iframe>") == ["link_card"]


def test_a_pasted_social_post_becomes_an_embed_with_its_words_as_title() -> None:
    html = (
        "<blockquote class='twitter-tweet'><p>Hello <a href='https://e.org'>x</a></p>— N (@n) "
        "<a href='https://twitter.com/n/status/123456'>date</a></blockquote><script src=x></script>"
    )
    block = read(html)[0]
    assert (block["type"], block["url"], block["title"]) == (
        "embed",
        "https://twitter.com/n/status/123456",
        "Hello x — N (@n) date",
    )


def test_films_and_recordings_are_taken_by_their_source() -> None:
    blocks = read(
        "<video poster=https://e.org/p.jpg><source src=https://e.org/v.mp4>Old browser</video><audio src=https://e.org/a.mp3>x"
    )
    assert [(block["type"], block["url"]) for block in blocks] == [
        ("video", "https://e.org/v.mp4"),
        ("audio", "https://e.org/a.mp3"),
    ]
    assert blocks[0]["poster"] == "https://e.org/p.jpg"


WHOLE = (
    "<h2>Head</h2><p>a <b>b</b><br>c</p><ul><li>x<ol><li>y</ol></ul><ol start=3><li>z</ol><hr>"
    "<blockquote cite='https://e.org'>q<p>r<footer>Jane, mayor</footer></blockquote>"
    "<figure><img src=https://e.org/a.jpg alt=A width=3><figcaption>Cap <cite>AFP</cite></figcaption></figure>"
    "<figure><video src=https://e.org/v.mp4></video><figcaption>V</figcaption></figure>"
    "<audio src=https://e.org/a.mp3></audio><p><a href=https://youtu.be/dQw4w9WgXcQ>T</a><p>https://e.org/z?a=1&amp;b=2</p>"
    "<table><caption>C</caption><tr><th>a<th>b<tr><td rowspan=2>1<td>2</table>"
)


def test_html_that_came_out_gives_the_same_blocks_when_it_goes_in_again() -> None:
    blocks = read(WHOLE)
    assert len(blocks) == 12
    assert read(render_html(blocks)) == blocks


TAGS = [
    *("<p>", "</p>", "<ul>", "<li>", "</li>", "</ul>", "<table>", "<tr>", "<td>", "</td>", "</table>", "<caption>"),
    *("<blockquote>", "<footer>", "<cite>", "</cite>", "</blockquote>", "<figure>", "<figcaption>", "</figure>"),
    *("<b>", "</b>", "<h2>", "</h2>", "<div>", "</div>", "<hr>", "<br>", "<pre>", "<img src=https://e.org/a.jpg>"),
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(TAGS)))
def test_no_word_is_lost_and_none_doubled_wherever_it_stands(tags: list[str]) -> None:
    words = [f"word{number:03}" for number in range(len(tags) + 1)]
    html = words[0] + "".join(tag + word for tag, word in zip(tags, words[1:], strict=True))
    text = render_text(read(html))
    assert [text.count(word) for word in words] == [1] * len(words)


def test_text_of_a_table_outside_its_cells_is_a_cell() -> None:
    assert read("<table><table>x")[0]["rows"] == [[{"html": "x"}]]
    assert read("<table>a<tr>b<td>c</table>")[0]["rows"] == [[{"html": "a"}], [{"html": "b"}, {"html": "c"}]]


def test_more_tags_than_any_page_are_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        read("<b>" * 20_001)
    assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == ("/html", "too_complex")


def test_more_blocks_than_a_body_holds_are_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        read("<p>a" * 201)
    assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == ("/html", "too_many_blocks")
