"""CPU time grows with the length of a text, whatever the text: none that a client sends may stop the server for others.

Inputs that were found to take the square of their length are among the pieces of tests/growth.py, or stand here.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time

import pytest

from app.content import (
    compare_texts,
    complete_blocks,
    dropped_blocks,
    parse_html,
    parse_markdown,
    parse_plain,
    read_shorthand,
    render_retracted_html,
    render_text,
    shows_blocks,
    shows_text,
)
from app.content.addresses import link_address, lone_address, media_address
from app.content.block_limits import MAX_CODE_LENGTH
from app.content.embeds.providers import find_embed, page_of_player
from app.content.html.inline import inline_html, inline_text
from app.content.html.lexer import tokenise
from app.content.markdown.inline import InlineMarkdown
from app.content.markdown.serialising import render_markdown
from app.content.text_fields import clean_text, one_line
from app.server.process_tuning import SWITCH_INTERVAL_SECONDS
from tests.content.oracle import counted_ids
from tests.figures import Figures
from tests.growth import (
    ANYWHERE,
    GROWTH,
    HTML,
    LARGE,
    MARKDOWN,
    WORD_PROCESSORS,
    Make,
    Work,
    cpu_seconds,
    enclosed,
    enclosed_pieces,
    fault_of,
    faults,
    mixed_pieces,
    repeated,
    single_pieces,
)


def _markdown(text: str) -> object:
    return parse_markdown(text, new_id=counted_ids())


def _html(text: str) -> object:
    return parse_html(text, new_id=counted_ids())


def _pasted(text: str) -> object:
    html = f"<p class=MsoNormal style='mso-list:none'>x</p>{text}"
    return parse_html(html, new_id=counted_ids()), inline_html(html)


def _plain(text: str) -> object:
    blocks = parse_plain(text, new_id=counted_ids())
    return render_text(blocks), render_retracted_html(blocks, "x"), shows_blocks(blocks)


def _written_blocks(text: str) -> object:
    lines = [line or "x" for line in text.split("\n")]
    items = [{"html": line} for line in lines]
    half = len(text) // 2
    return complete_blocks(
        [
            {"type": "paragraph", "html": "x" + text[:half]},
            {"type": "list", "items": items[: len(items) // 4]},
            {"type": "table", "rows": [[item] for item in items[len(items) // 4 : len(items) // 2]]},
            {"type": "quote", "html": "x" + text[half:], "who": text[:300]},
            {"type": "image", "url": "https://e.org/a.jpg", "alt": text[:4000], "caption": text[-4000:]},
        ],
        new_id=counted_ids(),
    )


def _inline_markdown(text: str) -> object:
    inline = InlineMarkdown()
    return inline.lone_image(f"![{text}](https://e.org/a)"), inline.html(text)


def _addresses(text: str) -> object:
    asked = [link_address, lone_address, media_address, find_embed, page_of_player]
    return [ask(each) for ask in asked for each in (text, f"https://e.org/{text}", f"mailto:{text}")]


def _plain_fields(text: str) -> object:
    return shows_text(text), one_line(text), clean_text(text), dropped_blocks(text, [])


def _shorthand(text: str) -> object:
    return read_shorthand(text, find_author=lambda name: None)


def _differences(text: str) -> object:
    half = len(text) // 2
    return compare_texts(text, text[1:] + "x"), compare_texts(text[:half], text[half:])


def _lexed(text: str) -> object:
    return list(tokenise(text)), inline_html(text), inline_text(text)


def _preformatted_as_markdown(text: str) -> object:
    """Read what nobody typed as Markdown, and write it as such, as the first look in the newsroom does."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    blocks = parse_html(f"<pre class=verse>{escaped}</pre>", new_id=counted_ids())
    return render_markdown(blocks)


def _code_as_markdown(text: str) -> object:
    return render_markdown(complete_blocks([{"type": "code", "text": text[:MAX_CODE_LENGTH]}], new_id=counted_ids()))


WORKS: dict[str, tuple[Work, tuple[str, ...]]] = {
    "Markdown": (_markdown, (*ANYWHERE, *MARKDOWN)),
    "HTML": (_html, (*ANYWHERE, *HTML)),
    "HTML of word processors": (_pasted, WORD_PROCESSORS),
    "plain text": (_plain, ANYWHERE),
    "blocks": (_written_blocks, HTML),
    "shorthand": (_shorthand, ANYWHERE),
    "inline Markdown": (_inline_markdown, MARKDOWN),
    "tokens of HTML": (_lexed, HTML),
    "fields of plain text": (_plain_fields, ANYWHERE),
    "addresses": (_addresses, (*ANYWHERE, *MARKDOWN)),
    "differences": (_differences, ANYWHERE),
    "a preformatted text as Markdown": (_preformatted_as_markdown, MARKDOWN),
    "code as Markdown": (_code_as_markdown, (*ANYWHERE, *MARKDOWN)),
}
QUICK = {"Markdown": 8, "HTML": 8, "HTML of word processors": 8, "a preformatted text as Markdown": 4}
"""Mixed texts, four of each kind, in the quick run; the other works are cheaper or are part of these."""


@pytest.mark.parametrize("name", WORKS)
def test_a_piece_repeated_costs_as_it_is_long(name: str, figures: Figures) -> None:
    work, pieces = WORKS[name]
    some = pieces[:: figures.choose(quick=3, suite=1, prove=1)]
    assert faults(work, single_pieces(some)) == []


