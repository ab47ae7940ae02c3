"""Records of other systems as JSON, and back: how a command hands them to the server that writes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.newsroom.imports.records import ImportedEntry, ImportedStory
from app.wire.problems import validation_errors

_ENTRIES = TypeAdapter(list[ImportedEntry])
_STORY = TypeAdapter(ImportedStory)


def entry_json(entry: ImportedEntry) -> dict[str, Any]:
    """Return an entry as JSON's values."""
    return dataclasses.asdict(entry)


def story_json(story: ImportedStory) -> dict[str, Any]:
    """Return a story as JSON's values."""
    return dataclasses.asdict(story)


def parse_entries(values: Any) -> list[ImportedEntry]:
    """Parse entries. Raises InvalidInput for what has not their shape."""
    try:
        return _ENTRIES.validate_python(values, strict=False)
    except ValidationError as error:
        raise validation_errors(error.errors(include_url=False)) from None


def parse_story(values: Mapping[str, Any]) -> ImportedStory:
    """Parse a story. Raises InvalidInput for what has not its shape."""
    try:
        return _STORY.validate_python(values, strict=False)
    except ValidationError as error:
        raise validation_errors(error.errors(include_url=False)) from None
