"""Values of another system's JSON, of whatever type they turn out to be, as the type that is wanted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.clock import Micros
from app.importers.foreign import ForeignStory, ReadOptions
from app.importers.times import NotATime, is_absent, read_time

_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_YES = frozenset({"true", "1", "yes", "on"})


def string_of(value: Any) -> str:
    """Return a value as text that can be stored and sent: "" for what is none, no control character, no half one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return _UNSHOWN.sub(" ", str(value)).strip()


def flag_of(value: Any) -> bool:
    """Return whether a value says yes: true, 1, or such a word."""
    return value is True or string_of(value).lower() in _YES


def list_of(value: Any) -> Sequence[Any]:
    """Return a list, or nothing for what is none."""
    return value if isinstance(value, list) else ()


def mapping_of(value: Any) -> Mapping[str, Any]:
    """Return an object, or an empty one for what is none."""
    return value if isinstance(value, Mapping) else {}


def first_text(value: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return the first text among some members, "" for none."""
    return next((text for name in names if (text := string_of(value.get(name)))), "")


def first_time(value: Mapping[str, Any], names: Sequence[str], options: ReadOptions) -> Micros:
    """Read the first time among some members. Raises NotATime."""
    given = next((value[name] for name in names if not is_absent(value.get(name))), None)
    return read_time(given, now=options.now, zone=options.time_zone)


def note_start(
    story: ForeignStory, value: Mapping[str, Any], names: Sequence[str], options: ReadOptions, *, where: str
) -> None:
    """Set the beginning of a live blog to the first time among some members, if any; `where` is their place."""
    if all(is_absent(value.get(name)) for name in names):
        return
    try:
        story.created_at = first_time(value, names, options)
    except NotATime as error:
        story.note(where, f"The live blog's start is no time: {error}.")
