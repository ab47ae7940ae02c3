"""The sentences with which forms of readers are refused, by the codes of the API (docs/errors.md)."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from app.web.words import Words
from app.wire.encoding import encode_json

REFUSALS: Mapping[str, str] = {
    "too_many_comments": "refused.busy",
    "database_unavailable": "refused.busy",
    "unavailable": "refused.busy",
    "comment_repeated": "refused.repeated",
    "comments_off": "refused.off",
    "comments_elsewhere": "refused.off",
    "comments_closed": "refused.closed",
    "comments_unattended": "refused.full",
    "comments_full": "refused.full",
    "comments_blocked": "refused.blocked",
    "comment_not_found": "refused.gone",
    "entry_gone": "refused.gone",
    "looks_automated": "refused.automated",
    "form_too_fast": "refused.too_fast",
    "form_too_old": "refused.too_old",
    "form_forged": "refused.too_old",
    "too_many_links": "refused.links",
    "invalid_name": "refused.name",
    "invalid_email": "refused.email",
    "invalid_text": "refused.text",
    "appealed": "receipt.objected",
}
"""The key of the sentence for each code with which a form is answered."""


def describe_refusal(words: Words, code: str) -> Markup:
    """Return why a form was refused and, where something can be done about it, what: to go back to what was written."""
    return Markup(" ").join(words.say(key) for key in _keys(words, code))


def encode_refusals(words: Words) -> str:
    """Return the sentences as JSON, by code, without what to do: who sent by a script is on the page still."""
    return encode_json({code: words.say(key).unescape() for code, key in REFUSALS.items()}).decode()


def _keys(words: Words, code: str) -> list[str]:
    why = REFUSALS.get(code, "refused.unknown")
    back = why.replace("refused.", "back.", 1)
    return [why, back] if back != why and back in words.messages else [why]
