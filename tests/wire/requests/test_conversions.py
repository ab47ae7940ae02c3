"""Conversions as they are sent: one body, in one form."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.wire.requests.conversions import ConversionDraft


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({}, "write a body"),
        ({"html": "<p>A</p>", "text": "A"}, "write the body once"),
        ({"html": "<p>A</p>", "blocks": []}, "write the body once"),
        ({"html": "<p>A</p>", "text_format": "plain"}, "text_format belongs to text"),
    ],
)
def test_a_body_is_sent_once(members: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        ConversionDraft.model_validate(members)


def test_blocks_are_the_body_or_stand_beside_the_text_that_names_them() -> None:
    blocks = [{"type": "paragraph", "html": "A"}]
    (alone,) = ConversionDraft.model_validate({"blocks": blocks}).written_blocks()
    assert (alone["type"], alone["html"]) == ("paragraph", "A")
    assert ConversionDraft.model_validate({"text": "A", "text_format": "plain"}).written_blocks() == []
