"""Characters that are refused, named with their place, so that a person finds them."""

from __future__ import annotations

import unicodedata

from app.content import split_lines

_CONTROLS = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
).split()
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"


def name_with_place(text: str, index: int) -> str:
    """Return the name of the character of `text` at `index`, and where it stands, counted from 1."""
    *before, line = split_lines(text[: index + 1])
    place = f"line {len(before) + 1}, character {len(line)}" if before and line else f"character {index + 1}"
    return f"{_name(text[index])} at {place}"


def name_hidden(text: str) -> str:
    """Return the names and places of the first characters of `text` that show as nothing."""
    found = [index for index, character in enumerate(text) if _is_unseen(character)]
    named = [name_with_place(text, index) for index in found[:3]]
    return ", ".join(named) + (" …" if len(found) > len(named) else "")


def _is_unseen(character: str) -> bool:
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0000" <= character <= "\U000e0fff"
    return is_selector or character in _FILLERS or (unicodedata.category(character) in _UNSEEN and character != "\n")


def _name(character: str) -> str:
    code = ord(character)
    control = "DEL" if code == 0x7F else _CONTROLS[code] if code < len(_CONTROLS) else None
    name = control or unicodedata.name(character, "")
    return f"U+{code:04X} ({name})" if name else f"U+{code:04X}"
