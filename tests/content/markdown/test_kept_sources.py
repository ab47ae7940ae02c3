"""A long body's Markdown is rendered once for all who read it, and never another body's."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from app.content import Block, markdown_source, parse_html, render_markdown
from app.content.markdown.kept_sources import SHORT_BODY_CHARACTERS, KeptSources, Source
from tests.content.oracle import counted_ids

LONG = SHORT_BODY_CHARACTERS + 1


def _blocks(html: str) -> list[Block]:
    return parse_html(html, new_id=counted_ids())


class _Rendering:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, blocks: Sequence[Block]) -> Source:
        self.asked.append(blocks[0]["html"])
        return render_markdown(blocks)


def test_a_long_body_is_rendered_once_and_a_short_one_is_not_kept() -> None:
    rendering = _Rendering()
    kept = KeptSources(rendering)
    long, short = _blocks(f"<p>{'&gt; ' * LONG}</p>"), _blocks("<p>a</p>")
    assert {kept.source_of(long) for _ in range(3)} == {render_markdown(long)}
    assert {kept.source_of(_blocks(f"<p>{'&gt; ' * LONG}</p>"))} == {render_markdown(long)}
    assert len(rendering.asked) == 1
    assert {kept.source_of(short) for _ in range(3)} == {("a", True)}
    assert len(rendering.asked) == 4
    assert kept.kept_characters == len(render_markdown(long)[0])


def test_what_differs_only_in_an_id_or_a_level_is_another_body() -> None:
    kept = KeptSources(render_markdown)
    text = "x" * LONG
    for html in (f"<p>{text}<hr>", f"<h2>{text[:150]}</h2><p>{text}", f"<h3>{text[:150]}</h3><p>{text}"):
        assert kept.source_of(_blocks(html)) == render_markdown(_blocks(html))
    picture = "<img src=https://e.org/a>"
    one, other = _blocks(f"<p>{text}</p>{picture}"), _blocks(f"<hr><p>{text}</p>{picture}")[1:]
    assert kept.source_of(one) != kept.source_of(other)


def test_the_least_recently_read_is_dropped_first_and_the_limit_kept() -> None:
    rendering = _Rendering()
    kept = KeptSources(rendering, limit=3 * LONG)
    bodies = {letter: _blocks(f"<p>{letter * LONG}</p>") for letter in "abcd"}
    for letter in "abcad":
        kept.source_of(bodies[letter])
    assert kept.kept_characters == 3 * LONG
    for letter in "adc":
        kept.source_of(bodies[letter])
    assert [html[3] for html in rendering.asked] == ["a", "b", "c", "d"]
    kept.source_of(bodies["b"])
    assert len(rendering.asked) == 5


def test_threads_that_ask_at_once_all_get_their_own() -> None:
    kept = KeptSources(render_markdown, limit=4 * LONG)
    bodies = [_blocks(f"<p>{letter * LONG}</p>") for letter in "abcdefgh"]
    wrong: list[str] = []

    def ask() -> None:
        for _ in range(20):
            wrong.extend(body[0]["html"][3] for body in bodies if kept.source_of(body)[0] != body[0]["html"][3:-4])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert kept.kept_characters <= 4 * LONG


def test_the_source_of_a_long_body_is_what_rendering_it_gives() -> None:
    blocks = _blocks(f"<pre>{'*a* &gt; ' * LONG}</pre>")
    assert markdown_source(blocks) == render_markdown(blocks) == markdown_source(blocks)


def test_what_is_forgotten_is_rendered_anew_and_what_is_being_rendered_is_not_kept() -> None:
    long = _blocks(f"<p>{'a ' * LONG}</p>")
    kept: KeptSources

    def render(blocks: Sequence[Block]) -> Source:
        kept.forget()  # by another thread, in the middle
        return render_markdown(blocks)

    kept = KeptSources(render)
    assert kept.source_of(long) == render_markdown(long)
    assert kept.kept_characters == 0
    rendering = _Rendering()
    kept = KeptSources(rendering)
    kept.source_of(long)
    kept.forget()
    assert kept.kept_characters == 0
    kept.source_of(long)
    assert len(rendering.asked) == 2