@pytest.mark.parametrize("name", QUICK)
def test_mixed_pieces_cost_as_they_are_long(name: str) -> None:
    work, pieces = WORKS[name]
    assert faults(work, mixed_pieces(pieces, seed=1, count=QUICK[name])) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKS)
def test_a_piece_repeated_within_others_costs_as_it_is_long(name: str) -> None:
    work, pieces = WORKS[name]
    assert faults(work, enclosed_pieces(pieces)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKS)
def test_many_mixed_pieces_cost_as_they_are_long(name: str, figures: Figures) -> None:
    work, pieces = WORKS[name]
    assert faults(work, mixed_pieces(pieces, seed=2, count=figures.choose(suite=40, prove=400))) == []


def _references(digits: str) -> Make:
    return lambda length: f"<p>&#{digits * (length - 5)}"


FOUND: dict[str, tuple[Work, Make]] = {
    "a row of blanks": (_markdown, enclosed("a|b\n", " ", "x|")),
    "blanks before a backslash": (_markdown, enclosed("", " ", "\\")),
    "tables in a table too large for one": (_markdown, repeated("a|b\n-|-\n")),
    "tables without a word": (_markdown, repeated("|\n|-|\n|\n")),
    "stars in a bracket": (_markdown, lambda length: "[" + "*" * min(length // 7, 9_000)),
    "breaks and dividers in a table": (_html, lambda n: "<table>" + "<br>" * (n // 8) + "<hr>" * (n // 8)),
    "breaks and pictures": (_html, lambda n: "<br>" * (n // 8) + "<table>" + "<img src=https://e.org/a>" * (n // 50)),
    "lines of one item": (_html, enclosed("<ul><li>", "x<p>", "")),
    "lines of one cell": (_html, enclosed("<table><td>", "xx<p>", "")),
    "links in a pasted post that is broken up": (
        _html,
        lambda n: (
            '<figure><blockquote class="twitter-tweet">' + "<a href=https://e.org>" * (n // 44) + "<hr>" * (n // 8)
        ),
    ),
    "captions of dividers": (_html, lambda n: "<figure>" + "<hr>" * (n // 8) + "<figcaption>" + "x<p>" * (n // 8)),
    "non-breaking spaces": (_html, enclosed("x", "\u00a0", "y")),
    "ampersands": (_html, enclosed("x", "&#", "y")),
    "a number of a character": (_html, _references("9")),
    "noughts of a number of a character": (_html, _references("0")),
    "a text as it is stored, with blanks and a backslash": (_preformatted_as_markdown, enclosed("x", " ", "y\\")),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_to_take_longer_costs_as_it_is_long(name: str) -> None:
    work, make = FOUND[name]
    assert fault_of(work, make) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Markdown", "HTML", "plain text"])
def test_the_longest_text_there_may_be_costs_as_it_is_long(name: str) -> None:
    work, pieces = WORKS[name]
    long = [f"{piece!r}…" for piece in pieces if _is_slow_at_the_limit(work, repeated(piece))]
    assert long == []


def _is_slow_at_the_limit(work: Work, make: Make) -> bool:
    """Judge four doublings at once; what is refused before it is read is cheap at any length."""
    longest = cpu_seconds(work, make(16 * LARGE - 1))
    return longest > 0.5 and longest > GROWTH**2 * max(cpu_seconds(work, make(LARGE)) for _ in range(3))


@pytest.mark.parametrize("name", ["breaks", "addresses", "prose"])
def test_reading_the_slowest_text_lets_other_threads_run(name: str) -> None:
    work, text = {
        "breaks": (_html, "<p>" + "x<br>" * 13_000),
        "addresses": (_markdown, "http://" * 9_000),
        "prose": (_markdown, "Hello *you* and me. " * 3_200),
    }[name]
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    try:
        pauses = min((_longest_pause(work, text) for _ in range(3)), key=lambda pause: pause[0] / pause[1])
    finally:
        sys.setswitchinterval(before)
    assert pauses[0] < 0.4 * pauses[1], pauses


def _longest_pause(work: Work, text: str) -> tuple[float, float]:
    """Return the longest time that this thread was kept from running by one that works, and how long that worked."""
    thread = threading.Thread(target=work, args=(text,))
    thread.start()
    moments = [time.perf_counter()]
    while thread.is_alive():
        time.sleep(0.0002)  # a sample: how much later it wakes is what is measured
        moments.append(time.perf_counter())
    thread.join()
    return max(after - before for before, after in itertools.pairwise(moments)), moments[-1] - moments[0]


def test_the_judge_sees_the_square_and_the_slow() -> None:
    def square(text: str) -> object:
        return sum(1 for _ in range((len(text) // 20) ** 2))

    def slow(text: str) -> object:
        return sum(1 for _ in range(500 * len(text)))

    for work in (square, slow):
        # A disturbance of the yardstick hides a fault, once.
        assert any("for 64 KB" in str(fault_of(work, repeated("x"))) for _ in range(5)), work
    assert fault_of(len, repeated("x")) is None


def test_a_character_reference_of_any_length_is_a_character() -> None:
    blocks = parse_html(f"<p>&#{'0' * 5_000}65;&#{'9' * 5_000};&#{'0' * 5_000};", new_id=counted_ids())
    assert blocks[0]["html"] == "<p>A\ufffd\ufffd</p>"
