"""Markdown inside one paragraph."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.content.addresses import without_trailing_punctuation
from app.content.markdown.inline import MAX_MARKS, InlineMarkdown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**Some background:** more", "<strong>Some background:</strong> more"),
        ("*a* _b_ ~~c~~ `d`", "<em>a</em> <em>b</em> <s>c</s> <code>d</code>"),
        ("***both***", "<em><strong>both</strong></em>"),
        ("これは**強調**です", "これは<strong>強調</strong>です"),
        ("これは**「重要なこと」**です。", "これは<strong>「重要なこと」</strong>です。"),
        ("これは*（重要）*です", "これは<em>（重要）</em>です"),
        ("これは~~「古い」~~です", "これは<s>「古い」</s>です"),
        ('これは**"重要"**です', 'これは<strong>"重要"</strong>です'),
        ("他说：**“好。”**他走了", "他说：<strong>“好。”</strong>他走了"),
        ("**《书名》**是", "<strong>《书名》</strong>是"),
        ("**한국어(Korean)**은", "<strong>한국어(Korean)</strong>은"),
        ("**[文](https://e.org/)**を", '<strong><a href="https://e.org/" rel="noopener">文</a></strong>を'),
        ('**"สำคัญ"**ครับ', '<strong>"สำคัญ"</strong>ครับ'),
        ('ה**"פועל"**', 'ה<strong>"פועל"</strong>'),
        ("**重要！**😀", "<strong>重要！</strong>😀"),
        ("a*(b)*c foo_bar_baz 2 ** 3 ** 4", "a*(b)*c foo_bar_baz 2 ** 3 ** 4"),
        ("`a * b < c`", "<code>a * b &lt; c</code>"),
        ("**bold *and* slanted**", "<strong>bold <em>and</em> slanted</strong>"),
    ],
)
def test_emphasis_and_code_are_written_as_tags(text: str, html: str) -> None:
    assert InlineMarkdown().html(text) == html


def link(address: str, text: str | None = None) -> str:
    return f'<a href="{address}" rel="noopener">{text or address}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[a](https://e.org/x)", link("https://e.org/x", "a")),
        ("[a](<https://e.org/x(>)", link("https://e.org/x(", "a")),
        ("[**a** b](mailto:a@b.c)", link("mailto:a@b.c", "<strong>a</strong> b")),
        ("[a](tel:+4420)", link("tel:+4420", "a")),
        ("<https://e.org/x>", link("https://e.org/x")),
        ("<mailto:a@b.c>", link("mailto:a@b.c", "a@b.c")),
        ('[a](https://e.org/ "t")', '<a href="https://e.org/" title="t" rel="noopener">a</a>'),
        ("[see https://e.org/x](https://e.org/y)", link("https://e.org/y", "see https://e.org/x")),
    ],
)
def test_links_are_written_as_they_were_typed(text: str, html: str) -> None:
    assert InlineMarkdown().html(text) == html


@pytest.mark.parametrize(
    ("text", "before", "address", "after"),
    [
        ("see https://e.org/a_b_c now", "see ", "https://e.org/a_b_c", " now"),
        ("(https://e.org/x)", "(", "https://e.org/x", ")"),
        ("at https://e.org/x_(y).", "at ", "https://e.org/x_(y)", "."),
        ("“https://e.org/x”", "“", "https://e.org/x", "”"),
        ("HTTPS://E.org/ä?b=c#d, yes", "", "HTTPS://E.org/ä?b=c#d", ", yes"),
        ("*https://e.org/x*", "<em>", "https://e.org/x", "</em>"),
        ("line\nhttps://e.org/*y*/z", "line<br>", "https://e.org/*y*/z", ""),
    ],
)
def test_a_bare_address_is_a_link_without_the_marks_around_it(text: str, before: str, address: str, after: str) -> None:
    assert InlineMarkdown().html(text) == before + link(address) + after


@pytest.mark.parametrize("text", ["xhttps://e.org", "https://", "a://b", "ftp://e.org/x", "https://" + "a" * 3000])
def test_what_is_no_web_address_stays_text(text: str) -> None:
    assert InlineMarkdown().html(text) == text


def test_an_ampersand_in_an_address_is_escaped_once() -> None:
    assert InlineMarkdown().html("[a](https://e.org/?b=1&copy=2)") == link("https://e.org/?b=1&amp;copy=2", "a")


def test_a_paragraph_with_more_marks_than_any_prose_is_plain_text() -> None:
    inline = InlineMarkdown()
    assert inline.html("*a* " * MAX_MARKS) == ("*a* " * MAX_MARKS).strip()
    assert inline.html("*a*") == "<em>a</em>"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("http://e.org/a).", "http://e.org/a"),
        ("http://e.org/(a)", "http://e.org/(a)"),
        ("http://e.org/?!", "http://e.org/"),
    ],
)
def test_trailing_punctuation_is_no_part_of_an_address(address: str, kept: str) -> None:
    assert without_trailing_punctuation(address) == kept


@given(st.text() | st.text(st.sampled_from(" \t\x0b\x1f\x85ab!:/.\"'\u00a0\ufeff\ufffe\ue000é中&<>*")))
def test_a_text_without_markup_is_its_own_html(text: str) -> None:
    assume(not set(text) & set("*_`~[]\\\r\n\0"))
    sanitised = InlineMarkdown().html(f"{text}*")  # a text with any markup goes through the sanitiser
    assert sanitised.removesuffix("*").rstrip() == InlineMarkdown().html(text).rstrip()


def test_brackets_that_begin_no_link_stay_text_however_many_there_are() -> None:
    few, many = "[a" * 100 + " *b*", "[a" * MAX_MARKS + " *b*"
    assert InlineMarkdown().html(few) == "[a" * 100 + " <em>b</em>"
    assert InlineMarkdown().html(many) == many
