"""Shorthand for reporters in a hurry: `#tag`, `/key`, `/breaking`, `/major`, `/pin` and `@author`, taken out of a text.

A word between blanks is shorthand if all of it is one of these, and if it stands

- at the beginning of the text, or after other shorthand there: `/breaking #polls Polls have closed.`
- at the end of the text, or before other shorthand there: `Polls have closed. #polls @ada`
- on a line that has nothing but shorthand.

A tag is one word of letters of any script; a sign behind it, of any script too, makes it text (`#polls.`, `#東京。`).
Every icon is a command too: `/goal`, `/red_card` (app/domain/icons.py).
Everything else is text, and stays as it is, to the letter: `#1`, `C#`, `# Heading`, `/unknown`, `@nobody`, addresses of
mail and of pages, `#tag` in the middle of a sentence, lines of fenced code. Where a word would be taken, a backslash
before it keeps it (`\\#polls`), and is itself taken away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from app.domain.icons import ICONS
from app.domain.slugs import is_tag_word, slug_from_label

Principal = Mapping[str, Any]
FindAuthor = Callable[[str], Principal | None]
"""Finds the author of a name after an `@`; None if it is no person's, or that of several."""

COMMANDS = frozenset({"key", "breaking", "major", "pin", *ICONS})

_SOFT_HYPHEN = "\u00ad"
"""Seen at the end of a line alone, and no part of a word."""

_TAG = re.compile(r"[#＃](\S{1,99})")
_COMMAND = re.compile(r"/([A-Za-z_]+)", re.ASCII)
_AUTHOR = re.compile(r"@([^\W_][\w.-]{0,98})")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_WORD = re.compile(r"\S+")
_FENCE = re.compile(r"[ \t]*`{3,}[^`]*")


class ShorthandWord(NamedTuple):
    """One word of shorthand: a tag as {slug, label}, a command by its name, or an author."""

    kind: Literal["tag", "command", "author"]
    value: Any


@dataclass(frozen=True, slots=True)
class Shorthand:
    """A text without its shorthand, and the shorthand that was found, in the order of the text, each once."""

    text: str
    tags: tuple[Mapping[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    authors: tuple[Principal, ...] = ()


def read_shorthand(text: str, *, find_author: FindAuthor) -> Shorthand:
    """Take the shorthand out of `text`. A text without any is returned to the letter."""
    if not any(sign in text for sign in "#＃/@"):
        return Shorthand(text)
    reader = _Reader(find_author)
    rest = reader.read(text)
    if not reader.found:
        return Shorthand(rest)
    return Shorthand(
        rest.strip(),
        tags=reader.values("tag"),
        commands=reader.values("command"),
        authors=reader.values("author"),
    )


class _Reader:
    def __init__(self, find_author: FindAuthor) -> None:
        self.found: list[ShorthandWord] = []
        self._find_author = find_author
        self._meanings: dict[str, ShorthandWord | None] = {}

    def values(self, kind: str) -> tuple[Any, ...]:
        """Return the values of one kind that were found, without repetition."""
        return tuple({repr(sign.value): sign.value for sign in self.found if sign.kind == kind}.values())

    def read(self, text: str) -> str:
        """Return the text without its shorthand."""
        lines = _LINE.findall(text)
        code = _lines_of_code([line for line, _ in lines])
        alone = [
            bool(line.strip()) and number not in code and all(map(self._meaning, line.split()))
            for number, (line, _) in enumerate(lines)
        ]
        written = [number for number, (line, _) in enumerate(lines) if line.strip() and not alone[number]]
        ends = (written[0], written[-1]) if written else (-1, -1)
        rest = []
        for number, (line, end) in enumerate(lines):
            if alone[number]:
                self._take(line.split())
            elif line.strip():
                rest += [self._read_line(line, first=number == ends[0], last=number == ends[1]), end]
            else:
                rest += [line, end]
        return "".join(rest)

    def _read_line(self, line: str, *, first: bool, last: bool) -> str:
        """Return a line of text without the shorthand at its beginning (if `first`) and at its end (if `last`)."""
        words = list(_WORD.finditer(line))
        plain = [number for number, word in enumerate(words) if self._meaning(word[0]) is None]
        start, end = 0, len(line)
        if first and plain[0] > 0:
            self._take([word[0] for word in words[: plain[0]]])
            start = words[plain[0]].start()
        if last and plain[-1] < len(words) - 1:
            self._take([word[0] for word in words[plain[-1] + 1 :]])
            end = words[plain[-1]].end()
        escaped = [number for number in plain if self._is_escaped(words[number][0])]
        if len(escaped) < len(plain):  # with other text in the line, words are taken at the ends of the text alone
            edges = {plain[0]} if first else set()
            edges |= {plain[-1]} if last else set()
            escaped = [number for number in escaped if number in edges]
        pieces = []
        for number in escaped:
            backslash = words[number].start()
            pieces.append(line[start:backslash])
            start = backslash + 1
        return "".join([*pieces, line[start:end]])

    def _take(self, words: list[str]) -> None:
        self.found += [sign for word in words if (sign := self._meaning(word)) is not None]

    def _is_escaped(self, word: str) -> bool:
        return word.startswith("\\") and self._meaning(word[1:]) is not None

    def _meaning(self, word: str) -> ShorthandWord | None:
        if word not in self._meanings:
            self._meanings[word] = self._look_up(word)
        return self._meanings[word]

    def _look_up(self, word: str) -> ShorthandWord | None:
        word = word.replace(_SOFT_HYPHEN, "")
        if match := _TAG.fullmatch(word):
            return _tag(match[1]) if is_tag_word(match[1]) else None
        if match := _COMMAND.fullmatch(word):
            name = match[1].lower()
            return ShorthandWord("command", name) if name in COMMANDS else None
        if match := _AUTHOR.fullmatch(word):
            author = self._find_author(match[1])
            return None if author is None else ShorthandWord("author", author)
        return None


def _lines_of_code(lines: list[str]) -> set[int]:
    """Return the numbers of the lines between fences (app/content/markdown/fences.py): `#endif` is no tag there."""
    fences = [number for number, line in enumerate(lines) if _FENCE.fullmatch(line)]
    pairs = zip(fences[::2], fences[1::2], strict=False)
    return {number for start, end in pairs for number in range(start, end + 1)}


def _tag(name: str) -> ShorthandWord:
    label = name.replace("_", " ").strip()
    return ShorthandWord("tag", {"slug": slug_from_label(label), "label": label})
