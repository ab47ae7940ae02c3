"""The attacks that are made by rule: distinct, many, of every kind, and through every way in to a body."""

from __future__ import annotations

import pytest

from app.content import parse_html, parse_markdown, parse_plain
from tests.content.oracle import counted_ids
from tests.content.test_hostile_input import assert_clean
from tests.content.vectors import EVENTS, TAGS, addresses, vectors
from tests.figures import Figures


def test_seven_thousand_attacks_are_distinct_and_have_every_tag_event_and_form() -> None:
    found = vectors(7_000)
    assert len(set(found)) == 7_000 == len(found)
    assert found[:700] == vectors(700), "the same list wherever it is made"
    together = "\n".join(found).lower()
    assert [tag for tag in TAGS if f"<{tag}" not in together] == []
    assert [event for event in EVENTS if f"on{event}=" not in together] == []
    assert len(set(addresses(1_000))) == 1_000


def test_no_attack_comes_through_a_body(figures: Figures) -> None:
    found = vectors(figures.choose(quick=700, suite=7_000, prove=30_000))
    for vector in found:
        for blocks in (parse_html(vector, new_id=counted_ids()), parse_markdown(vector, new_id=counted_ids())):
            assert_clean(blocks)
        assert_clean(parse_plain(vector, new_id=counted_ids()))


@pytest.mark.slow
def test_no_attack_comes_through_a_body_beside_others() -> None:
    """What one leaves open is there for the next: text of many, with nothing between them."""
    found = vectors(7_000)
    for start in range(0, len(found), 20):
        text = "".join(found[start : start + 20])
        assert_clean(parse_html(text, new_id=counted_ids()))
        assert_clean(parse_markdown("\n\n".join(found[start : start + 20]), new_id=counted_ids()))
