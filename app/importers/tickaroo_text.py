"""Tickaroo's attributed text → HTML: a plain text, and spans of it by their first and last character."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from app.content.addresses import link_address
from app.importers.markup import html_of_lines
from app.importers.values import string_of

_TAGS = {
    "BoldSpan": "strong",
    "ItalicSpan": "em",
    "UnderlineSpan": "u",
    "StrikethroughSpan": "s",
    "HeadlineSpan": "h3",
}
MAX_SPANS = 2_000


def html_of_attributed(attributed: Mapping[str, Any]) -> str:
    """Write an attributed text as HTML. Spans that overlap are closed and opened again; wrong ones are left out.

    Positions count UTF-16 units, as the scripts that write them do.
    """
    units = string_of(attributed.get("text") or attributed.get("title")).encode("utf-16-le")
    length = len(units) // 2
    edges: dict[int, list[tuple[bool, int, str]]] = {}
    spans = attributed.get("attrs")
    for number, span in enumerate((spans if isinstance(spans, list) else [])[:MAX_SPANS]):
        opening = _opening(span) if isinstance(span, Mapping) else ""
        start, end = (span.get("start"), span.get("end")) if opening else (None, None)
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length:
            edges.setdefault(start, []).append((True, number, opening))
            edges.setdefault(end, []).append((False, number, opening))
    written: list[str] = []
    open_spans: dict[int, str] = {}
    at = 0
    for place in sorted({*edges, length}):
        written.append(_wrapped(_piece(units, at, place), open_spans))
        at = place
        for opens, number, opening in edges.get(place, ()):
            if opens:
                open_spans[number] = opening
            else:
                open_spans.pop(number, None)
    return html_of_lines("".join(written))


def _piece(units: bytes, start: int, end: int) -> str:
    return escape(units[2 * start : 2 * end].decode("utf-16-le", "replace"), quote=False)


def _wrapped(text: str, open_spans: Mapping[int, str]) -> str:
    if not text.strip():
        return text
    openings = list(dict.fromkeys(open_spans.values()))[:8]
    closings = [f"</{opening[1:].partition(' ')[0].rstrip('>')}>" for opening in reversed(openings)]
    return "".join(openings) + text + "".join(closings)


def _opening(span: Mapping[str, Any]) -> str:
    kind = string_of(span.get("_type")).rpartition("::")[2]
    if kind == "RefSpan":
        ref = span.get("ref")
        address = link_address(string_of(ref.get("url"))) if isinstance(ref, Mapping) else None
        return f'<a href="{escape(address)}">' if address else ""
    tag = _TAGS.get(kind, "")
    return f"<{tag}>" if tag else ""
