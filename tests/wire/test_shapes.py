"""What shapes say of members that may be absent, and of types that may come."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from app.wire.shapes.blocks import Block, ImageBlock
from app.wire.shapes.versions import DiffPiece


def described(model: Any) -> dict[str, Any]:
    """Return the JSON Schema of an answer's part."""
    return TypeAdapter(model).json_schema(mode="serialization")


def test_a_member_that_may_be_absent_is_not_required_and_never_null() -> None:
    schema = described(ImageBlock)
    assert "caption" not in schema["required"]
    assert schema["properties"]["caption"]["type"] == "string"
    assert "default" not in schema["properties"]["caption"]


def test_the_member_for_types_to_come_excludes_those_that_are_known() -> None:
    schema = described(Block)
    known = set(schema["discriminator"]["mapping"])
    assert "image" in known
    assert set(schema["$defs"]["UnknownBlock"]["properties"]["type"]["not"]["enum"]) == known
    assert len(schema["oneOf"]) == len(known) + 1


def test_a_piece_of_a_difference_is_a_pair() -> None:
    schema = described(DiffPiece)
    assert (schema["minItems"], schema["maxItems"], schema["items"]) == (2, 2, {"type": "string"})
