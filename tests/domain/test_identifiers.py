"""Identifiers and slugs."""

from __future__ import annotations

import pytest

from app.domain.identifiers import MAX_SLUG_LENGTH, SystemRandomSource, is_slug, is_uuid4, slug_from_title


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
