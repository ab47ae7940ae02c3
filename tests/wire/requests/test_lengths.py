"""A text that is too short or too long is told so in characters, whatever else is asked of it."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from pydantic import ValidationError

import app.wire.requests
from app.domain.errors import FieldError
from app.wire.problems import validation_errors
from app.wire.requests.comments import CommentBatch, CommentDraft
from app.wire.requests.text import Request

TEXTS = ("", "  ", *("x" * length for length in (61, 101, 255, 301, 4_001, 50_001, 1_100_000)))


def _fields() -> Iterator[tuple[type[Request], str]]:
    for module in pkgutil.iter_modules(app.wire.requests.__path__):
        members = vars(import_module(f"app.wire.requests.{module.name}")).values()
        for model in {each for each in members if inspect.isclass(each) and issubclass(each, Request)}:
            yield from ((model, field) for field in model.model_fields)


def _told(model: type[Request], field: str, text: str) -> Iterator[FieldError]:
    try:
        model.model_validate({field: text})
    except ValidationError as refused:
        here = [error for error in refused.errors() if error["loc"] == (field,)]
        if here:
            yield from validation_errors(here).errors


def test_no_texts_length_is_told_in_items() -> None:
    told = [
        (model, field, each) for model, field in set(_fields()) for text in TEXTS for each in _told(model, field, text)
    ]
    assert len({model for model, _, each in told if each.code.startswith("string_too_")}) > 20
    assert [each for each in told if each[2].code in {"too_short", "too_long"} or "item" in each[2].detail] == []


def test_an_empty_reply_and_a_name_too_long_are_told_in_characters() -> None:
    with pytest.raises(ValidationError) as refused:
        CommentDraft.model_validate({"name": "x" * 61, "text": ""})
    assert [(each.pointer, each.code, each.detail) for each in validation_errors(refused.value.errors()).errors] == [
        ("/name", "string_too_long", "must have at most 60 characters"),
        ("/text", "string_too_short", "must have at least 1 character"),
    ]


def test_a_lists_length_is_told_in_items() -> None:
    with pytest.raises(ValidationError) as refused:
        CommentBatch.model_validate({"action": "approve", "comments": []})
    (told,) = validation_errors(refused.value.errors()).errors
    assert (told.code, told.detail) == ("too_short", "must have at least 1 item")
