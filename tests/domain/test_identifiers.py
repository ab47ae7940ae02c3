"""Random base-62 texts of the system's source, and the texts that can name a story."""

from __future__ import annotations

from collections import Counter

import pytest

from app.domain.identifiers import BASE62, SystemRandomSource, is_story_ref

STORY = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"


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


@pytest.mark.parametrize("ref", [STORY, "a", "election-night-2026", "a" * 120])
def test_an_id_and_a_slug_can_name_a_story(ref: str) -> None:
    assert is_story_ref(ref)


@pytest.mark.parametrize("ref", ["", "A", "a b", "a/b", "ä", "\0", STORY.upper(), "a" * 121, STORY.replace("-", "")])
def test_other_texts_name_no_story(ref: str) -> None:
    assert not is_story_ref(ref)
