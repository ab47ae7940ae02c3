"""Editing an entry, in public or aside in a working revision."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from app.domain.entry import Entry, EntryContent, EntryStatus, WorkingRevision, changed_fields, with_content
from app.domain.rights import is_public_status, may_act, require_action
from app.domain.statuses import Action, next_status
from app.newsroom.context.begin_write import begin_story_write
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.lookup import look_up_entry
from app.newsroom.context.media_use import UsedMedia
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import require_match
from app.newsroom.context.recording import answer_entry, record_entry
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.bylines import check_bylines
from app.newsroom.entries.content import block_ids, check_alternatives, check_display_time, revised_content
from app.newsroom.entries.corrections import correct_content
from app.newsroom.entries.entry_action import recheck_action
from app.newsroom.entries.shorthand import expand_shorthand, wants_pin
from app.newsroom.entries.tags import complete_tags
from app.newsroom.entries.times import held_until, is_scheduled, set_patched_times
from app.newsroom.publication.publication import EntryShown
from app.newsroom.publication.visibility import pin_entry, show_entry
from app.wire.requests.entries import EntryPatch


def edit_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, patch: EntryPatch) -> Reply:
    """Change an entry. A public one changes for readers at once, unless the patch or a review keeps the edit aside.

    A patch that changes nothing makes no version. Raises PreconditionRequired, PreconditionFailed, Conflict
    `wrong_status` or `blocks_would_be_lost`, InvalidInput, NotAllowed, and as `correct_content`.
    """
    with begin_story_write(newsroom, call, story_ref, recheck=recheck_action(Action.EDIT)) as context:
        if isinstance(context, Reply):
            return context
        story = context.story
        before = look_up_entry(context.tx, story, entry_ref)
        refuse_closed(story)
        next_status(before.status, Action.EDIT)
        # What is scheduled is published without another look: to change it takes the right to change what is public.
        visible = is_scheduled(before)
        require_action(context.actor, Action.EDIT, entry=before, settings=story.settings, visible=visible)
        require_match(call.if_match, before)
        check_display_time(patch, now=context.now)
        patch = complete_tags(story, patch, before=before.newest_content)
        patch, shorthand = expand_shorthand(context, patch, before=before.newest_content)
        new_id = block_ids(newsroom.random, f"{before.id}:{before.version + 1}")
        content = revised_content(before.newest_content, patch, new_id=new_id, media=UsedMedia(context))
        aside = is_public_status(before) and not patch.publish
        how = Revision(material=patch.material, aside=aside, pin=wants_pin(shorthand), hold_seconds=patch.hold_seconds)
        if patch.correction is None:
            after = revise(context, before, content, how)
        else:
            pinned = dataclasses.replace(before, pin_wanted=how.pin or before.pin_wanted)
            after = correct_content(context, pinned, content, patch.correction)
        after = _next_version(before, set_patched_times(context, after, patch))
        if after is not before:
            by_hand = before.edited_by_hand or after.newest_content != before.newest_content
            after = dataclasses.replace(after, edited_by_hand=by_hand)
            record_entry(context, before=before, after=after, action=Action.EDIT)
        return answer_entry(context, after, status=202 if is_scheduled(after) else 200, shorthand=shorthand)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The manner in which new content is given to an entry: aside, as a typo, with a pin, after a hold of its own."""

    material: bool = True
    aside: bool
    pin: bool
    hold_seconds: int | None


def revise(context: StoryContext, entry: Entry, content: EntryContent, how: Revision) -> Entry:
    """Give the entry new content; the caller records it. Returns `entry` itself if nothing changes.

    The edit is put aside, into a working revision, when that is asked for, when there is one already, and when the
    actor may not change what readers see. With a pin the entry is pinned with it, or where it is public already, at
    once.
    """
    check_alternatives(content, context.story.settings)
    check_bylines(context, content, before=entry.newest_content)
    if not how.pin:
        return _revise(context, entry, content, how)
    wanting = dataclasses.replace(entry, pin_wanted=True)
    after = _revise(context, wanting, content, how)
    if after is wanting and context.story.is_public and is_public_status(entry) and entry.working is None:
        pin_entry(context, entry)
        return entry
    return after


def _revise(context: StoryContext, entry: Entry, content: EntryContent, how: Revision) -> Entry:
    material = how.material
    if entry.working is not None:
        return _revise_working(entry, entry.working, content, material=material)
    if content == entry.content:
        return entry
    is_public = is_public_status(entry)
    settings = context.story.settings
    in_public = may_act(context.actor, Action.EDIT, entry=entry, settings=settings, visible=is_public)
    changed = changed_fields(entry.content, content)
    if how.aside or not in_public:
        working = WorkingRevision(EntryStatus.DRAFT, content, material)
        return dataclasses.replace(entry, working=working, version=entry.version + 1)
    until = held_until(context.story, context.now, hold_seconds=how.hold_seconds, is_new=False)
    if is_public and changed and until is not None:
        working = WorkingRevision(EntryStatus.SCHEDULED, content, material, publish_at=until, held=True)
        return dataclasses.replace(entry, working=working, version=entry.version + 1)
    after = dataclasses.replace(with_content(entry, content), version=entry.version + 1)
    if not (is_public and changed):
        return after
    return show_entry(context, EntryShown(after, "entry.updated", changed=changed, material=material))


def _next_version(before: Entry, after: Entry) -> Entry:
    """Return `after` as a version of its own, unless nothing has changed or it is one already."""
    if after == before:
        return before
    return after if after.version > before.version else dataclasses.replace(after, version=before.version + 1)


def _revise_working(entry: Entry, working: WorkingRevision, content: EntryContent, *, material: bool) -> Entry:
    if content == working.content and material == working.material:
        return entry
    working = dataclasses.replace(working, content=content, material=material)
    return dataclasses.replace(entry, working=working, version=entry.version + 1)
