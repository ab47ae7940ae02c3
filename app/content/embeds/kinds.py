"""The kinds of text that a placeholder of an address pattern stands for: each an alphabet and a length, none a pattern.

Each reads one piece of an address in time that grows with its length, and returns what is put into a frame's address.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

MAX_ID = 64
MAX_NAME = 100
MAX_TEXT = 1_500

_ID = re.compile(r"[A-Za-z0-9_-]+")
_NUMBER = re.compile(r"[0-9]+")
_NAME = re.compile(r"[A-Za-z0-9_.:@~+-]+")
_SECONDS = re.compile(r"(?:([0-9]{1,3})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,6})s?)?")
_DEGREES = r"-?[0-9]{1,3}(?:\.[0-9]{1,12})?"
_POINT = re.compile(rf"({_DEGREES}),({_DEGREES})(?:,[0-9.]{{1,12}}[mz])?(?:,[^/]{{0,100}})?")
_MAP_VIEW = re.compile(rf"([0-9]{{1,2}})(?:\.[0-9]{{1,6}})?/({_DEGREES})/({_DEGREES})")

_MAP_PIXELS = 640
_TILE_PIXELS = 256
MAX_LATITUDE = 85.0

Read = Callable[[str], str | None]
"""Returns what a frame's address gets of a piece of an address; None if the piece is not of the kind."""


def _spelt(pattern: re.Pattern[str], most: int) -> Read:
    def read(piece: str) -> str | None:
        # A name of dots alone would be a way up in the path of the frame.
        fits = len(piece) <= most and pattern.fullmatch(piece) and piece.strip(".")
        return piece if fits else None

    return read


def _read_coded(piece: str) -> str | None:
    """Read an id with a digit in it, which sets it apart from the name of a page."""
    return piece if len(piece) <= MAX_NAME and _ID.fullmatch(piece) and any(map(str.isdigit, piece)) else None


def _read_text(piece: str) -> str | None:
    return piece if 0 < len(piece) <= MAX_TEXT and piece.isprintable() else None


def _read_seconds(piece: str) -> str | None:
    """Read a time into a film, `90`, `90s` or `1h2m3s`, as seconds."""
    match = _SECONDS.fullmatch(piece) if len(piece) <= MAX_ID else None
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return str(3600 * hours + 60 * minutes + seconds)


def _read_point(piece: str) -> str | None:
    """Read the point of a map, `52.5,13.4` with what may follow of it: `,15z`."""
    match = _POINT.fullmatch(piece) if len(piece) <= MAX_TEXT else None
    if match is None or not _is_on_earth(match[1], match[2]):
        return None
    return f"{match[1]},{match[2]}"


def _read_map_view(piece: str) -> str | None:
    """Read the zoom and the middle of a map, `12/52.5/13.4`, as the four edges that a frame of ours then shows."""
    match = _MAP_VIEW.fullmatch(piece) if len(piece) <= MAX_ID else None
    if match is None or not _is_on_earth(match[2], match[3]):
        return None
    zoom, latitude, longitude = min(int(match[1]), 20), float(match[2]), float(match[3])
    across = 360 / 2**zoom * _MAP_PIXELS / _TILE_PIXELS / 2
    latitude = max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude))
    up = across * math.cos(math.radians(latitude)) * 0.75
    edges = (longitude - across, latitude - up, longitude + across, latitude + up)
    west, south, east, north = (
        f"{max(-most, min(most, edge)):.5f}" for edge, most in zip(edges, (180, 90, 180, 90), strict=True)
    )
    return f"{west},{south},{east},{north}"


def _is_on_earth(latitude: str, longitude: str) -> bool:
    return abs(float(latitude)) <= 90 and abs(float(longitude)) <= 180


KINDS: Mapping[str, Read] = MappingProxyType(
    {
        "id": _spelt(_ID, MAX_ID),
        "coded": _read_coded,
        "number": _spelt(_NUMBER, 20),
        "name": _spelt(_NAME, MAX_NAME),
        "seconds": _read_seconds,
        "text": _read_text,
        "point": _read_point,
        "map_view": _read_map_view,
    }
)
"""The kinds by name. `text` may be anything printable, and so stands in the query of a frame's address alone."""

UNSPELT = frozenset({"text"})
"""Kinds that are no part of a path."""
