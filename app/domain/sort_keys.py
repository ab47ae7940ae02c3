"""Sort keys of a timeline: texts whose bytewise order is the order of the entries, the greater the newer.

A key is a fraction between 0 and 1 in base 63, whose digits are those of `DIGITS`; none ends in the lowest digit, so
that to compare bytes is to compare numbers. Most keys are made from a time and the number of an event. Between any two
keys there is room for another, and how much longer that one must be depends on its position in the gap:

- between two keys made from times it has four digits more, which is room for millions, and lies in the middle;
- beside a key that was inserted before (the longer one: the gap is being filled from that side) it is put 256
  further on, so that ten thousand entries moved into one gap, always on the same side, need no more digits;
- between two inserted keys of the same length it halves the rest, and has four digits more when nothing is left.

Moving entries to and fro between the same two neighbours can still make keys longer and longer. So a key has a
maximum length (`MAX_KEY_LENGTH`): beyond it, `make_room` makes new keys for the neighbours, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.clock import Micros
from app.domain.identifiers import BASE62

DIGITS = f"-{BASE62}"
MAX_KEY_LENGTH = 64
ROOMY_KEY_LENGTH = 48
"""Length to which `make_room` shortens keys, so that it is not needed again soon."""

_BASE = len(DIGITS)
_VALUES = {digit: value for value, digit in enumerate(DIGITS)}
_TIME_DIGITS = (26, 27)
_MORE_DIGITS = 4
_STEP = 256


def sort_key_at(at: Micros, seq: int) -> str:
    """Return the sort key of an entry that is dated `at` and published as event `seq`.

    Within one microsecond the event number decides, so that a batch keeps its order. Times before 1970 are counted up
    from far below, behind a sign that sorts before every digit.
    """
    return f"{at:014x}{seq:012x}" if at >= 0 else f"-{16**14 + at:014x}{seq:012x}"


def is_time_key(key: str) -> bool:
    """Return whether a key is one that `sort_key_at` makes; those of entries that were moved are longer."""
    return len(key) in _TIME_DIGITS


def key_between(low: str | None, high: str | None) -> str:
    """Return a key strictly between two; None stands for the end of the timeline. ValueError unless low < high."""
    return keys_between(low, high, 1)[0]


def keys_between(low: str | None, high: str | None, count: int) -> list[str]:
    """Return `count` keys strictly between two, in order and evenly spaced. ValueError unless low < high."""
    if low is not None and high is not None and low >= high:
        raise ValueError(f"nothing lies between {low} and {high}")
    depth = max(len(low or ""), len(high or ""), _TIME_DIGITS[0])
    if depth in _TIME_DIGITS:
        depth += _MORE_DIGITS
    floor, ceiling = _value(low or "", depth), _BASE**depth if high is None else _value(high, depth)
    # Two numbers for each key, since a number that ends in the lowest digit cannot be used.
    while ceiling - floor < 2 * (count + 1):
        depth, floor, ceiling = depth + _MORE_DIGITS, floor * _BASE**_MORE_DIGITS, ceiling * _BASE**_MORE_DIGITS
    near = _STEP * (count + 1)
    if len(low or "") > len(high or ""):
        ceiling = min(ceiling, floor + near)
    elif len(high or "") > len(low or ""):
        floor = max(floor, ceiling - near)
    stride = (ceiling - floor) // (count + 1)
    return [_key(floor + stride * number, depth) for number in range(1, count + 1)]


def make_room(keys: Sequence[str], gap: int, *, newest: str) -> tuple[int, list[str]]:
    """Make new keys for a newcomer before `keys[gap]` and for as few neighbours as possible; `keys` is in order.

    Returns the index at which the neighbours begin, and the new keys of all of them, the newcomer's in its position
    among them. If the whole timeline needs new keys, they lie below `newest`.
    """
    width = 1
    while True:
        start, end = max(0, gap - width), min(len(keys), gap + width)
        low = keys[start - 1] if start else None
        high = keys[end] if end < len(keys) else None if start else newest
        if low != high:
            made = keys_between(low, high, end - start + 1)
            if max(map(len, made)) <= ROOMY_KEY_LENGTH:
                return start, made
        width *= 2


def _value(key: str, depth: int) -> int:
    value = 0
    for digit in key:
        value = value * _BASE + _VALUES[digit]
    return int(value * _BASE ** (depth - len(key)))


def _key(value: int, depth: int) -> str:
    if value % _BASE == 0:
        value += 1
    digits = []
    for _ in range(depth):
        value, digit = divmod(value, _BASE)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))
