"""What changed between two texts: true whatever the texts are, in words where they are short enough, and never slow."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.text.differences import DIFFERENCE_WORK, MAX_COMPARED_PIECES, Difference, compare_texts

TEXTS = st.text(max_size=60) | st.lists(st.sampled_from(["a", "b", " ", "\n", ".", "Polls", "—"]), max_size=60).map(
    "".join
)


def assert_true(before: str, after: str, found: Difference) -> None:
    assert "".join(text for kind, text in found.steps if kind != "added") == before
    assert "".join(text for kind, text in found.steps if kind != "removed") == after
    assert all(text for _, text in found.steps)
    kinds = [kind for kind, _ in found.steps]
    assert all(one != other for one, other in pairwise(kinds))


@given(TEXTS, TEXTS)
def test_the_steps_lead_from_the_one_text_to_the_other(before: str, after: str) -> None:
    assert_true(before, after, compare_texts(before, after))


@given(TEXTS, TEXTS, st.integers(0, 40))
def test_they_do_so_however_little_may_be_compared(before: str, after: str, work: int) -> None:
    found = compare_texts(before, after, work=work)
    assert_true(before, after, found)
    assert found.work <= work


def test_words_that_changed_are_told_and_those_around_them_stay() -> None:
    assert compare_texts("Polls have closed at nine.\n\nMore soon.", "Polls closed at eight.\n\nMore soon.").steps == (
        ("same", "Polls "),
        ("removed", "have "),
        ("same", "closed at "),
        ("removed", "nine"),
        ("added", "eight"),
        ("same", ".\n\nMore soon."),
    )


def test_a_line_that_came_or_went_is_told_as_a_line() -> None:
    assert compare_texts("One\nTwo\nThree\n", "One\nThree\nFour\n").steps == (
        ("same", "One\n"),
        ("removed", "Two\n"),
        ("same", "Three\n"),
        ("added", "Four\n"),
    )


def test_the_same_text_is_one_step_and_no_work() -> None:
    assert compare_texts("Polls have closed.", "Polls have closed.") == Difference(
        (("same", "Polls have closed."),), truncated=False, work=0
    )
    assert compare_texts("", "").steps == ()


def test_a_small_change_in_a_long_text_is_told_in_words() -> None:
    lines = [f"Paragraph {number} says something else.\n" for number in range(5_000)]
    changed = [*lines]
    changed[2_500] = "Paragraph 2500 says nothing.\n"
    found = compare_texts("".join(lines), "".join(changed))
    assert [step for step in found.steps if step[0] != "same"] == [("removed", "something else"), ("added", "nothing")]
    assert not found.truncated


def test_what_is_too_long_to_be_compared_is_told_as_a_whole() -> None:
    before, after = (" ".join(f"{word}{number}" for number in range(MAX_COMPARED_PIECES)) for word in ("old", "new"))
    found = compare_texts(f"Same {before}.", f"Same {after}.")
    assert found.truncated
    assert found.steps == (("same", "Same "), ("removed", before), ("added", after), ("same", "."))


@pytest.mark.parametrize("seed", range(10))
def test_texts_made_to_be_slow_take_no_more_work_than_allowed(seed: int) -> None:
    chance = random.Random(seed)
    words = [f"w{number}" for number in range(chance.choice((2, 50, 101)))]
    # Lines that stay part those that do not, so that each of these is compared word by word.
    before, after = (
        "\n".join(" ".join(chance.choice(words) for _ in range(290)) + f"\nstays {line}" for line in range(50))
        for _ in range(2)
    )
    found = compare_texts(before, after)
    assert_true(before, after, found)
    assert found.truncated
    assert DIFFERENCE_WORK - 2 * MAX_COMPARED_PIECES < found.work <= DIFFERENCE_WORK
