"""What is refused for one character is told which, and where."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.wire.problems import validation_errors
from app.wire.requests.entries import EntryDraft, Note
from app.wire.requests.stories import StoryDraft
from app.wire.requests.text import Request

REFUSED: list[tuple[type[Request], dict[str, Any], str]] = [
    (EntryDraft, {"text": "a\x00"}, "has a control character, U+0000 (NUL) at character 2"),
    (EntryDraft, {"text": "a\r\nb\x0b😀\x07c"}, "has a control character, U+0007 (BEL) at line 3, character 2"),
    (EntryDraft, {"html": "<p>\x1b"}, "has a control character, U+001B (ESC) at character 4"),
    (
        EntryDraft,
        {"blocks": [{"type": "image", "url": "https://e.org/", "alt": "\x7f"}]},
        "U+007F (DEL) at character 1",
    ),
    (EntryDraft, {"headline": "ab\u2028c"}, "U+2028 (LINE SEPARATOR) at character 3"),
    (EntryDraft, {"headline": "ab\x0bc"}, "must be one line"),
    (Note, {"note": "\x02"}, "U+0002 (STX) at character 1"),
    (Note, {"note": "x\n\u202ey"}, "U+202E (RIGHT-TO-LEFT OVERRIDE) at line 2, character 1"),
    (StoryDraft, {"title": "Ada\u202e"}, "U+202E (RIGHT-TO-LEFT OVERRIDE) at character 4"),
    (StoryDraft, {"title": "a\u3164b"}, "U+3164 (HANGUL FILLER) at character 2"),
    (EntryDraft, {"text": "x", "source": {"url": "https://e.org/a b"}}, "U+0020 (SPACE) at character 16"),
    (EntryDraft, {"text": "a\n\ud83d"}, "has half of a character, U+D83D at line 2, character 1"),
]


@pytest.mark.parametrize(("model", "body", "detail"), REFUSED, ids=range(len(REFUSED)))
def test_a_character_that_is_refused_is_named_with_its_place(
    model: type[Request], body: dict[str, Any], detail: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body)
    (error,) = validation_errors(refused.value.errors()).errors
    assert detail in error.detail


@pytest.mark.parametrize("end", ["\x0b", "\x0c"])
def test_line_ends_of_presentations_are_line_feeds_in_every_text_of_several_lines(end: str) -> None:
    draft = EntryDraft.model_validate({"text": f"a{end}b", "blocks": None})
    assert draft.text == "a\nb"
    assert Note.model_validate({"note": f"a{end}b"}).note == "a\nb"
    picture = {"type": "image", "url": "https://e.org/a.jpg", "caption": f"a{end}b"}
    heading = {"type": "heading", "text": f"a{end}b"}
    blocks = EntryDraft.model_validate({"blocks": [picture, heading]}).written_blocks()
    assert blocks is not None
    assert (blocks[0]["caption"], blocks[1]["text"]) == ("a\nb", "a\nb")
    assert StoryDraft.model_validate({"title": "x", "standfirst": f"a{end}b"}).standfirst == "a\nb"
