"""Positions of lists that count down are numbers as we write them, of no more digits than the column has."""

from __future__ import annotations

import pytest

from app.domain.errors import MalformedInput
from app.newsroom.context.positions import parse_position


@pytest.mark.parametrize(("position", "number"), [(None, None), ("1", 1), ("10", 10), ("999", 999)])
def test_a_position_is_its_number_and_none_the_beginning(position: str | None, number: int | None) -> None:
    assert parse_position(position, max_digits=3) == number


@pytest.mark.parametrize("position", ["", "0", "01", "-1", "+1", " 1", "1 ", "1_0", "1.0", "x", "²", "١", "1000"])
def test_anything_else_was_not_made_by_us(position: str) -> None:
    with pytest.raises(MalformedInput) as refused:
        parse_position(position, max_digits=3)
    assert refused.value.code == "bad_position"
