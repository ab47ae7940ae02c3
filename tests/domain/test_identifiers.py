"""Identifiers, slugs, and random base-62 texts."""

from __future__ import annotations

from collections import Counter

import pytest

from app.domain.identifiers import (
    BASE62,
    MAX_SLUG_LENGTH,
    SystemRandomSource,
    is_slug,
    is_story_ref,
    is_uuid4,
    slug_from_title,
)

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


def test_a_made_identifier_is_a_uuid4_and_never_the_same_twice() -> None:
    source = SystemRandomSource()
    made = {source.uuid("entry", "one") for _ in range(100)}
    assert len(made) == 100
    assert all(is_uuid4(each) for each in made)


@pytest.mark.parametrize("text", ["", "A1B2C3D4-0000-4000-8000-000000000000", "a1b2c3d4-0000-1000-8000-000000000000"])
def test_another_spelling_or_version_is_no_uuid4(text: str) -> None:
    assert not is_uuid4(text)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("election-night-x4k2", True),
        ("a" * MAX_SLUG_LENGTH, True),
        ("a" * (MAX_SLUG_LENGTH + 1), False),
        ("", False),
        ("Election", False),
        ("-a", False),
        ("a--b", False),
        ("a1b2c3d4-0000-1000-8000-000000000000", False),
        ("a1b2c3d4000010008000000000000000", False),
    ],
)
def test_a_slug_is_lower_case_words_with_hyphens_and_no_uuid(text: str, valid: bool) -> None:
    assert is_slug(text) is valid


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Élection night: 21h!", "election-night-21h-x4k2"),
        ("投票", "story-x4k2"),
        ("a " * 60, "-".join("a" * 40) + "-x4k2"),
    ],
)
def test_a_slug_is_made_of_the_titles_words_and_a_random_tail(title: str, slug: str) -> None:
    assert slug_from_title(title, tail="X4K2") == slug
    assert is_slug(slug)
