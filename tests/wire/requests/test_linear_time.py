"""No kind of text that a client may write takes time that grows faster than the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import TypeAdapter, ValidationError

from app.wire.requests import entries, text
from tests.growth import ANYWHERE, HTML, faults, single_pieces

PIECES = (*ANYWHERE, "a-", "-", "0", "T", ":", ".", "2026-11-03T21:04:05", "[", "{", "<b>", *HTML[:6])
KINDS = {
    name: TypeAdapter(kind)
    for name, kind in {**vars(text), **vars(entries)}.items()
    if getattr(kind, "__metadata__", None) is not None
}


def _checked(kind: TypeAdapter[object]) -> Callable[[str], None]:
    def check(value: str) -> None:
        try:
            kind.validate_python(value)
        except (ValidationError, ValueError) as error:
            str(error)

    return check


def test_the_kinds_are_found() -> None:
    assert {"Body", "Line", "Paragraphs", "WebAddress", "Timestamp", "TagSlug", "ExternalId", "ClientId"} <= set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_text_is_checked_in_time_that_grows_with_the_text(name: str) -> None:
    assert faults(_checked(KINDS[name]), single_pieces(PIECES)) == []
