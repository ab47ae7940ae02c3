"""Every limit of a block is stated once, and blocks made around and beyond it are accepted when they are sent back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from app.content import Block, block_limits, complete_blocks, parse_html, parse_markdown, parse_plain, render_text
from app.content.block_limits import (
    MAX_ADDRESS_LENGTH,
    MAX_BLOCKS,
    MAX_BODY_BYTES,
    MAX_CODE_LENGTH,
    MAX_COMPLEXITY,
    MAX_ENTRY_BYTES,
    MAX_HEADING_LEVEL,
    MAX_ID_LENGTH,
    MAX_LINE_LENGTH,
    MAX_LIST_DEPTH,
    MAX_LIST_START,
    MAX_PARAGRAPHS_LENGTH,
    MAX_PIXELS,
    MAX_SPAN,
    MIN_HEADING_LEVEL,
    TEXT_LIMITS,
)
from app.content.blocks import BLOCK_SHAPES
from app.content.embeds.providers import providers_in_use
from app.domain.errors import InvalidInput
from tests.content.limit_cases import (
    ADDRESS_CASES,
    COUNT_CASES,
    FILM,
    NUMBER_CASES,
    OTHER_WAYS,
    TEXT_CASES,
    WRITTEN,
    read,
    send_back,
    words,
)
from tests.content.oracle import counted_ids

UNLIMITED: set[tuple[str, str]] = {
    ("list", "ordered"),
    *(("embed", name) for name in ("consent", "provider_name", "author", "category", "frame", "height")),
    ("table", "header"),
    ("image", "focal"),
    *((kind, "media") for kind in ("image", "video", "audio")),
    *((kind, "duration_ms") for kind in ("video", "audio")),
    *((kind, name) for kind in ("image", "video", "audio") for name in ("placeholder", "renditions")),
    *((kind, name) for kind in BLOCK_SHAPES for name in ("type", "html")),
}
"""Fields that have no limit but that of a body's size."""

SPELT: set[tuple[str, str]] = {
    *(("embed", "provider"), ("embed", "ratio"), ("code", "language")),
    *((kind, "id") for kind in BLOCK_SHAPES),
    *((kind, name) for kind in BLOCK_SHAPES if kind not in {"code", "divider"} for name in ("lang", "dir")),
}
"""Fields that match a pattern."""

MAXIMA = {
    "MAX_BLOCKS": MAX_BLOCKS,
    "MAX_BODY_BYTES": MAX_BODY_BYTES,
    "MAX_ENTRY_BYTES": MAX_ENTRY_BYTES,
    "MAX_COMPLEXITY": MAX_COMPLEXITY,
    "MAX_ID_LENGTH": MAX_ID_LENGTH,
    "MAX_ADDRESS_LENGTH": MAX_ADDRESS_LENGTH,
    "MAX_CODE_LENGTH": MAX_CODE_LENGTH,
    "MAX_LINE_LENGTH": MAX_LINE_LENGTH,
    "MAX_PARAGRAPHS_LENGTH": MAX_PARAGRAPHS_LENGTH,
    "MIN_HEADING_LEVEL": MIN_HEADING_LEVEL,
    "MAX_HEADING_LEVEL": MAX_HEADING_LEVEL,
    "MAX_LIST_DEPTH": MAX_LIST_DEPTH,
    "MAX_LIST_START": MAX_LIST_START,
    "MAX_PIXELS": MAX_PIXELS,
    "MAX_SPAN": MAX_SPAN,
}
"""The limits that the cases of this file go around and beyond."""


def fields_of_input() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Type, name and schema of each field that the input of blocks knows, those of items and cells included."""
    schema = WRITTEN.json_schema()
    models = schema["$defs"]
    for kind, reference in schema["items"]["discriminator"]["mapping"].items():
        names = [reference.rpartition("/")[2]]
        names += {"list": ["WrittenListItem"], "table": ["WrittenTableCell"]}.get(kind, [])
        for model in names:
            for name, field in models[model]["properties"].items():
                yield kind, name, field


def bound(field: Mapping[str, Any], name: str) -> Any:
    """A bound of a field's schema, wherever it stands beside null."""
    return next((part[name] for part in [field, *field.get("anyOf", ())] if name in part), None)


