"""Tables in Markdown."""

from __future__ import annotations

import pytest

from app.content import parse_markdown, render_text
from tests.content.oracle import counted_ids


def test_bars_and_dashes_make_a_table() -> None:
    block = parse_markdown("| Party | % |\n|:--|--:|\n| A\\|B | **41,2** |\n| C | |", new_id=counted_ids())[0]
    assert block["rows"] == [
        [{"html": "Party", "header": True}, {"html": "%", "header": True}],
        [{"html": "A|B"}, {"html": "<strong>41,2</strong>"}],
        [{"html": "C"}, {"html": ""}],
    ]
    assert block["html"].startswith('<table><thead><tr><th scope="col">Party</th>')
    assert render_text([block]) == "Party\t%\nA|B\t41,2\nC\t"


@pytest.mark.parametrize("text", ["a | b", "a | b\n- | - | -", "a | b\nc | d", "|-|\n|a|"])
def test_bars_without_a_row_of_as_many_dashes_are_text(text: str) -> None:
    blocks = parse_markdown(text, new_id=counted_ids())
    assert [block["type"] for block in blocks] == ["paragraph"]
    assert render_text(blocks) == text


def test_a_table_of_more_cells_than_anyone_reads_is_text() -> None:
    blocks = parse_markdown("a|b\n-|-\n" + "1|2\n" * 6_000, new_id=counted_ids())
    assert [block["type"] for block in blocks] == ["paragraph"]
