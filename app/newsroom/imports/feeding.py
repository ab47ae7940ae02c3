"""A later run beside the old system: what is new there goes through the ordinary door, as new entries and edits."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus, JsonObject, changed_fields, with_content
from app.domain.errors import LiveblogError
from app.domain.sort_keys import is_time_key, sort_key_at
from app.domain.statuses import Action
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.media_use import record_entry_media
from app.newsroom.context.recording import record_audit, record_entry
from app.newsroom.context.write_context import StoryContext
from app.newsroom.imports.making import IMPORT, add_imported, corrections_of, last_change, make_entry
from app.newsroom.imports.prepared import PreparedEntry, TakenEntries
from app.newsroom.imports.records import ImportedEntry
from app.newsroom.imports.removing import is_taken_back
from app.newsroom.publication.publication import EntryShown
from app.newsroom.publication.visibility import show_entry, show_entry_again
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.entries import update_entry


def feed_entry(context: StoryContext, known: Entry | None, prepared: PreparedEntry, taken: TakenEntries) -> None:
    """Publish a record that is new, or edit the entry that an earlier one made, and count it.

    What was removed there, and is there again, is published again. What a person has changed here since is left alone,
    and so is what the story's status does not let be written.
    """
    is_back = known is not None and prepared.record.status != "draft" and is_taken_back(context.tx, known)
    if known is not None and known.creation_fingerprint == prepared.fingerprint and not is_back:
        taken.same += 1
        return
    try:
        refuse_closed(context.story)
        if known is None:
            with context.tx.savepoint():
                _add(context, prepared)
            taken.added += 1
            return
        reason = _reason_to_leave(known, prepared.record, is_back=is_back)
        if reason is not None:
            taken.left_alone.append((prepared.record.external_id, reason))
            return
        with context.tx.savepoint():
            _edit(context, known, prepared)
        taken.changed += 1
    except LiveblogError as error:
        taken.left_alone.append((prepared.record.external_id, error.detail))


def _add(context: StoryContext, prepared: PreparedEntry) -> None:
    record, contents = prepared.record, prepared.contents
    entry = make_entry(context, record, contents, fingerprint=prepared.fingerprint)
    # The row is there before it is shown, because its old addresses are shown with it.
    add_imported(context, entry, record, contents)
    record_entry_media(context, before=None, after=entry)
    if entry.status is not EntryStatus.DRAFT:
        entry = show_entry(context, EntryShown(entry, "entry.published"))
        update_entry(context.tx, entry)
    summary = {"status": entry.status.value, "version": entry.version, "revision": entry.revision}
    record_audit(context, AuditedChange(IMPORT, "entry", entry.id, story_id=entry.story, before=None, after=summary))


def _edit(context: StoryContext, before: Entry, prepared: PreparedEntry) -> None:
    record = prepared.record
    status = EntryStatus(record.status)
    after = dataclasses.replace(
        with_content(before, prepared.contents[-1]),
        status=status,
        version=before.version + 1,
        creation_fingerprint=prepared.fingerprint,
        corrections=_corrections(before, record),
        retraction_stands=status is EntryStatus.RETRACTED,
    )
    after = dataclasses.replace(after, sort_key=_place(after, record))
    if status is not before.status:
        after = dataclasses.replace(after, status_at=context.now)
    if before.status is EntryStatus.UNPUBLISHED:
        after = show_entry_again(context, EntryShown(after, "entry.published"))
    elif before.status is EntryStatus.DRAFT and status is not EntryStatus.DRAFT:
        after = dataclasses.replace(after, published_at=record.published_at or context.now)
        after = show_entry(context, EntryShown(after, "entry.published"))
    elif status is not EntryStatus.DRAFT:
        changed = _changed(before, after)
        if changed:
            material = last_change(record) is not None and changed != ("sort_key",)
            after = show_entry(context, EntryShown(after, "entry.updated", changed=changed, material=material))
    record_entry(context, before=before, after=after, action=Action.EDIT)


def _place(entry: Entry, record: ImportedEntry) -> str | None:
    """Return the sort key by which the entry stands where the other system has it now; None for that of its time.

    A place that somebody has given it here is its place: such keys are longer than those of times.
    """
    if entry.sort_key is None:
        return None if record.place_at is None else sort_key_at(record.place_at, 0)
    if not is_time_key(entry.sort_key):
        return entry.sort_key
    at = record.place_at or entry.content.display_time or entry.published_at
    if at is None or sort_key_at(at, 0) <= entry.sort_key < sort_key_at(Micros(at + 1), 0):
        return entry.sort_key
    return sort_key_at(at, 0)


def _corrections(before: Entry, record: ImportedEntry) -> tuple[JsonObject, ...]:
    """Return the public log with the lines that are new there; none is ever taken out of it."""
    known = {(line["text"], line["severity"]) for line in before.corrections}
    new = [line for line in corrections_of(record) if (line["text"], line["severity"]) not in known]
    return (*before.corrections, *new)


def _changed(before: Entry, after: Entry) -> tuple[str, ...]:
    """Return the public names of what changes, in the order in which events have them."""
    changed = changed_fields(before.content, after.content)
    if before.status is not after.status:
        changed = ("status", *changed) if "body" in changed else ("status", "body", *changed)
    changed = (*changed, "corrections") if before.corrections != after.corrections else changed
    is_moved = before.sort_key != after.sort_key and "time" not in changed
    return (*changed, "sort_key") if is_moved else changed


def _reason_to_leave(known: Entry, record: ImportedEntry, *, is_back: bool) -> str | None:
    if known.status not in (EntryStatus.PUBLISHED, EntryStatus.RETRACTED, EntryStatus.DRAFT) and not is_back:
        return f"it is {known.status.value} here"
    if known.edited_by_hand or known.working is not None:
        return "it was edited here"
    if (known.status is EntryStatus.RETRACTED or known.retraction_stands) and record.status == "published":
        return "it was retracted here, or there before: reinstate it here"
    if record.status == "draft" and known.status is not EntryStatus.DRAFT:
        return "it is public here"
    return None
