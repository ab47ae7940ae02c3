"""What people take for one character is never cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content import compare_texts, truncate_text
from app.content.text.graphemes import grapheme_pattern

CLUSTERS = [
    *("a", "é", "e\u0301", "中", "한", "\u1112\u1161\u11ab", "ก็", "नि", "क्षि", "ক্ষ", "ع\u0651", "\r\n", "\n", " "),
    *(
        "😀",
        "👍🏽",
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "❤️",
        "1️⃣",
        "🇩🇪",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "👩🏿‍🚒",
        "葛\U000e0100",
    ),
]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_it_is_one_character(cluster: str) -> None:
    assert grapheme_pattern().findall(f"x{cluster}x") == ["x", cluster, "x"]
    assert grapheme_pattern().findall(cluster * 3) == [cluster] * 3


@given(st.text() | st.lists(st.sampled_from(CLUSTERS)).map("".join))
def test_every_text_is_a_row_of_them(text: str) -> None:
    assert "".join(grapheme_pattern().findall(text)) == text


@given(st.lists(st.sampled_from([each for each in CLUSTERS if each.strip()]), max_size=12), st.integers(2, 12))
def test_a_text_is_cut_between_them(clusters: list[str], most: int) -> None:
    text = "".join(clusters)
    whole = grapheme_pattern().findall(text)
    cut = truncate_text(text, most)
    assert cut == (text if len(whole) <= most else "".join(whole[: most - 1]) + "…")


def test_a_text_is_cut_behind_a_word_where_there_is_one() -> None:
    assert truncate_text("Polls have closed", 10) == "Polls…"
    assert truncate_text("Polls", 5) == "Polls"
    assert truncate_text("👩‍👩‍👧‍👦" * 3, 3) == "👩‍👩‍👧‍👦" * 3


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ("go 👩‍👩‍👧", "go 👩‍👩‍👦", ("added", "👩‍👩‍👦")),
        ("go 👍🏽", "go 👍🏿", ("removed", "👍🏽")),
        ("in 🇩🇪", "in 🇩🇰", ("added", "🇩🇰")),
        ("हिन्दी है", "हिन्दू है", ("added", "हिन्दू")),
        ("cafe\u0301 a", "cafe a", ("removed", "cafe\u0301")),
        ("ดีก็ a", "ดีกี a", ("added", "ดีกี")),
    ],
)
def test_a_difference_begins_and_ends_between_them(before: str, after: str, step: tuple[str, str]) -> None:
    assert step in compare_texts(before, after).steps
