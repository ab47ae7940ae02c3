"""Identifiers, and random base-62 texts."""

from __future__ import annotations

from collections import Counter

import pytest

from app.domain.identifiers import BASE62, SystemRandomSource, is_uuid4


@pytest.mark.parametrize("length", [0, 1, 6, 8, 30])
def test_there_are_as_many_letters_as_asked_for(length: int) -> None:
    made = SystemRandomSource().base62("check", "story:1", length)
    assert len(made) == length
    assert set(made) <= set(BASE62)


def test_no_letter_is_likelier_than_another() -> None:
    counted = Counter(SystemRandomSource().base62("check", "story:1", 62_000))
    # 1,000 each; eight standard deviations off happens once in a million billion runs. Without dropping bytes the
    # first eight letters would come 1,210 times and the others 968 times.
    assert all(abs(counted[letter] - 1_000) < 8 * 31 for letter in BASE62)
    first = sum(counted[letter] for letter in BASE62[:8])
    assert abs(first - 8_000) < 8 * 84


def test_two_calls_give_different_letters() -> None:
    source = SystemRandomSource()
    assert source.base62("check", "story:1", 30) != source.base62("check", "story:1", 30)


def test_a_made_identifier_is_a_uuid4_and_never_the_same_twice() -> None:
    source = SystemRandomSource()
    made = {source.uuid("entry", "one") for _ in range(100)}
    assert len(made) == 100
    assert all(is_uuid4(each) for each in made)


@pytest.mark.parametrize("text", ["", "A1B2C3D4-0000-4000-8000-000000000000", "a1b2c3d4-0000-1000-8000-000000000000"])
def test_another_spelling_or_version_is_no_uuid4(text: str) -> None:
    assert not is_uuid4(text)
