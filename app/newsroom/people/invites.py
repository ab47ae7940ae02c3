"""Invitations: a link that signs somebody in once, within a day."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from app.domain.clock import Micros, format_time
from app.domain.errors import FieldError, Gone, InvalidInput
from app.domain.identifiers import PersonId
from app.domain.rights import Actor, Right, require_right
from app.newsroom.context.access import authenticate, digest_of, make_secret
from app.newsroom.context.idempotency import earlier_reply, keep_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.audit import AuditedChange, append_audit
from app.storage.newsroom.invites import insert_invite, update_invite_secret
from app.storage.newsroom.people import read_person
from app.wire.encoding import encode_json
from app.wire.qr_codes import encode_qr_svg
from app.wire.requests.people import InviteDraft

INVITE_HOURS = 24


def invite_person(newsroom: Newsroom, call: Call, draft: InviteDraft) -> Reply:
    """Make a link for somebody, and a picture of it for their phone's camera. Neither is kept, nor given again.

    A retry is given another link in its place, as long as nobody has used it. Raises InvalidInput, Gone.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if (earlier := earlier_reply(tx, newsroom, actor, call)) is not None:
            return _with_another_link(tx, newsroom, actor, call, earlier)
        person = read_person(tx, PersonId(draft.person))
        if person is None:
            raise InvalidInput([FieldError("/person", "person_not_found", "There is no such person.")])
        now = newsroom.clock()
        expires_at = Micros(now + INVITE_HOURS * 3_600_000_000)
        ident = newsroom.random.uuid("invite", f"{person.id}:{now}")
        secret = make_secret(newsroom.random, kind="invite", ident=ident)
        insert_invite(tx, ident, person=person.id, secret_sha256=digest_of(secret), now=now, expires_at=expires_at)
        _record(tx, newsroom, actor, call, ident, person.id, action="create")
        shown = {"id": ident, "person": person.id, "expires_at": format_time(expires_at)}
        keep_reply(tx, actor, call, Reply(201, encode_json(shown)), story=None, entries=[])
        return Reply(201, encode_json(_with_link(newsroom, shown, secret)))


def _with_another_link(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, earlier: Reply) -> Reply:
    """The invitation that was made before, for whoever has not got its link; that one opens nothing any more."""
    shown = from_json(earlier.body)
    now = newsroom.clock()
    secret = make_secret(newsroom.random, kind="invite", ident=f"{shown['id']}:{now}")
    if not update_invite_secret(tx, shown["id"], secret_sha256=digest_of(secret), now=now):
        raise Gone(
            "reply_removed", "The invitation was made, and has been used or has ended since; its link is shown once."
        )
    _record(tx, newsroom, actor, call, shown["id"], shown["person"], action="renew")
    return Reply(earlier.status, encode_json(_with_link(newsroom, shown, secret)), earlier.headers)


def _with_link(newsroom: Newsroom, shown: dict[str, Any], secret: str) -> dict[str, Any]:
    url = newsroom.links.invitation(secret)
    return {**shown, "url": url, "qr_svg": encode_qr_svg(url)}


def _record(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, ident: str, person: str, *, action: str
) -> None:
    change = AuditedChange(action, "invite", ident, after={"person": person})
    append_audit(tx, change, actor=actor, at=newsroom.clock(), request_id=call.request_id)
