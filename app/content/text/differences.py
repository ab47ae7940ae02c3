"""Differences between two texts, word by word.

Lines are compared first, then the words of those that changed, with the standard library's difflib. Its time grows
with the cube of its input in the worst case, so that it compares little at once: where there is more, the whole of it
is reported as replaced, which is true as well.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from operator import itemgetter
from typing import Literal

from app.content.text.graphemes import joining_class

Step = tuple[Literal["same", "removed", "added"], str]

MAX_COMPARED_PIECES = 600
"""The most lines or words (blanks and signs count) that are compared at once: 50 ms where they are meant to be slow."""

DIFFERENCE_WORK = 4_000
"""Pieces compared for one reply, at most 90 ms; a reply with more to compare reports the rest in larger pieces."""

_ASCII_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Difference:
    """The steps from one text to the other, in the order of the text: what is the same, removed, or added.

    `truncated` says that some of it was too long to be compared word by word. `work` is its cost, in pieces.
    """

    steps: tuple[Step, ...]
    truncated: bool
    work: int


def compare_texts(before: str, after: str, *, work: int = DIFFERENCE_WORK) -> Difference:
    """Compare two texts. The steps "same" and "removed" make up `before`, "same" and "added" `after`."""
    comparison = _Comparison(work)
    steps = list(comparison.compare(before.splitlines(keepends=True), after.splitlines(keepends=True), by_word=True))
    return Difference(tuple(_merged(steps)), comparison.truncated, comparison.done)


class _Comparison:
    def __init__(self, work: int) -> None:
        self.work = work
        self.done = 0
        self.truncated = False

    def compare(self, before: Sequence[str], after: Sequence[str], *, by_word: bool) -> Iterator[Step]:
        """Yield the steps between two lists of pieces: of lines first, then (`by_word`) of words in replaced lines."""
        start, end = _common_ends(before, after)
        yield "same", "".join(before[:start])
        old, new = before[start : len(before) - end], after[start : len(after) - end]
        if not (old and new):
            yield from _replaced(old, new)
        elif not self._afford(old, new):
            self.truncated = True
            yield from _replaced(old, new)
        else:
            yield from self._match(old, new, by_word=by_word)
        yield "same", "".join(before[len(before) - end :])

    def _match(self, old: Sequence[str], new: Sequence[str], *, by_word: bool) -> Iterator[Step]:
        for tag, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
            if tag == "equal":
                yield "same", "".join(old[i:j])
            elif by_word and tag == "replace":
                yield from self.compare(_words(old[i:j]), _words(new[k:m]), by_word=False)
            else:
                yield from _replaced(old[i:j], new[k:m])

    def _afford(self, old: Sequence[str], new: Sequence[str]) -> bool:
        cost = len(old) + len(new)
        if max(len(old), len(new)) > MAX_COMPARED_PIECES or self.done + cost > self.work:
            return False
        self.done += cost
        return True


def _words(lines: Sequence[str]) -> list[str]:
    text = "".join(lines)
    return (_ASCII_PIECE if text.isascii() else _piece()).findall(text)


@functools.cache
def _piece() -> re.Pattern[str]:
    """Return the pattern of a word, blanks, or a sign: with all that joins it, so that no emoji or syllable is cut."""
    joining = joining_class()
    flag = "[\U0001f1e6-\U0001f1ff]{2}"
    return re.compile(rf"\w(?:\w|{joining})*|\s+|(?:{flag}|[^\w\s])(?:{joining}|(?<=\u200d)[^\w\s])*")


def _common_ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """Count the pieces at the beginning and at the end that are the same in both."""
    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, end


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    yield "removed", "".join(old)
    yield "added", "".join(new)


def _merged(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the same steps without empty ones, and neighbours of one kind as one."""
    for kind, group in groupby((step for step in steps if step[1]), key=itemgetter(0)):
        yield kind, "".join(piece for _, piece in group)
