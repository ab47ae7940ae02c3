"""The audit log as a file: one JSON object per line, or a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from app.wire.encoding import encode_json

AuditFormat = Literal["ndjson", "csv"]

MEDIA_TYPES: Mapping[AuditFormat, str] = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8; header=present",
}
COLUMNS = (
    "id", "at", "person", "token", "action", "object", "object_id", "story", "before", "after", "request_id", "name",
)  # fmt: skip

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins with one of these, even one that comes from a client."""


def encode_audit_header(form: AuditFormat) -> bytes:
    """Encode the header before the first line: the column names of a table, nothing for NDJSON."""
    return _row(COLUMNS) if form == "csv" else b""


def encode_audit_line(item: Mapping[str, Any], form: AuditFormat) -> bytes:
    """Encode one write of the audit log, with its line end."""
    if form == "ndjson":
        return encode_json(item) + b"\n"
    return _row(_cell(item[name]) for name in COLUMNS)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = encode_json(value).decode() if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _row(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()
