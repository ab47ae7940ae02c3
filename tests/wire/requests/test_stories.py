"""Request bodies about stories are accepted whole or refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.wire.requests.stories import StoryDraft, StoryPatch


@pytest.mark.parametrize("name", ["title", "status", "language", "time_zone", "settings"])
@pytest.mark.parametrize("shape", [StoryDraft, StoryPatch])
def test_null_is_refused_for_what_a_story_always_has(shape: type[StoryDraft | StoryPatch], name: str) -> None:
    with pytest.raises(ValidationError):
        shape.model_validate({"title": "Election night", name: None})


def test_null_clears_what_a_story_may_lack() -> None:
    cleared: dict[str, Any] = dict.fromkeys(("standfirst", "direction", "publisher", "about", "canonical_url"))
    assert StoryPatch.model_validate(cleared).given_fields() == cleared
