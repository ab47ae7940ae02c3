"""The public members of a story itself, beside its entries."""

from __future__ import annotations

from app.domain.entry import JsonObject
from app.domain.sites import DEFAULT_SITE
from app.domain.story import Story
from app.domain.text_folding import fold_text
from app.newsroom.context.on_duty import read_on_duty
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.stories import read_story
from app.storage.public.writes import read_public_story_row
from app.wire.newsroom_json import stored_story_fields
from app.wire.requests.entries import MAX_AUTHORS
from app.wire.story_fields import changed_members


def public_fields(tx: WriteTransaction, story: Story) -> bytes:
    """Encode the story's public members for storage; a story it continues is named only while readers can read it."""
    continues = story.fields.get("continues")
    earlier = None if continues is None else read_story(tx, continues)
    shown = earlier.id if earlier is not None and earlier.is_shown else None
    return stored_story_fields(story, continues=shown, authors=_authors(tx, story))


def _authors(tx: WriteTransaction, story: Story) -> list[JsonObject]:
    """Return the authors set by hand and, behind them, who is on duty: by name, without a picture that can go."""
    written = list(story.fields.get("authors", ()))
    person = read_on_duty(tx, story, story.shown_on_duty)
    if person is None or len(written) >= MAX_AUTHORS:
        return written
    author = {name: value for name, value in person.author.items() if name != "avatar"}
    name = fold_text(author["name"])
    is_there = any(each.get("id") == person.id or fold_text(each["name"]) == name for each in written)
    return written if is_there else [*written, author]


def public_changes(tx: WriteTransaction, story: Story) -> tuple[str, ...]:
    """Return the names of the members that have changed since readers were last sent them, of a story they can read."""
    row = read_public_story_row(tx, story.id)
    if row is None:
        return ()
    renamed = ("slug",) if row.slug != story.slug else ()
    moved = ("site",) if (row.site or DEFAULT_SITE) != story.site else ()
    return (*renamed, *moved, *changed_members(row.fields, public_fields(tx, story)))
