"""Invitations: a link that signs somebody in once, within a day."""

from __future__ import annotations

from app.domain.clock import Micros, format_time
from app.domain.errors import FieldError, InvalidInput
from app.domain.identifiers import PersonId
from app.domain.rights import Right, require_right
from app.newsroom.access import authenticate, digest_of, make_secret
from app.newsroom.room import Call, Newsroom, Reply
from app.storage.audit import AuditedChange, append_audit
from app.storage.invites import insert_invite
from app.storage.people import read_person
from app.wire.encoding import encode_json
from app.wire.people import InviteDraft
from app.wire.qr_codes import encode_qr_svg

INVITE_HOURS = 24


def invite_person(room: Newsroom, call: Call, draft: InviteDraft) -> Reply:
    """Make a link for somebody, and a picture of it for their phone's camera. Neither is kept, nor given again."""
    with room.database.transaction() as tx:
        actor = authenticate(tx, room, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        person = read_person(tx, PersonId(draft.person))
        if person is None:
            raise InvalidInput([FieldError("/person", "person_not_found", "There is no such person.")])
        now = room.clock()
        expires_at = Micros(now + INVITE_HOURS * 3_600_000_000)
        ident = room.random.uuid("invite", f"{person.id}:{now}")
        secret = make_secret(room.random, kind="invite", ident=ident)
        insert_invite(tx, ident, person=person.id, secret_sha256=digest_of(secret), now=now, expires_at=expires_at)
        change = AuditedChange("create", "invite", ident, after={"person": person.id})
        append_audit(tx, change, actor=actor, at=now, request_id=call.request_id)
        url = room.links.invitation(secret)
        shown = {"id": ident, "person": person.id, "expires_at": format_time(expires_at), "url": url}
        return Reply(201, encode_json({**shown, "qr_svg": encode_qr_svg(url)}))
