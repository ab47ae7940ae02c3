"""Texts of requests have at least one visible character."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from app.wire.problems import validation_errors
from app.wire.requests.entries import CorrectionDraft, EntryDraft, EntryPatch, Retraction
from app.wire.requests.people import LastRetraction, PersonDraft, PersonPatch, TokenDraft
from app.wire.requests.stories import KeyPoints, StoryDraft, StoryPatch
from app.wire.requests.text import Request

URL = "https://live.example/x"
INVISIBLE = {
    "a zero-width space": "\u200b",
    "a word joiner": "\u2060",
    "a byte order mark": "\ufeff",
    "a soft hyphen": "\u00ad",
    "a Hangul filler": "\u3164",
    "several of them, with blanks between": "\u200b \u00ad\u3164 \u2060",
    "blanks": "  \u00a0 ",
}
VISIBLE = ("a", "…", "\u0301", "👩\u200d🚒", "\u200f\u05d0\u200f")
"""A mark that combines with nothing has ink of its own, and is seen."""

Body = Callable[[str], dict[str, Any]]
PLACES: dict[str, tuple[type[Request], Body, str]] = {
    "headline": (EntryDraft, lambda t: {"headline": t, "text": "x"}, "/headline"),
    "headline in a patch": (EntryPatch, lambda t: {"headline": t}, "/headline"),
    "author": (EntryDraft, lambda t: {"text": "x", "authors": [{"name": t}]}, "/authors/0/name"),
    "author's role": (EntryDraft, lambda t: {"text": "x", "authors": [{"name": "A", "role": t}]}, "/authors/0/role"),
    "source": (EntryDraft, lambda t: {"text": "x", "source": {"url": URL, "name": t}}, "/source/name"),
    "tag": (EntryDraft, lambda t: {"text": "x", "tags": [{"slug": "a", "label": t}]}, "/tags/0/label"),
    "heading": (EntryDraft, lambda t: {"blocks": [{"type": "heading", "level": 2, "text": t}]}, "/blocks/0/text"),
    "retraction": (Retraction, lambda t: {"reason": t}, "/reason"),
    "last retraction": (LastRetraction, lambda t: {"reason": t}, "/reason"),
    "correction": (CorrectionDraft, lambda t: {"text": t}, "/text"),
    "title": (StoryDraft, lambda t: {"title": t}, "/title"),
    "title in a patch": (StoryPatch, lambda t: {"title": t}, "/title"),
    "section": (StoryPatch, lambda t: {"section": t}, "/section"),
    "tag of a story": (StoryPatch, lambda t: {"tags": [{"slug": "a", "label": t}]}, "/tags/0/label"),
    "publisher": (StoryPatch, lambda t: {"publisher": {"name": t}}, "/publisher/name"),
    "event": (StoryPatch, lambda t: {"about": {"name": t}}, "/about/name"),
    "key point": (KeyPoints, lambda t: {"items": [{"text": t}]}, "/items/0/text"),
    "person": (PersonDraft, lambda t: {"name": t, "role": "editor"}, "/name"),
    "byline": (PersonDraft, lambda t: {"name": "Ada", "role": "editor", "byline": t}, "/byline"),
    "byline in a patch": (PersonPatch, lambda t: {"byline": t}, "/byline"),
    "token": (TokenDraft, lambda t: {"label": t, "role": "editor"}, "/label"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("invisible", INVISIBLE)
def test_a_text_that_nobody_could_see_is_refused_where_it_stands(place: str, invisible: str) -> None:
    model, body, pointer = PLACES[place]
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body(INVISIBLE[invisible]))
    (found,) = validation_errors(refused.value.errors()).errors
    is_trimmed = invisible == "blanks" and model not in {Retraction, LastRetraction, CorrectionDraft}
    assert (found.pointer, found.code) == (pointer, "string_too_short" if is_trimmed else "blank")


LINES = sorted(set(PLACES) - {"heading", "retraction", "last retraction", "correction"})
"""The texts that name something. The others are read as sentences, in paragraphs of their own."""

HARMLESS = {
    "Bundes\u00adtags\u00adwahl": "Bundestagswahl",
    "\ufeff Ada\u200b": "Ada",
    "Ad\u2060a\u200e": "Ada",
    "👩\u200d🚒 می\u200cخواهم": "👩\u200d🚒 می\u200cخواهم",
    "\u00ad".join("a" * 100): "a" * 100,
}
REFUSED = {
    "a\u2028b": "invisible_character",
    "a\u3164b": "invisible_character",
    "a\u202eb": "bidi_control",
    "\u2067a\u2069": "bidi_control",
    "Ada \u202a+49 30\u202c": "bidi_control",
}


def _at(body: object, pointer: str) -> object:
    for step in pointer.split("/")[1:]:
        body = body[int(step)] if isinstance(body, list) else body[step]  # type: ignore[index]
    return body


@pytest.mark.parametrize("place", LINES)
@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_a_line_that_names_something_is_taken_without_what_nobody_sees(place: str, text: str) -> None:
    model, body, pointer = PLACES[place]
    taken = model.model_validate(body(text)).model_dump()
    assert _at(taken, pointer) == HARMLESS[text]


@pytest.mark.parametrize("place", LINES)
@pytest.mark.parametrize("text", REFUSED, ids=ascii)
def test_a_line_that_names_something_hides_nothing(place: str, text: str) -> None:
    model, body, pointer = PLACES[place]
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body(text))
    (found,) = validation_errors(refused.value.errors()).errors
    assert (found.pointer, found.code) == (pointer, REFUSED[text])


def test_an_address_of_mail_is_taken_without_what_nobody_sees() -> None:
    draft = PersonDraft.model_validate({"name": "Ada", "role": "editor", "email": "\ufeffada@live.\u200bexample"})
    assert draft.email == "ada@live.example"


@pytest.mark.parametrize("field", ["alt", "caption", "credit"])
def test_the_texts_of_a_block_stay_to_the_letter(field: str) -> None:
    """A hyphen that is seen where a line ends belongs to a body, as in its paragraphs."""
    block = {"type": "image", "url": URL, field: "Bundes\u00adtag"}
    draft = EntryDraft.model_validate({"blocks": [block]})
    assert draft.written_blocks() == [block]


@pytest.mark.parametrize("place", ["retraction", "last retraction", "correction"])
def test_a_sentence_turns_its_directions_back(place: str) -> None:
    model, body, pointer = PLACES[place]
    for text in ("a \u2067b\u2069 c", "\u202ba\u202c\n\u2066b\u2069", "a\u200b", "\u200fa"):
        model.model_validate(body(text))
    for text in ("a \u202eb", "a \u2067b\n\u2069", "\u2066\u202ba\u2069\u202c", "a\u2069"):
        with pytest.raises(ValidationError) as refused:
            model.model_validate(body(text))
        (found,) = validation_errors(refused.value.errors()).errors
        assert (found.pointer, found.code) == (pointer, "bidi_control")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("visible", VISIBLE)
def test_one_that_shows_anything_is_taken(place: str, visible: str) -> None:
    model, body, _ = PLACES[place]
    model.model_validate(body(visible))
