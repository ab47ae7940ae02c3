"""Positions survive a round trip, and no other text is accepted."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from app.domain.clock import Micros
from app.domain.errors import InvalidInput
from app.reading.positions import encode_position, encode_story_position, parse_position, parse_story_position
from app.storage.public.reads import Boundary, StoryListPosition

ENTRY = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"


@pytest.mark.parametrize("direction", ["older", "newer"])
@pytest.mark.parametrize("inclusive", [True, False])
def test_a_position_says_what_it_was_made_from(direction: str, inclusive: bool) -> None:
    boundary = Boundary("0660ffb829ed85000000000002", ENTRY, direction, inclusive)  # type: ignore[arg-type]  # parametrised
    assert parse_position(encode_position(boundary)) == boundary


@pytest.mark.parametrize("newer", [True, False])
def test_a_position_in_the_list_of_stories_says_what_it_was_made_from(newer: bool) -> None:
    place = StoryListPosition(2, Micros(1_790_000_000_000_000), ENTRY)
    assert parse_story_position(encode_story_position(place, newer=newer)) == (place, newer)


def test_a_position_is_one_word_that_fits_into_a_url() -> None:
    assert encode_position(Boundary("00ff", ENTRY, "older")).replace("-", "").replace("_", "").isalnum()


def _wrapped(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "ä",
        "not base64!",
        "-1",
        str(2**63),
        _wrapped(f"xe.00ff.{ENTRY}"),
        _wrapped(f"oe.00 ff.{ENTRY}"),
        _wrapped(f"oe.{'0' * 65}.{ENTRY}"),
        _wrapped("oe.00ff.no-uuid"),
        _wrapped(f"oe.00ff.{ENTRY}") + "=",
        _wrapped(f"oe.00ff.{ENTRY}") + "\n",
        _wrapped(f"o.{'9' * 17}.{ENTRY}"),
    ],
)
def test_what_is_no_position_is_refused_with_a_pointer(text: str) -> None:
    for parse in (parse_position, parse_story_position):
        with pytest.raises(InvalidInput) as refused:
            parse(text)
        assert [(each.pointer, each.code) for each in refused.value.errors] == [("/query/position", "unknown_position")]
