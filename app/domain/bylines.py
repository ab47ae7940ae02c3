"""Bylines: whose names a caller may put over an entry, where a story or the site asks for one's own."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from app.domain.entry import JsonObject
from app.domain.rights import Actor, Role
from app.domain.story import StorySettings

_OF_THE_PROFILE = ("id", "avatar", "url")
"""Members of an author that say who it is, beside the name; a role and a place may be anything."""


def byline_names(actor: Actor, settings: StorySettings, *, on_site: bool) -> tuple[str, ...] | None:
    """Return the only names that an actor from `actor_in_story` may put over entries; None for anybody's.

    `on_site` is whether the whole site asks for own bylines. An editor answers for others, and may name anybody.
    """
    if not (on_site or settings.own_bylines) or actor.role.includes(Role.EDITOR):
        return None
    return tuple(dict.fromkeys(actor.names))


def list_foreign_authors(
    actor: Actor, names: Sequence[str], authors: Sequence[JsonObject], *, before: Sequence[JsonObject]
) -> list[int]:
    """List the places of the authors that are neither the actor nor among those that the entry had `before`."""
    own = {unicodedata.normalize("NFC", name) for name in names}
    return [
        place
        for place, author in enumerate(authors)
        if author not in before and not (_named(author) in own and _has_profile_of(actor, author))
    ]


def _named(author: JsonObject) -> str:
    return unicodedata.normalize("NFC", author["name"])


def _has_profile_of(actor: Actor, author: JsonObject) -> bool:
    profile = actor.author or {}
    return all(author.get(member) in {None, profile.get(member)} for member in _OF_THE_PROFILE)
