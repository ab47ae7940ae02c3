"""Invitations and the sessions they begin: once, within a day, and no longer than they are used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.errors import InvalidInput, LiveblogError, NotAllowed, NotAuthenticated
from app.domain.identifiers import SystemRandomSource
from app.newsroom.context.access import csrf_token, kind_of_secret, make_secret
from app.newsroom.context.newsroom import Call
from app.newsroom.people import invites, people, sessions
from app.newsroom.queries import lists as reads
from app.wire.requests.people import InviteDraft
from tests.newsroom.driver import HOUR, Desk, body

NOBODY = "00000000-0000-4000-8000-000000000000"


def invited(desk: Desk, who: Desk) -> dict[str, Any]:
    assert who.person is not None
    return body(invites.invite_person(desk.room, desk.call(), InviteDraft(person=who.person)))


def secret_of(invite: dict[str, Any]) -> str:
    secret: str = invite["url"].partition("#invite=")[2]
    return secret


def sign_in(desk: Desk, secret: str) -> str:
    return sessions.sign_in(desk.room, Call(None), secret=secret).secret


def me(desk: Desk, session: str) -> dict[str, Any]:
    return body(reads.show_me(desk.room, Call(session, is_session=True)))


def test_a_link_signs_one_person_in_and_is_used_up(desk: Desk) -> None:
    ada = desk.hire("editor")
    invite = invited(desk, ada)
    assert invite["url"].startswith("https://live.example/newsroom#invite=lb_invite_")
    assert invite["qr_svg"].startswith("<svg")
    begun = sessions.sign_in(desk.room, Call(None), secret=secret_of(invite))
    shown = body(begun.reply)
    assert (shown["person"], shown["name"], shown["csrf"]) == (ada.person, "Person 1", csrf_token(begun.secret))
    assert begun.secret not in begun.reply.body.decode()
    here = me(desk, begun.secret)
    assert (here["person"], here["role"], here["csrf"]) == (ada.person, "editor", shown["csrf"])
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sign_in(desk, secret_of(invite))


def test_of_two_who_use_a_link_at_once_one_gets_in(desk: Desk) -> None:
    ada = desk.hire()
    for _ in range(5):
        secret = secret_of(invited(desk, ada))

        def attempt(secret: str = secret) -> str:
            try:
                return sign_in(desk, secret)
            except NotAuthenticated as error:
                return error.code

        with ThreadPoolExecutor(4) as threads:
            outcomes = list(threads.map(lambda _: attempt(), range(4)))
        assert outcomes.count("invite_invalid") == 3
        assert sum(kind_of_secret(outcome) == "session" for outcome in outcomes) == 1


def test_a_link_is_good_for_a_day(desk: Desk) -> None:
    ada = desk.hire()
    early, late = secret_of(invited(desk, ada)), secret_of(invited(desk, ada))
    desk.now += 24 * HOUR - 1
    sign_in(desk, early)
    desk.now += 1
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sign_in(desk, late)


@pytest.mark.parametrize("kind", ["person", "session", "invite"])
def test_a_secret_that_is_no_known_invitation_signs_nobody_in(desk: Desk, kind: Any) -> None:
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sign_in(desk, make_secret(SystemRandomSource(), kind=kind, ident="x"))
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sign_in(desk, "lb_invite_" + "a" * 36)


def test_a_session_is_no_token_and_a_token_no_session(desk: Desk) -> None:
    ada = desk.hire()
    session = sign_in(desk, secret_of(invited(desk, ada)))
    for credentials, is_session in ((session, False), (ada.token, True), (desk.token, True)):
        with pytest.raises(NotAuthenticated, match="token_invalid"):
            reads.show_me(desk.room, Call(credentials, is_session=is_session))


def test_a_session_ends_with_its_time_and_earlier_when_it_is_not_used(desk: Desk) -> None:
    ada = desk.hire()
    used, unused = (sign_in(desk, secret_of(invited(desk, ada))) for _ in range(2))
    for day in range(29):
        desk.now += 24 * HOUR
        me(desk, used)
        if day % 10 == 0:
            desk.room.usage.write(desk.database)
    with pytest.raises(NotAuthenticated, match="token_expired"):
        me(desk, unused)
    desk.now += 24 * HOUR
    with pytest.raises(NotAuthenticated, match="token_expired"):
        me(desk, used)


def test_signing_out_ends_this_session_alone(desk: Desk) -> None:
    ada = desk.hire()
    one, two = (sign_in(desk, secret_of(invited(desk, ada))) for _ in range(2))
    assert body(sessions.sign_out(desk.room, Call(one, is_session=True))) == {"signed_out": True}
    with pytest.raises(NotAuthenticated, match="token_revoked"):
        me(desk, one)
    me(desk, two)
    with pytest.raises(NotAuthenticated, match="token_missing"):
        sessions.sign_out(ada.room, ada.call())
    assert reads.show_me(ada.room, ada.call()).status == 200


def test_a_disabled_person_cannot_sign_in_and_keeps_the_link_for_later(desk: Desk) -> None:
    ada = desk.hire()
    assert ada.person is not None
    secret = secret_of(invited(desk, ada))
    people.disable_person(desk.room, desk.call(), ada.person)
    with pytest.raises(NotAuthenticated, match="person_disabled"):
        sign_in(desk, secret)
    people.enable_person(desk.room, desk.call(), ada.person)
    sign_in(desk, secret)


def test_only_admins_invite_and_only_people_there_are(desk: Desk) -> None:
    editor = desk.hire("editor")
    with pytest.raises(NotAllowed):
        invited(editor, editor)
    with pytest.raises(InvalidInput):
        invites.invite_person(desk.room, desk.call(), InviteDraft(person=NOBODY))


def test_no_table_holds_the_secret_of_a_link_or_session(desk: Desk) -> None:
    secret = secret_of(invited(desk, desk.hire()))
    session = sign_in(desk, secret)
    with desk.database.snapshot() as tx:
        for table in ("invites", "tokens", "audit", "replies"):
            kept = str(tx.connection.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 - our own names
            for hidden in (secret, session, csrf_token(session)):
                assert hidden not in kept


def test_what_a_person_does_in_a_browser_is_theirs(desk: Desk) -> None:
    story, ada = desk.story()["id"], desk.hire()
    entry = ada.post(story)
    session = sign_in(desk, secret_of(invited(desk, ada)))
    browser = ada.as_holder_of(session)
    browser.is_session = True
    assert browser.act("retract", entry)["status"] == "retracted"
    with pytest.raises(LiveblogError):
        browser.act("publish", entry)
