"""Problems of refused requests name the field and the rule in plain words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from app.domain.errors import FieldError, InvalidInput
from app.wire.problems import problem_of, validation_errors
from app.wire.requests.entries import EntryDraft, ExternalEntry
from app.wire.requests.people import Freeze, PersonDraft, TokenDraft
from app.wire.requests.stories import StoryDraft


def told(model: type[BaseModel], given: Any) -> str:
    with pytest.raises(ValidationError) as wrong:
        model.model_validate(given)
    detail: str = problem_of(validation_errors(wrong.value.errors()))["detail"]
    return detail


@pytest.mark.parametrize(
    ("model", "given", "detail"),
    [
        (Freeze, {}, "frozen: must be given"),
        (Freeze, {"frozen": "maybe"}, "frozen: must be true or false"),
        (StoryDraft, {"title": ""}, "title: must have at least 1 character"),
        (StoryDraft, {"title": "a" * 301}, "title: must have at most 300 characters"),
        (StoryDraft, {"title": 7}, "title: must be text"),
        (StoryDraft, {"title": "A", "tags": ["Polls"]}, "tags/0: must be a JSON object, in braces"),
        (StoryDraft, {"title": "A", "tags": "Polls"}, "tags: must be a list, in square brackets"),
        (StoryDraft, {"title": "A", "settings": {"hold_seconds": -1}}, "settings/hold_seconds: must be at least 0"),
        (
            StoryDraft,
            {"title": "A", "settings": {"hold_seconds": True}},
            "settings/hold_seconds: must be a whole number",
        ),
        (
            StoryDraft,
            {"title": "A", "image": {"url": "https://a.example", "width": True}},
            "image/width: must be a whole number",
        ),
        (
            TokenDraft,
            {"label": "A", "role": "editor", "expires_in_days": True},
            "expires_in_days: must be a whole number",
        ),
        (ExternalEntry, {"text": "a", "external_version": False}, "external_version: must be a whole number"),
        (EntryDraft, {"blocks": [{"type": "heading", "level": True}]}, "blocks/0/level: must be a whole number"),
        (
            EntryDraft,
            {"blocks": [{"type": "list", "items": [], "start": True}]},
            "blocks/0/start: must be a whole number",
        ),
        (
            StoryDraft,
            {"title": "A", "time_zone": "localtime"},
            "time_zone: is no time zone of the IANA database, like Europe/Lisbon",
        ),
        (
            StoryDraft,
            {"title": "A", "canonical_url": "http://site@other.example/"},
            "canonical_url: must not have a name or a password before its host",
        ),
        (StoryDraft, {"title": "A", "language": "??"}, "language: must be a language tag, like en or pt-BR"),
        (PersonDraft, {"name": "Ada", "role": "boss"}, "role: must be one of 'reporter', 'editor' or 'admin'"),
        (
            PersonDraft,
            {"name": "Ada", "role": "editor", "email": "x"},
            "email: must be an address, like ada@live.example",
        ),
        (EntryDraft, {"blocks": [{"type": "image"}]}, "blocks/0/url: must be given"),
        (EntryDraft, {"blocks": [{"type": "heading", "level": 9}]}, "blocks/0/level: must be at most 4"),
        (EntryDraft, {"blocks": [{"text": "a"}]}, "blocks/0: must be a JSON object with a type"),
        (EntryDraft, {"txet": "a"}, "txet: There is no such field; check its spelling."),
        (EntryDraft, {"text": "a", "html": "b"}, "write the body once: text or html, not both"),
    ],
)
def test_a_refusal_names_the_field_and_says_what_it_has_to_be(model: type[BaseModel], given: Any, detail: str) -> None:
    assert told(model, given) == detail


def test_three_fields_are_named_and_more_are_told_of() -> None:
    wrong = [FieldError(f"/f{number}", "missing", "must be given") for number in range(4)]
    detail = "f0: must be given; f1: must be given; f2: must be given"
    assert problem_of(InvalidInput(wrong[:3]))["detail"] == detail
    assert problem_of(InvalidInput(wrong))["detail"] == f"{detail}; …"
    many = problem_of(InvalidInput(wrong * 500))
    assert many["detail"] == f"{detail}; … 2,000 values are wrong, of which errors has the first 20."
    assert len(many["errors"]) == 20


def test_no_refusal_of_a_story_or_an_entry_speaks_in_the_words_of_a_program() -> None:
    values: tuple[Any, ...] = (None, True, 7, 7.5, "\x00", "a\nb", "x" * 5_000, [], {}, [1] * 50)
    for model in (StoryDraft, EntryDraft):
        for name in model.model_fields:
            for value in values:
                try:
                    model.model_validate(
                        {"title": "A", "text": "a", name: value} if model is StoryDraft else {name: value}
                    )
                except ValidationError as wrong:
                    for each in validation_errors(wrong.errors()).errors:
                        assert not re.search(r"Input|String should|valid dictionary|\^", each.detail), each
