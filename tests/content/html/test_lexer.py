"""Reading HTML in one pass."""

from __future__ import annotations

import pytest

from app.content.html.lexer import tokenise


def read(html: str) -> list[tuple[str, str, dict[str, str]]]:
    return [(t.kind, t.value, dict(t.attributes)) for t in tokenise(html) if t.value]


def text(html: str) -> str:
    return "".join(t.value for t in tokenise(html) if t.kind == "text")


def test_tags_and_texts_are_told_apart() -> None:
    assert read("a<B>b</b >c<br/>") == [
        ("text", "a", {}),
        ("start", "b", {}),
        ("text", "b", {}),
        ("end", "b", {}),
        ("text", "c", {}),
        ("start", "br", {}),
    ]


def test_attributes_are_read_in_every_spelling() -> None:
    html = '<a HREF="x>y" b=\'c"d\' e=f&amp;g h i = j h=second>'
    assert read(html) == [("start", "a", {"href": "x>y", "b": 'c"d', "e": "f&g", "h": "", "i": "j"})]


def test_character_references_are_resolved_once() -> None:
    assert text("&lt;b&gt; &amp;lt; &#8220;&nbsp;&hellip;") == "<b> &lt; “\u00a0…"


@pytest.mark.parametrize("html", ["a < b", "<3", "a <b and c", "x </", "</3", "<", "a<", "<>", "</b"])
def test_what_is_no_tag_is_text(html: str) -> None:
    assert text(html) == html


@pytest.mark.parametrize(
    "html",
    [
        "a<!-- x -->b",
        "a<script>x</script>b",
        "a<STYLE>x</Style >b",
        "a<svg><g>x</g></svg>b",
        "a<template><b>x</template>b",
        "a<!DOCTYPE html>b",
        "a<?xml x?>b",
        "a<![CDATA[x]]>b",
        "a<iframe>x</iframe>b",
    ],
)
def test_what_no_reader_sees_is_left_out(html: str) -> None:
    assert text(html) == "ab"


def test_what_is_never_closed_hides_no_text_unless_it_is_code() -> None:
    assert text("a<!-- b<iframe>c<svg>d") == "a bcd"
    assert text("a<script>b") == "a"