def test_every_field_of_every_type_has_a_case() -> None:
    cases = {*TEXT_CASES, *ADDRESS_CASES, *NUMBER_CASES, *COUNT_CASES, *SPELT, *UNLIMITED}
    assert {(kind, name) for kind, name, _ in fields_of_input()} == cases
    assert set(TEXT_LIMITS) == set(TEXT_CASES)
    assert {kind for kind, _, _ in fields_of_input()} == set(BLOCK_SHAPES)


def test_every_limit_has_a_case() -> None:
    stated = {name: value for name, value in vars(block_limits).items() if name.startswith(("MAX_", "MIN_"))}
    assert stated == MAXIMA


def test_the_input_of_blocks_states_the_limits_of_content() -> None:
    lengths: dict[tuple[str, str], int] = {key: limit.max_length for key, limit in TEXT_LIMITS.items()}
    lengths |= dict.fromkeys(ADDRESS_CASES, MAX_ADDRESS_LENGTH)
    lengths |= dict.fromkeys(((kind, "html") for kind in BLOCK_SHAPES), MAX_BODY_BYTES)
    numbers = {key: most for key, (most, _) in NUMBER_CASES.items()}
    for kind, name, field in fields_of_input():
        assert bound(field, "maxLength") == lengths.get((kind, name)), (kind, name)
        assert bound(field, "maximum") == numbers.get((kind, name)), (kind, name)
        if bound(field, "type") == "array" or (kind, name) in COUNT_CASES:
            assert bound(field, "maxItems") == MAX_COMPLEXITY, (kind, name)


@pytest.mark.parametrize("key", TEXT_CASES, ids=".".join)
def test_a_text_of_any_length_loses_no_word_and_goes_in_again(key: tuple[str, str]) -> None:
    most = TEXT_LIMITS[key].max_length
    for length in (most - 1, most, most + 1, 3 * most):
        text = words(length)
        blocks = read(TEXT_CASES[key](text))
        assert (blocks[0].get(key[1]) == text) == (length <= most), length
        assert render_text(blocks).count(text) >= 1
        assert send_back(blocks) == blocks


@pytest.mark.parametrize("case", range(len(OTHER_WAYS)))
def test_a_text_that_becomes_a_field_in_another_way_loses_no_word_either(case: int) -> None:
    for length in (1, MAX_LINE_LENGTH, MAX_LINE_LENGTH + 1, MAX_ADDRESS_LENGTH + 1, MAX_PARAGRAPHS_LENGTH + 1):
        text = words(length)
        blocks = read(OTHER_WAYS[case](text))
        assert text in render_text(blocks)
        assert send_back(blocks) == blocks


@pytest.mark.parametrize("key", ADDRESS_CASES, ids=".".join)
def test_an_address_of_any_length_goes_in_again(key: tuple[str, str]) -> None:
    for length in (MAX_ADDRESS_LENGTH - 1, MAX_ADDRESS_LENGTH, MAX_ADDRESS_LENGTH + 1):
        blocks = read("<p>x</p>" + ADDRESS_CASES[key](length))
        assert send_back(blocks) == blocks
        assert all(len(str(block.get("url", ""))) <= MAX_ADDRESS_LENGTH for block in blocks)


def test_an_address_that_becomes_longer_as_the_page_of_a_player_stays_as_it_was() -> None:
    player = "https://youtube.com/embed/".ljust(MAX_ADDRESS_LENGTH, "a")
    blocks = read(f"<iframe src={player}></iframe>")
    assert blocks[0]["url"] == player
    assert send_back(blocks) == blocks


@pytest.mark.parametrize("key", NUMBER_CASES, ids=".".join)
def test_a_number_out_of_range_is_left_out_and_the_rest_goes_in_again(key: tuple[str, str]) -> None:
    most, html = NUMBER_CASES[key]
    for number in (0, 1, 2, 3, most - 1, most, most + 1, 9 * most):
        blocks = read(html(number))
        assert send_back(blocks) == blocks
        found = blocks[0]["rows"][0][0] if key[0] == "table" else blocks[0]
        assert MIN_HEADING_LEVEL - 2 < found.get(key[1], 1) <= most
        if key[0] != "heading" and 3 <= number <= most:
            assert found[key[1]] == number


