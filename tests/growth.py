"""Nasty inputs of any length, and a judge of the CPU time that reading them takes."""

from __future__ import annotations

import contextlib
import gc
import random
import re
import time
from collections.abc import Callable, Iterator

from app.domain.errors import LiveblogError

KILOBYTE = 1_024
SMALL, LARGE = 16 * KILOBYTE, 64 * KILOBYTE

GROWTH = 2.5**2
"""The most that four times the length may cost: twice 2.5 times for twice the length."""

BOUND = 14.0
"""The most that 64 KB may cost, in yardsticks: 0.1 s where a yardstick takes 7 ms, as where this was written."""
TOLERANCE = 3.0
"""CPU time on a machine that others use too is up to this often that of a machine of one's own."""

_NOISE = 8.0
"""In yardsticks. Below it a quotient of two times says little: limits change what is done with a text as it grows."""

Work = Callable[[str], object]
Make = Callable[[int], str]
"""Makes a text of about so many characters."""

ANYWHERE = (
    *(
        " ",
        "\t",
        "\n",
        "\r",
        "\\",
        "x",
        "x ",
        "x\n",
        "x\n\n",
        "1",
        "é",
        "中",
        "\u00a0",
        "\u3000",
        "\u200b",
        "\ufeff",
        "\x0b",
        "\u2028",
    ),
    *(
        "\u0301",
        "\u0323\u0301",
        "\u0344\u0323",
        "'",
        '"',
        "—",
        "&",
        "&amp;",
        "&#",
        "&#1",
        "=",
        "/",
        "@",
        "#",
        "#a ",
        "/key ",
    ),
    *("http://", "https://e.org/x ", "https://e.org/x\n", "https://youtu.be/dQw4w9WgXcQ\n", "mailto:a@e.org "),
)
MARKDOWN = (
    *(
        "*",
        "**",
        "*a ",
        "_",
        "_a ",
        "`",
        "``x`",
        "~",
        "~~",
        "~~a ",
        "[",
        "[a",
        "]",
        "![",
        "[a](",
        "![a](",
        "](https://e.org)",
    ),
    *(
        "[a](<b",
        '[a](https://e.org "',
        "[a](https://e.org)",
        "![a](https://e.org)",
        "[[block:b1]]\n",
        "\\*",
        "\\|",
        "\\>",
    ),
    *(
        "> ",
        "> x\n",
        "- ",
        "- x\n",
        "1. x\n",
        "# ",
        "# x\n\n",
        "---\n\n",
        "|",
        "|-|",
        "|-|\n",
        "a|b\n",
        "-|-\n",
        "a|b\n-|-\n",
    ),
    *("<https://e.org>", "<", "<mailto:a", "(", ")", "!", ":", "://"),
    *(
        "https://e.org/a_ ",
        "_https://e.org/_",
        "**https://e.org/**。",
        "**「a」**",
        "~~「a」~~",
        "https://e.org/。",
        "。",
    ),
    *("```\n", "```", "````\nx\n", "```\nx\n```\n", "- ```\n", "> `\n"),
)
HTML = (
    *("<", ">", "</", "<!", "<!--", "-->", "<?", "<a", "<a b='", '<a b="', "<a b= ", "<script>", "<style>", "<iframe>"),
    *(
        "<b>",
        "</b>",
        "<b>x",
        "<br>",
        "<br>x",
        "<p>",
        "<p>x",
        "</p>",
        "<div>x",
        "<hr>",
        "<h2>x",
        "<pre>",
        "<pre>x",
        "<pre><div>x",
        "</pre>",
        "<span lang=a>x",
        "<p dir=rtl>",
        "<p dir=rtl>x",
        "<div lang=ar>x",
        "</div>",
        "<q lang=fr>x",
        "<bdi>x",
        "</bdi>",
    ),
    *(
        "<ul>",
        "<ul>x",
        "<li>",
        "<li>x",
        "<li dir=rtl>x<p dir=ltr>y",
        "<td lang=he>x<p>y",
        "</ul>",
        "<table>",
        "<table>x",
        "<tr>",
        "<td>",
        "<td>x",
        "</table>",
        "<caption>x",
    ),
    *(
        "<blockquote>",
        "<blockquote>x",
        "</blockquote>",
        "<cite>x",
        "<footer>x",
        "<figure>",
        "<figcaption>x",
        "</figure>",
    ),
    *(
        "<a href=https://e.org>",
        "<a href=https://e.org>x",
        "</a>",
        "<img src=https://e.org/a>",
        "<video src=https://e.org/v>",
    ),
    *("<source src=x>", "<blockquote class=twitter-tweet>", "<small>x", "<figure data-url=https://e.org>"),
)

