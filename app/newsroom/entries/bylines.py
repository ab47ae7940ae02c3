"""Own bylines alone, where the story or the site asks for it: checked wherever an entry is given content."""

from __future__ import annotations

from app.domain.bylines import byline_names, list_foreign_authors
from app.domain.entry import EntryContent
from app.domain.errors import FieldError, InvalidInput
from app.newsroom.context.write_context import StoryContext


def check_bylines(context: StoryContext, content: EntryContent, *, before: EntryContent | None = None) -> None:
    """Raise InvalidInput `byline_not_own` for an author that the caller may not name; those of `before` may stay."""
    actor = context.actor
    names = byline_names(actor, context.story.settings, on_site=context.newsroom.own_bylines)
    if names is None:
        return
    known = () if before is None else before.authors
    foreign = list_foreign_authors(actor, names, content.authors, before=known)
    if foreign:
        yours = f"leave the authors out, or name {' or '.join(names)}" if names else "send no authors"
        detail = f"Reporters write under their own name here: {yours}. An editor can set another byline."
        raise InvalidInput([FieldError(f"/authors/{place}/name", "byline_not_own", detail) for place in foreign])