@pytest.mark.parametrize("key", COUNT_CASES, ids=".".join)
def test_any_number_of_items_that_an_entry_can_hold_goes_in_again(key: tuple[str, str]) -> None:
    for count in (1, 199, 200, 201, 501, 3_000):
        blocks = read(COUNT_CASES[key](count))
        assert len(blocks[0][key[1]]) == count
        assert send_back(blocks) == blocks


def test_a_wide_row_goes_in_again() -> None:
    blocks = read("<table><tr>" + "<td>x" * 2_000 + "</table>")
    assert len(blocks[0]["rows"][0]) == 2_000
    assert send_back(blocks) == blocks


def test_a_list_of_any_depth_goes_in_again() -> None:
    for depth in range(1, MAX_LIST_DEPTH + 3):
        html, text = "<ul><li>x" * depth, "\n".join(f"{'  ' * level}- x" for level in range(depth + 1))
        for blocks in (read(html), parse_markdown(text, new_id=counted_ids())):
            assert send_back(blocks) == blocks


@pytest.mark.parametrize("count", [MAX_BLOCKS - 1, MAX_BLOCKS, MAX_BLOCKS + 1])
def test_as_many_blocks_as_are_made_are_accepted(count: int) -> None:
    written = {"/html": "<p>x" * count, "/text": "x\n\n" * count}
    for pointer, parse in (("/html", parse_html), ("/text", parse_markdown), ("/text", parse_plain)):
        if count <= MAX_BLOCKS:
            blocks = parse(written[pointer], new_id=counted_ids())
            assert send_back(blocks) == blocks
        else:
            with pytest.raises(InvalidInput) as refused:
                parse(written[pointer], new_id=counted_ids())
            assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == (pointer, "too_many_blocks")


COMPLEX: dict[str, tuple[Callable[..., list[Block]], str]] = {
    "angles in HTML": (parse_html, ">" * (MAX_COMPLEXITY + 1)),
    "quotes in a title": (parse_html, "<a href=https://e.org title='" + '"' * (MAX_COMPLEXITY + 1) + "'>x</a> y"),
    "lines": (parse_plain, "x\n" * MAX_COMPLEXITY),
    "lines of Markdown": (parse_markdown, "x\n" * MAX_COMPLEXITY),
}


@pytest.mark.parametrize("name", COMPLEX)
def test_what_becomes_too_complex_to_be_sent_back_is_refused_by_the_same_name(name: str) -> None:
    parse, text = COMPLEX[name]
    with pytest.raises(InvalidInput) as refused:
        parse(text, new_id=counted_ids())
    assert refused.value.errors[0].code == "too_complex"
    blocks = parse(text[:-9_000] + ("'>x</a> y" if "title" in name else ""), new_id=counted_ids())
    assert send_back(blocks) == blocks


def test_signs_to_be_escaped_count_once_although_a_list_has_its_html_twice() -> None:
    blocks = read(f"<ul><li>{'&amp;' * 12_000}</ul>")
    assert send_back(blocks) == blocks


def test_a_heading_written_as_html_is_refused_where_it_is_too_long() -> None:
    for length in (MAX_LINE_LENGTH, MAX_LINE_LENGTH + 1):
        block = {"type": "heading", "html": f"<h2>{words(length)}</h2>"}
        if length <= MAX_LINE_LENGTH:
            made = complete_blocks([block], new_id=counted_ids())
            assert send_back(made) == made
        else:
            with pytest.raises(InvalidInput) as refused:
                complete_blocks([block], new_id=counted_ids())
            error = refused.value.errors[0]
            assert (error.pointer, error.code) == ("/blocks/0/html", "too_long")


def test_every_provider_is_spelt_as_the_input_of_blocks_wants_it() -> None:
    for form in providers_in_use().forms:
        WRITTEN.validate_python([{"type": "embed", "url": FILM, "provider": form.provider.name, "ratio": form.ratio}])