WORD_PROCESSORS = (
    *(
        "<p style='mso-list:l0 level1 lfo1'>",
        "<p style='mso-list:l0 level9 lfo1'>x",
        "<p class=MsoListParagraph>",
        "</p>x",
    ),
    *("<p class=MsoListParagraph><span>", "<span style='mso-list:Ignore'>", "<span style='mso-list:Ignore'>1.</span>x"),
    *(
        "<span style='font-weight:700'>",
        "<span style='font-weight:700'>x",
        "<span style='font-weight:400'>x",
        "</span>",
    ),
    *("<b style='font-weight:400'>", "<b>x<span style='font-weight:400'>x", "</b>", "<i style='font-style:normal'>x"),
    *("<ul><li data-listid=1>", "<ul><li data-listid=1 data-aria-level=2>x</ul>", "<ul>", "<ul> ", "</ul>", "<li>x"),
    *(
        "<p style='font-weight:700'>x",
        "<li style='font-weight:700'>x",
        "<td style='font-weight:700'>x",
        "<span class=EOP>",
    ),
    *("<b style='", "<b style=';;;;", "<p role=heading>x", "<div style='white-space:pre;font-family:mono'>x", "</div>"),
    *("<blockquote style='border:none'>x", "</blockquote>", "<o:p>", "&nbsp;", "<xml>", "<b>", "x"),
)
"""Follow a piece that has word processors' HTML read as such."""


def repeated(piece: str) -> Make:
    """Return the piece again and again."""
    return lambda length: (piece * (length // len(piece) + 1))[:length]


def enclosed(before: str, piece: str, after: str) -> Make:
    """Return the piece again and again, between two others."""
    return lambda length: before + repeated(piece)(length - len(before) - len(after)) + after


def one_then_the_other(first: str, second: str) -> Make:
    """Return as much of one piece as of another after it."""
    return lambda length: repeated(first)(length // 2) + repeated(second)(length // 2)


def single_pieces(pieces: tuple[str, ...]) -> Iterator[tuple[str, Make]]:
    """Yield each piece, repeated."""
    for piece in pieces:
        yield f"{piece!r}…", repeated(piece)


def enclosed_pieces(pieces: tuple[str, ...]) -> Iterator[tuple[str, Make]]:
    """Yield each piece, repeated within what a later rule looks for."""
    for piece in pieces:
        yield f"a row of {piece!r}…", enclosed("a|b\n", piece, "x|")
        yield f"{piece!r}… and a backslash", enclosed("x", piece, "y\\")
        yield f"{piece!r}… and an end", enclosed("x", piece, " y\n\n](https://e.org)>'\"")


def mixed_pieces(pieces: tuple[str, ...], *, seed: int, count: int) -> Iterator[tuple[str, Make]]:
    """Yield `count` texts of two to four pieces, in runs and in turns."""
    draw = random.Random(seed)
    for _ in range(count):
        start, one, other, third = (draw.choice(pieces) for _ in range(4))
        yield f"{one!r}… {other!r}…", one_then_the_other(one, other)
        yield f"({one!r} {other!r})…", repeated(one + other)
        yield f"{start!r} {one!r}… ({other!r} {third!r})…", enclosed(start, one, "")
        yield f"{one!r}… ({other!r} {third!r})…", one_then_the_other(one, other + third)


def faults(work: Work, texts: Iterator[tuple[str, Make]]) -> list[str]:
    """Return a sentence about each text that costs more than it may as it grows."""
    return [fault for name, make in texts if (fault := _fault(name, work, make)) is not None]


def _fault(name: str, work: Work, make: Make) -> str | None:
    large = cpu_seconds(work, make(LARGE))
    if large <= _NOISE * _QUICKEST_YARDSTICK_SECONDS:
        return None
    small, yardstick = cpu_seconds(work, make(SMALL)), cpu_seconds(_yardstick, "")
    for _ in range(3):  # a disturbance only ever adds to a time
        is_slow, grows = large > TOLERANCE * BOUND * yardstick, large > GROWTH * max(small, _NOISE * yardstick / GROWTH)
        if not (is_slow or grows):
            return None
        small, large = max(small, cpu_seconds(work, make(SMALL))), min(large, cpu_seconds(work, make(LARGE)))
        yardstick = max(yardstick, cpu_seconds(_yardstick, ""))
    return f"{name}: {1000 * small:.0f} ms for 16 KB, {1000 * large:.0f} for 64 KB, {1000 * yardstick:.1f} a yardstick"


_YARDSTICK_TEXT = "<b>x</b> a&b " * 4_000
_QUICKEST_YARDSTICK_SECONDS = 0.004


def _yardstick(_: str) -> object:
    """Do a fixed amount of what the works under test do, so that the same limits hold on a slower machine."""
    counts: dict[str, int] = {}
    for token in re.finditer(r"<(/?)(\w+)>|&|[^<&]+", _YARDSTICK_TEXT):
        counts[token[0]] = counts.get(token[0], 0) + len(token[0].strip())
    for place, character in enumerate(_YARDSTICK_TEXT):
        counts[character] = counts.get(character, 0) + place
    return counts


def fault_of(work: Work, make: Make) -> str | None:
    """Return a sentence about this text if it costs more than it may as it grows."""
    return _fault("this text", work, make)


def cpu_seconds(work: Work, text: str) -> float:
    """Measure the CPU time of one piece of work; a text that is refused has cost the time until then.

    The collector is off meanwhile: how often it comes depends on the work, what it costs then on all that the tests
    before have left.
    """
    gc.disable()
    before = time.process_time()
    try:
        with contextlib.suppress(LiveblogError):
            work(text)
        return time.process_time() - before
    finally:
        gc.enable()
