"""Blocks made from HTML have the members that BLOCK_SHAPES gives their type: all that it requires, and none beside."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, get_origin, get_type_hints

import pytest

from app.content.blocks import BLOCK_SHAPES, ListItem, TableCell
from tests.content.limit_cases import ADDRESS_CASES, COUNT_CASES, NUMBER_CASES, TEXT_CASES, read

TEXTS = [*(html("x") for html in TEXT_CASES.values()), "<p>x</p><hr>", "<ul><li>x<ol><li>y</ol></ul>"]
NUMBERS = [html(2) for _, html in NUMBER_CASES.values()]
LENGTHS = [html(30) for html in [*ADDRESS_CASES.values(), *COUNT_CASES.values()]]


def check(value: dict[str, Any], shape: type) -> None:
    hints = get_type_hints(shape, include_extras=True)
    required = {name for name, hint in hints.items() if get_origin(hint) is not NotRequired}
    assert required <= value.keys() <= hints.keys(), value
    for item in value.get("items", []):
        check(item, ListItem)
    for cell in [cell for row in value.get("rows", []) for cell in row]:
        check(cell, TableCell)


@pytest.mark.parametrize("html", [*TEXTS, *NUMBERS, *LENGTHS])
def test_every_block_has_the_members_of_its_type(html: str) -> None:
    blocks = read(html)
    assert blocks
    for block in blocks:
        check(block, BLOCK_SHAPES[block["type"]])


def test_every_type_is_met_and_named_by_its_shape() -> None:
    assert {block["type"] for html in [*TEXTS, *NUMBERS, *LENGTHS] for block in read(html)} == {*BLOCK_SHAPES}
    for kind, shape in BLOCK_SHAPES.items():
        assert get_type_hints(shape)["type"] == Literal[kind]
