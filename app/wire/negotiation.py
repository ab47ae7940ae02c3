"""Accept-Encoding (RFC 9110 §12.5.3): the choice among the encodings we keep."""

from __future__ import annotations

from enum import Enum

from app.wire.short_cache import cache_short


class Encoding(Enum):
    """A content coding: its name in headers, and the suffix that tells its ETag apart from the plain one."""

    IDENTITY = ("identity", "")
    GZIP = ("gzip", "-gz")
    BROTLI = ("br", "-br")

    def __init__(self, coding: str, suffix: str) -> None:
        self.coding = coding
        self.suffix = suffix


_OURS = (Encoding.BROTLI, Encoding.GZIP)
"""The best first: where a client prefers none, this order decides."""


@cache_short(512)
def choose_encoding(accept_encoding: bytes | None) -> Encoding:
    """Return the coding the client prefers among ours; plain when it names none of them, or cannot be understood."""
    if not accept_encoding:
        return Encoding.IDENTITY
    weights = _weights(accept_encoding.decode("latin-1").lower())
    fallback = weights.get("*", 0.0)
    plain = weights.get("identity", 0.0)
    best, best_weight = Encoding.IDENTITY, plain
    for encoding in _OURS:
        weight = weights.get(encoding.coding, fallback)
        if weight > 0 and (weight > best_weight or (best is Encoding.IDENTITY and weight >= best_weight)):
            best, best_weight = encoding, weight
    return best


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in header.split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        if coding:
            weights["gzip" if coding == "x-gzip" else coding] = _weight(parameters)
    return weights


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
