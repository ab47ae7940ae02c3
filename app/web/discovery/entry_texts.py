"""The texts of an entry that stands alone: its headline, the reason of its retraction, its corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from app.web.rendering import briefly
from app.web.words import Words

Members = Mapping[str, Any]


def headline_of(entry: Members, story: Members, words: Words) -> str:
    """Return the headline, else the first words, else those of a picture or the story; never any that were struck out.

    Of an entry that was retracted it says so first.
    """
    if entry["status"] != "retracted":
        return briefly(entry) or _picture_said(entry) or str(story["title"])
    said = words.say("mark.retracted").unescape()
    return f"{said}: {entry['headline']}" if entry["headline"] else said


def reason_of(entry: Members) -> str:
    """Return the reason of the last retraction; empty if none was given."""
    reasons = [str(line["text"]) for line in entry["corrections"] if line["severity"] == "retraction"]
    return reasons[-1] if reasons else ""


def corrections_of(entry: Members) -> Sequence[Members]:
    """List the lines of an entry's log that its body does not say: all but the reason of one that is retracted."""
    retracted = entry["status"] == "retracted"
    return [each for each in entry["corrections"] if not (retracted and each["severity"] == "retraction")]


def severity_said(correction: Members, words: Words) -> Markup:
    """Return the word for a line of an entry's log."""
    severity = correction["severity"]
    return words.say(f"severity.{severity if severity in ('clarification', 'retraction') else 'correction'}")


def modified_at(entry: Members) -> str:
    """Return when an entry last changed in a way worth telling: published, edited, corrected or retracted."""
    return entry["updated_at"] or str(entry["published_at"])


def _picture_said(entry: Members) -> str:
    pictures = (block for block in entry.get("blocks", ()) if block["type"] == "image")
    return next((each["alt"] for each in pictures if each.get("alt")), "")
