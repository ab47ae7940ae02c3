"""Shorthand in a reporter's text: taken out of it, put where it belongs, and returned in the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from app.content import Shorthand, read_shorthand
from app.domain.entry import EntryContent, JsonObject
from app.domain.errors import FieldError, InvalidInput
from app.domain.icons import ICONS
from app.domain.rights import Actor, Right, has_right
from app.domain.story import Story
from app.domain.text_folding import fold_words
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.tags import Written, known_tags, with_slugs
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.people import Person, list_people
from app.wire.requests.entries import MAX_AUTHORS, MAX_TAGS, WrittenAuthor, WrittenTag


def expand_shorthand(
    context: StoryContext, written: Written, *, before: EntryContent | None = None
) -> tuple[Written, JsonObject | None]:
    """Return what the writer meant, and what was understood of the text's shorthand; None for a token without it.

    Tags are added to those sent, else to those the entry had `before`; authors to those sent, else they are the only
    ones. An edit whose text is nothing but shorthand leaves the body as it is. Raises InvalidInput `too_long`.
    """
    if not context.actor.shorthand or written.text is None:
        return written, None
    found = read_shorthand(written.text, find_author=_Authors(context.tx).find)
    changes: dict[str, Any] = {"text": found.text or None}
    if found.tags:
        # What is stored is kept, even if it would be refused today.
        stored = [WrittenTag.model_construct(**tag) for tag in before.tags] if before is not None else []
        kept = stored if written.tags is None else written.tags
        tags = with_slugs(
            [WrittenTag(label=tag["label"]) for tag in found.tags], known=_known(context.story, before, kept)
        )
        found = replace(found, tags=tuple(tag.model_dump() for tag in tags))
        changes["tags"] = _with_tags(kept, tags)
    if found.authors:
        changes["authors"] = _with_authors(written.authors, found)
    members = _members(found, context.actor)
    changes |= {name: members[name] for name in ("key_event", "importance", "icon") if name in members}
    return written.model_copy(update=changes), members


def without_shorthand(tx: ReadTransaction, text: str) -> str:
    """Return the text as it stands in an entry, for a token whose shorthand is taken out of it."""
    return read_shorthand(text, find_author=_Authors(tx).find).text


def author_finder(tx: ReadTransaction) -> Callable[[str], JsonObject | None]:
    """Return what finds an author by the name behind an `@`, among the people as they are now."""
    authors = _Authors(tx)
    authors.read()
    return authors.find


def wants_pin(understood: JsonObject | None) -> bool:
    """Return whether what was understood asks for a pin that its writer may set."""
    return understood is not None and "pin" in understood


def _members(found: Shorthand, actor: Actor) -> dict[str, Any]:
    """Return what was understood, under the names of the members it changes."""
    members: dict[str, Any] = {}
    if found.tags:
        members["tags"] = found.tags
    if found.authors:
        members["authors"] = found.authors
    if "key" in found.commands:
        members["key_event"] = True
    importance = next((name for name in ("breaking", "major") if name in found.commands), None)
    if importance is not None:
        members["importance"] = importance
    icon = next((name for name in found.commands if name in ICONS), None)
    if icon is not None:
        members["icon"] = icon
    if "pin" in found.commands:
        members |= {"pin": True} if has_right(actor, Right.EDIT_STORIES) else {"refused": ["pin"]}
    return members


def _known(story: Story, before: EntryContent | None, kept: list[WrittenTag]) -> list[JsonObject]:
    return [*(tag.model_dump() for tag in kept), *known_tags(story, before)]


def _with_tags(kept: list[WrittenTag], added: list[WrittenTag]) -> list[WrittenTag]:
    known = {tag.slug for tag in kept}
    return _limited([*kept, *(tag for tag in added if tag.slug not in known)], MAX_TAGS, "tags")


def _with_authors(sent: list[WrittenAuthor] | None, found: Shorthand) -> list[WrittenAuthor]:
    known = {author.name for author in sent or ()}
    added = [WrittenAuthor.model_construct(**author) for author in found.authors if author["name"] not in known]
    return _limited([*(sent or ()), *added], MAX_AUTHORS, "authors")


_Item = TypeVar("_Item")


def _limited(items: list[_Item], most: int, name: str) -> list[_Item]:
    if len(items) > most:
        raise InvalidInput([FieldError("/text", "too_long", f"An entry has at most {most} {name}.")])
    return items


class _Authors:
    """The newsroom's people by the handle that follows an `@`; read when the first is looked up."""

    def __init__(self, tx: ReadTransaction) -> None:
        self._tx = tx
        self._handles: Mapping[str, JsonObject | None] | None = None

    def find(self, name: str) -> JsonObject | None:
        """Return the author of that name; None if there is none, or more than one."""
        handles = self.read() if self._handles is None else self._handles
        return handles.get("".join(fold_words(name)))

    def read(self) -> Mapping[str, JsonObject | None]:
        """Read the people, after which the transaction is not needed any more."""
        self._handles = authors_by_handle(list_people(self._tx))
        return self._handles


def authors_by_handle(people: Iterable[Person]) -> dict[str, JsonObject | None]:
    """Index the people who work here by byline and name, without blanks, accents and case, and by their first words.

    None where several people have the same: nobody is given another's words.
    """
    whole: dict[str, JsonObject | None] = {}
    first: dict[str, JsonObject | None] = {}
    for person in (person for person in people if person.disabled_at is None):
        author = person.author
        words = [found for found in (fold_words(author["name"]), fold_words(person.name)) if found]
        for handles, names in ((whole, {"".join(found) for found in words}), (first, {found[0] for found in words})):
            for name in names:
                handles[name] = author if handles.get(name, author) == author else None
    return {**first, **whole}
