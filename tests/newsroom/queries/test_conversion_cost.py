"""A conversion costs as its body is long, whatever is in it: who may write may not stop the server for others."""

from __future__ import annotations

from typing import Any

import pytest

from app.newsroom.queries.conversions import convert_body
from app.wire.requests.conversions import ConversionDraft
from tests.growth import ANYWHERE, HTML, MARKDOWN, WORD_PROCESSORS, Work, faults, mixed_pieces, single_pieces
from tests.newsroom.driver import NewsroomDriver

PIECES = {"html": (*ANYWHERE, *HTML, *WORD_PROCESSORS), "text": (*ANYWHERE, *MARKDOWN), "plain": ANYWHERE}


def converting(driver: NewsroomDriver, form: str) -> Work:
    named: dict[str, Any] = {"text_format": "plain"} if form == "plain" else {}
    member = "html" if form == "html" else "text"

    def convert(text: str) -> object:
        # What has a control character is no request; the cost of all else is the conversion's.
        given: dict[str, Any] = {member: text, **named}
        draft = ConversionDraft.model_construct(**given)
        return convert_body(driver.newsroom, driver.call(), draft)

    return convert


@pytest.mark.parametrize("form", PIECES)
def test_mixed_pieces_cost_as_they_are_long(driver: NewsroomDriver, form: str) -> None:
    assert faults(converting(driver, form), mixed_pieces(PIECES[form], seed=7, count=3)) == []


@pytest.mark.slow
@pytest.mark.parametrize("form", PIECES)
def test_a_piece_repeated_costs_as_it_is_long(driver: NewsroomDriver, form: str) -> None:
    assert faults(converting(driver, form), single_pieces(PIECES[form])) == []
