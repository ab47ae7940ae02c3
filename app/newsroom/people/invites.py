"""Invitations: a link that signs a person in once, within a day."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from app.domain.clock import Micros, format_time
from app.domain.errors import FieldError, Gone, InvalidInput
from app.domain.identifiers import PersonId
from app.domain.rights import Right
from app.newsroom.context.access import digest_of, make_secret
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.idempotency import earlier_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.recording import answer, record_audit
from app.newsroom.context.write_context import WriteContext
from app.newsroom.people.qr_codes import encode_qr_svg
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.invites import insert_invite, update_invite_secret
from app.storage.newsroom.people import read_person
from app.wire.encoding import encode_json
from app.wire.requests.people import InviteDraft

INVITE_HOURS = 24


def invite_person(newsroom: Newsroom, call: Call, draft: InviteDraft) -> Reply:
    """Create a link for a person, and a picture of it for their phone's camera. Neither is kept, nor shown again.

    A retry is given another link in its place, as long as nobody has used it. Raises InvalidInput, Gone.
    """
    with open_write(newsroom, call, right=Right.MANAGE_PEOPLE) as context:
        if (earlier := earlier_reply(context)) is not None:
            return _with_another_link(context, earlier)
        person = read_person(context.tx, PersonId(draft.person))
        if person is None:
            raise InvalidInput([FieldError("/person", "person_not_found", "There is no such person.")])
        now = context.now
        expires_at = Micros(now + INVITE_HOURS * 3_600_000_000)
        ident = newsroom.random.uuid("invite", f"{person.id}:{now}")
        secret = make_secret(newsroom.random, kind="invite", ident=ident)
        digest = digest_of(secret)
        insert_invite(context.tx, ident, person=person.id, secret_sha256=digest, now=now, expires_at=expires_at)
        record_audit(context, AuditedChange("create", "invite", ident, after={"person": person.id}))
        shown = {"id": ident, "person": person.id, "expires_at": format_time(expires_at)}
        answer(context, shown, status=201)
        return Reply(201, encode_json(_with_link(newsroom, shown, secret)))


def _with_another_link(context: WriteContext, earlier: Reply) -> Reply:
    """Give the invitation another link, for a caller who has not got the first; that one opens nothing any more."""
    shown, newsroom, now = from_json(earlier.body), context.newsroom, context.now
    secret = make_secret(newsroom.random, kind="invite", ident=f"{shown['id']}:{now}")
    if not update_invite_secret(context.tx, shown["id"], secret_sha256=digest_of(secret), now=now):
        raise Gone(
            "reply_removed", "The invitation was made, and has been used or has ended since; its link is shown once."
        )
    record_audit(context, AuditedChange("renew", "invite", shown["id"], after={"person": shown["person"]}))
    return Reply(earlier.status, encode_json(_with_link(newsroom, shown, secret)), earlier.headers)


def _with_link(newsroom: Newsroom, shown: dict[str, Any], secret: str) -> dict[str, Any]:
    url = newsroom.links.invitation(secret)
    return {**shown, "url": url, "qr_svg": encode_qr_svg(url)}
