"""Legal holds: an admin keeps a story or an entry from every purge and from retention, until the hold is lifted."""

from __future__ import annotations

from app.domain.errors import Conflict
from app.domain.identifiers import EntryId, StoryId
from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import begin_write
from app.newsroom.context.idempotency import keep_reply
from app.newsroom.context.lookup import look_up_entry
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.recording import record_audit
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.legal_holds import LegalHold, list_holds, update_entry_held, update_story_held
from app.wire.encoding import encode_json
from app.wire.requests.erasure import LegalHoldChange

HOLD = "legal_hold"
LIFT = "lift_legal_hold"


def show_holds(newsroom: Newsroom, call: Call) -> Reply:
    """Show every hold there is."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.ERASE)
        return Reply(200, encode_json({"items": [hold_members(hold) for hold in list_holds(tx)]}))


def set_hold(newsroom: Newsroom, call: Call, change: LegalHoldChange) -> Reply:
    """Hold a story or an entry, or lift the hold; a second time changes nothing. Raises NotFound, Conflict `purged`."""
    with begin_write(newsroom, call, right=Right.ERASE) as begun:
        if isinstance(begun, Reply):
            return begun
        context = begun.lock_story(change.story)
        story = context.story
        entry = None if change.entry is None else look_up_entry(context.tx, story, change.entry)
        held = entry or story
        if (held.purged_at or story.purged_at) is not None and change.held:
            raise Conflict("purged", "Its text was purged: nothing is left of it that could be held.")
        if held.legal_hold is not change.held:
            if entry is None:
                update_story_held(context.tx, story.id, held=change.held)
            else:
                update_entry_held(context.tx, story.id, entry.id, held=change.held)
            kind, ident = ("story", story.id) if entry is None else ("entry", entry.id)
            summary = {"status": held.status.value, "version": held.version}
            action = HOLD if change.held else LIFT
            record_audit(context, AuditedChange(action, kind, ident, story_id=story.id, before=summary, after=summary))
        shown = {"story": story.id, "entry": None if entry is None else entry.id, "held": change.held}
        return keep_reply(context, Reply(200, encode_json(shown)))


def hold_members(hold: LegalHold) -> dict[str, StoryId | EntryId | None]:
    """Return the members of a hold as admins see it."""
    return {"story": hold.story, "entry": hold.entry}
