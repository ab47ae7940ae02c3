"""Code is a block of its own, to the letter, however it is written: fenced, as HTML, as a block."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content import (
    Block,
    complete_blocks,
    parse_html,
    parse_markdown,
    render_html,
    render_markdown,
    render_retracted_html,
    render_text,
    shows_blocks,
)
from app.domain.errors import InvalidInput
from tests.content.oracle import counted_ids, violations

PYTHON = "def f(a):\n    if a < 1 & 2:\n\n\t\treturn `a` # *x*"


def markdown(text: str) -> list[Block]:
    return parse_markdown(text, new_id=counted_ids())


def html(text: str) -> list[Block]:
    return parse_html(text, new_id=counted_ids())


def test_fenced_code_keeps_its_lines_and_names_its_language() -> None:
    before, code, after = markdown(f"Look:\n```Python\n{PYTHON}\n```\nand on")
    assert (before["html"], after["html"]) == ("<p>Look:</p>", "<p>and on</p>")
    written = "def f(a):\n    if a &lt; 1 &amp; 2:\n\n\t\treturn `a` # *x*"
    assert code == {
        "id": "b2",
        "type": "code",
        "text": PYTHON,
        "language": "python",
        "html": f'<pre data-language="python"><code>{written}</code></pre>',
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```\na\n```", "a"),
        ("```\n\n  a\n\n```", "  a"),
        ("````\n```\na\n```\n````", "```\na\n```"),
        ("  ```\n  a\n    b\n c\n  ```", "a\n  b\nc"),
        (
            "```c++\n# no heading\n- no list\n[[block:b1]]\nhttps://e.org/\n```  ",
            "# no heading\n- no list\n[[block:b1]]\nhttps://e.org/",
        ),
        ("```\r\na\r\nb\r\n```", "a\nb"),
    ],
)
def test_what_is_between_fences_is_no_markup(text: str, code: str) -> None:
    (block,) = markdown(text)
    assert (block["type"], block["text"]) == ("code", code)


@pytest.mark.parametrize(
    "text", ["```\nnever closed", "```\n\n```", "```two words\na\n```", "~~~\na\n~~~", "```a```", "`````\na\n```"]
)
def test_what_may_be_prose_is_no_code_and_loses_no_word(text: str) -> None:
    blocks = markdown(text)
    assert "code" not in {block["type"] for block in blocks}
    assert set(text.split()) - set("`~") <= set(render_text(blocks).split()) | {
        "```",
        "~~~",
        "`````",
        "```two",
        "```a```",
    }


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("- a\n  ```\n  x\n  y\n  ```\n- b", "<li>a<br><code>x<br>y</code></li>"),
        ("> look\n> ```\n> x\n> y\n> ```", "<p>look<br><code>x<br>y</code></p>"),
        ("see `a\nb` there", "<p>see <code>a<br>b</code> there</p>"),
    ],
)
def test_code_within_something_else_keeps_its_lines_too(text: str, inner: str) -> None:
    assert inner in render_html(markdown(text))


@pytest.mark.parametrize(
    ("text", "code", "language"),
    [
        ("<pre>a\n  b</pre>", "a\n  b", None),
        ("<pre>\na &lt; b\n</pre>", "a < b", None),
        ('<pre><code class="language-js">x;\ny;\n</code></pre>', "x;\ny;", "js"),
        ('<div class="highlight"><pre class="lang-Rust s"><span>fn</span> <b>f</b>()</pre></div>', "fn f()", "rust"),
        ('<pre data-lang="sql">select 1</pre>', "select 1", "sql"),
        ("<pre><div>a</div><div>  b<br>c</div></pre>", "a\n  b\nc", None),
        ('<pre><a href="#L1">a</a></pre>', "a", None),
    ],
)
def test_preformatted_html_is_code(text: str, code: str, language: str | None) -> None:
    (block,) = html(text)
    assert (block["type"], block["text"], block.get("language")) == ("code", code, language)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<pre class=wp-block-verse>a\nb</pre>", "<p>a<br>b</p>"),
        (
            "<pre>see <a href=https://e.org/>this</a>\nx</pre>",
            '<p>see <a href="https://e.org/" rel="noopener">this</a><br>x</p>',
        ),
        ("<ul><li><pre>a\nb</pre></ul>", "<ul><li>a<br>b</li></ul>"),
        ("<table><td><pre>a\nb</pre></table>", "<table><tbody><tr><td>a<br>b</td></tr></tbody></table>"),
    ],
)
def test_preformatted_html_that_code_cannot_be_keeps_its_lines(text: str, shown: str) -> None:
    assert render_html(html(text)) == shown


def test_code_is_text_for_readers_and_for_editing() -> None:
    blocks = markdown(f"```\n{PYTHON}\n```")
    assert render_text(blocks) == PYTHON
    assert render_markdown(blocks) == (f"```\n{PYTHON}\n```", True)
    assert shows_blocks(blocks)
    assert not shows_blocks([{"type": "code", "html": "<pre><code>\u200b</code></pre>"}])
    struck = render_retracted_html(blocks, "No")
    assert "<pre><s><code>def" in struck
    assert violations(struck) == []


@pytest.mark.parametrize(
    ("block", "stored"),
    [
        ({"text": "a\r\n b "}, {"text": "a\n b "}),
        ({"text": "\n\na\n", "language": "C++"}, {"text": "a", "language": "c++"}),
        ({"text": "a", "html": "<pre>other</pre>"}, {"text": "a"}),
    ],
)
def test_a_block_of_code_is_written_as_text(block: dict[str, Any], stored: dict[str, Any]) -> None:
    (made,) = complete_blocks([{"type": "code", **block}], new_id=counted_ids())
    assert {name: made.get(name) for name in stored} == stored
    assert complete_blocks([made], new_id=counted_ids()) == [made]


@pytest.mark.parametrize(
    ("block", "pointer"), [({"text": " \n"}, "text"), ({"text": "a", "language": "a b"}, "language")]
)
def test_a_block_of_code_with_nothing_in_it_or_no_language_is_refused(block: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        complete_blocks([{"type": "code", **block}], new_id=counted_ids())
    assert [error.pointer for error in refused.value.errors] == [f"/blocks/0/{pointer}"]


@given(st.text(st.sampled_from("ab`~#-*> \t\n&<\\[]|")))
def test_any_code_is_edited_as_what_it_is(text: str) -> None:
    if not text.strip(" \t\n"):
        return
    blocks = complete_blocks([{"type": "code", "text": text}], new_id=counted_ids())
    source, is_exact = render_markdown(blocks)
    assert is_exact
    assert [block["text"] for block in markdown(source)] == [blocks[0]["text"]]
    escaped = blocks[0]["text"].replace("&", "&amp;").replace("<", "&lt;")
    assert [block["text"] for block in html(f"<pre>{escaped}</pre>")] == [blocks[0]["text"]]
