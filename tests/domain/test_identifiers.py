"""Which texts can name a story."""

from __future__ import annotations

import pytest

from app.domain.identifiers import is_story_ref

STORY = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"


@pytest.mark.parametrize("ref", [STORY, "a", "election-night-2026", "a" * 120])
def test_an_id_and_a_slug_can_name_a_story(ref: str) -> None:
    assert is_story_ref(ref)


@pytest.mark.parametrize("ref", ["", "A", "a b", "a/b", "ä", "\0", STORY.upper(), "a" * 121, STORY.replace("-", "")])
def test_other_texts_name_no_story(ref: str) -> None:
    assert not is_story_ref(ref)
