"""An entry's public log of corrections: a line added to it, by itself or with the edit that it explains."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros, format_time
from app.domain.entry import Entry, EntryContent, JsonObject, changed_fields, with_content
from app.domain.errors import Conflict
from app.domain.rights import require_action
from app.domain.statuses import Action, next_status
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.bylines import check_bylines
from app.newsroom.entries.content import check_alternatives
from app.newsroom.publication.publication import EntryShown
from app.newsroom.publication.visibility import show_entry
from app.wire.requests.entries import CorrectionDraft

MAX_CORRECTIONS = 50
"""An entry's public log travels with every event of it; more lines than this is another story. Retractions have room
for as many again: what no longer stands must not go on standing because it was corrected often."""


def correction_line(text: str, severity: str, *, at: Micros) -> JsonObject:
    """Return a line of the log as it is stored."""
    return {"text": text, "at": format_time(at), "severity": severity}


def with_correction(entry: Entry, line: JsonObject, *, most: int = MAX_CORRECTIONS) -> Entry:
    """Return the entry with one more line in its log. Raises Conflict `too_many_corrections`."""
    corrections = (*entry.corrections, line)
    if len(corrections) > most:
        raise Conflict("too_many_corrections", f"An entry has at most {most} lines in its log of corrections.")
    return dataclasses.replace(entry, corrections=corrections)


def require_public(context: StoryContext) -> None:
    """Raise Conflict `story_not_public` where nobody has seen the entry, so that nothing is corrected openly."""
    if not context.story.is_public:
        raise Conflict("story_not_public", "Nobody has seen this entry yet: edit, unpublish or remove it instead.")


def correct_content(context: StoryContext, before: Entry, content: EntryContent, correction: CorrectionDraft) -> Entry:
    """Publish new content and the line that explains it, as one change, which nothing holds; the caller records it.

    Raises NotAllowed, Conflict `wrong_status`, `story_not_public`, `edit_waits` and `too_many_corrections`.
    """
    next_status(before.status, Action.CORRECT)
    for action in (Action.EDIT, Action.CORRECT):
        require_action(context.actor, action, entry=before, settings=context.story.settings, visible=True)
    require_public(context)
    if before.working is not None:
        raise Conflict("edit_waits", "An edit of this entry is not published yet: publish or discard it first.")
    check_alternatives(content, context.story.settings)
    check_bylines(context, content, before=before.content)
    changed = changed_fields(before.content, content)
    line = correction_line(correction.text, correction.severity, at=context.now)
    after = with_correction(with_content(before, content), line)
    after = dataclasses.replace(after, version=before.version + 1)
    return show_entry(context, EntryShown(after, "entry.updated", changed=(*changed, "corrections"), material=True))
