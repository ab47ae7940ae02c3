"""Marks of emphasis: where they begin and end something, in every script.

CommonMark lets a mark beside punctuation begin or end something only if there is a blank or other punctuation on its
far side. That takes words for granted that stand between blanks: in `これは**「重要」**です` no mark would end. So wide
punctuation counts as a letter, and a letter of a script without capitals on the far side counts as a blank does.
"""

from __future__ import annotations

import unicodedata

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline.state_inline import Delimiter, StateInline

_MARKS = {ord("*"): "*", ord("_"): "_", ord("~"): "~~"}
_COUNTED = "open_marks"


def emphasis(state: StateInline, silent: bool) -> bool:
    """Put the stars or low lines at the position into the list of marks."""
    mark = state.src[state.pos]
    if silent or mark not in "*_":
        return False
    end = _end_of_run(state)
    can_open, can_close = _flanking(state, end, splits_words=mark == "*")
    length = end - state.pos
    for _ in range(length):
        _append(state, mark, Delimiter(ord(mark), length, 0, -1, can_open, can_close))
    state.pos = end
    return True


def strikethrough(state: StateInline, silent: bool) -> bool:
    """Put the pairs of tildes at the position into the list of marks; of an odd number the first is text."""
    if silent or not state.src.startswith("~~", state.pos):
        return False
    end = _end_of_run(state)
    can_open, can_close = _flanking(state, end, splits_words=True)
    if (end - state.pos) % 2:
        state.push("text", "", 0).content = "~"
    for _ in range((end - state.pos) // 2):
        # A length of nought leaves out CommonMark's rule of three, which is for runs that both open and close.
        _append(state, "~~", Delimiter(ord("~"), 0, 0, -1, can_open, can_close))
    state.pos = end
    return True


def open_marks(state: StateInline) -> dict[str, int]:
    """Count, for each mark, those before the position that began something and are not closed yet.

    Each mark is counted once for all who ask. Only outside of links, within which the marks are those of the link.
    """
    counted, unclosed = state.env.setdefault(_COUNTED, (0, dict.fromkeys(_MARKS.values(), 0)))
    for delimiter in state.delimiters[counted:]:
        mark = _MARKS[delimiter.marker]
        if delimiter.close and unclosed[mark]:
            unclosed[mark] -= 1
        elif delimiter.open:
            unclosed[mark] += 1
    state.env[_COUNTED] = (len(state.delimiters), unclosed)
    return dict(unclosed)


def _append(state: StateInline, text: str, delimiter: Delimiter) -> None:
    state.push("text", "", 0).content = text
    delimiter.token = len(state.tokens) - 1
    state.delimiters.append(delimiter)


def _end_of_run(state: StateInline) -> int:
    source, end = state.src, state.pos
    while end < state.posMax and source[end] == source[state.pos]:
        end += 1
    return end


def _flanking(state: StateInline, end: int, *, splits_words: bool) -> tuple[bool, bool]:
    """Return whether the run of marks from the position to `end` can begin something, and whether it can end it."""
    before = state.src[state.pos - 1] if state.pos > 0 else " "
    after = state.src[end] if end < state.posMax else " "
    left = _is_flanking(before, after)
    right = _is_flanking(after, before)
    if splits_words:
        return left, right
    return left and (not right or _is_punctuation(before)), right and (not left or _is_punctuation(after))


def _is_flanking(outside: str, inside: str) -> bool:
    if isWhiteSpace(ord(inside)):
        return False
    if not _is_punctuation(inside) or _is_wide(inside):
        return True
    return isWhiteSpace(ord(outside)) or _is_punctuation(outside) or _is_wide(outside) or _has_no_case(outside)


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _is_wide(character: str) -> bool:
    return not character.isascii() and unicodedata.east_asian_width(character) in "WF"


def _has_no_case(character: str) -> bool:
    """Return whether `character` is a letter of a script without capitals, or a sign that belongs to a letter."""
    return not character.isascii() and unicodedata.category(character) in {"Lo", "Lm", "Mn", "Mc"}
