"""Chains of comments → entries. The plugin adds a comment for each edit, which names the one it replaces.

An edit overwrites the text of the first comment, too, so that what was published first is lost where there are edits;
a deletion is an edit without text, and the first comment is in the trash or gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.clock import Micros
from app.domain.entry import JsonObject
from app.importers.foreign import ForeignEntry, ForeignStory, ForeignVersion
from app.importers.wordpress.plugin_markup import EntryText, read_entry_text


@dataclass(frozen=True, slots=True)
class LiveblogComment:
    """One comment of the plugin. `replaces` is the id of the comment it is an edit of, "" for a first one."""

    id: str
    where: str
    at: Micros
    content: str
    replaces: str = ""
    authors: tuple[JsonObject, ...] = ()
    is_key: bool = False
    is_in_trash: bool = False
    is_held: bool = False
    """Whether it waits for approval, and readers do not have it."""


def add_entries(story: ForeignStory, comments: Iterable[LiveblogComment]) -> None:
    """Fold the comments into entries of the story, in time proportional to their number."""
    by_id: dict[str, LiveblogComment] = {}
    for comment in comments:
        known = by_id.get(comment.id)
        if known is not None and known != comment:
            story.note(comment.where, f"The comment {comment.id} comes twice: the newer one is kept.")
        if known is None or comment.at >= known.at:
            by_id[comment.id] = comment
    first_of = _find_firsts(by_id)
    chains: dict[str, list[LiveblogComment]] = {}
    for comment in by_id.values():
        first = first_of[comment.id]
        if first is None:
            story.leave_out(comment.where, f"The comment {comment.id} replaces others in a circle.")
        else:
            chains.setdefault(first, []).append(comment)
    for first, chain in chains.items():
        story.entries.append(_fold(story, first, chain))


def _find_firsts(by_id: dict[str, LiveblogComment]) -> dict[str, str | None]:
    """Return the id at the beginning of each comment's chain, which need not be in the file; None for a circle."""
    first_of: dict[str, str | None] = {}
    for start in by_id:
        path: list[str] = []
        on_path: set[str] = set()
        at = start
        while at in by_id and at not in first_of and at not in on_path and by_id[at].replaces:
            path.append(at)
            on_path.add(at)
            at = by_id[at].replaces
        found = None if at in on_path else first_of.get(at, at)
        for each in path:
            first_of[each] = found
        first_of.setdefault(start, found)
    return first_of


def _fold(story: ForeignStory, first_id: str, chain: list[LiveblogComment]) -> ForeignEntry:
    first = next((comment for comment in chain if comment.id == first_id), None)
    shown = [comment for comment in chain if not comment.is_held]
    if shown and (first is None or not first.is_held):
        chain = shown
    edits = sorted((comment for comment in chain if comment is not first), key=lambda each: (each.at, _number(each.id)))
    newest = edits[-1] if edits else first or chain[0]
    created = first.at if first is not None else edits[0].at
    aliases = (f"#liveblog-entry-{first_id}", f"#{first_id}")
    if (edits and not newest.content.strip()) or (first is not None and first.is_in_trash):
        return ForeignEntry(first_id, newest.where, created, (), aliases, status="removed", updated_at=newest.at)
    if first is None:
        story.note(newest.where, f"The comment {first_id} is missing: its entry is made of the edits that name it.")
    told = [edit for edit in edits if edit.content.strip()]
    if first is not None and all(edit.content != first.content for edit in told):
        told.insert(0, first)
    texts = [(comment, read_entry_text(comment.content)) for comment in told]
    authors = first.authors if first is not None else newest.authors
    is_key = newest.is_key or (first is not None and first.is_key) or texts[-1][1].is_key
    return ForeignEntry(
        first_id,
        newest.where,
        created,
        tuple(_version(comment.at, text, authors) for comment, text in texts),
        aliases,
        published_at=created,
        updated_at=newest.at if edits else None,
        key_event=is_key,
        status="draft" if (first or newest).is_held else "published",
        unknown_kinds=texts[-1][1].unknown_kinds,
        publisher=str(authors[0]["name"]) if authors else "",
    )


def _version(at: Micros, text: EntryText, authors: tuple[JsonObject, ...]) -> ForeignVersion:
    return ForeignVersion(at=at, html=text.html, authors=authors, tags=text.tags, label=text.label)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
