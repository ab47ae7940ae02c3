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
from app.newsroom.queries.lists import show_me
from app.wire.requests.people import InviteDraft
from tests.newsroom.driver import HOUR, NewsroomDriver, body

NOBODY = "00000000-0000-4000-8000-000000000000"


def invited(driver: NewsroomDriver, who: NewsroomDriver) -> dict[str, Any]:
    assert who.person is not None
    return body(invites.invite_person(driver.newsroom, driver.call(), InviteDraft(person=who.person)))


def secret_of(invite: dict[str, Any]) -> str:
    secret: str = invite["url"].partition("#invite=")[2]
    return secret


def sign_in(driver: NewsroomDriver, secret: str) -> str:
    return sessions.sign_in(driver.newsroom, Call(None), secret=secret).secret


def me(driver: NewsroomDriver, session: str) -> dict[str, Any]:
    return body(show_me(driver.newsroom, Call(session, is_session=True)))


def test_a_link_signs_one_person_in_and_is_used_up(driver: NewsroomDriver) -> None:
    ada = driver.hire("editor")
    invite = invited(driver, ada)
    assert invite["url"].startswith("https://live.example/newsroom#invite=lb_invite_")
    assert invite["qr_svg"].startswith("<svg")
    begun = sessions.sign_in(driver.newsroom, Call(None), secret=secret_of(invite))
    shown = body(begun.reply)
    assert (shown["person"], shown["name"], shown["csrf"]) == (ada.person, "Person 1", csrf_token(begun.secret))
    assert begun.secret not in begun.reply.body.decode()
    here = me(driver, begun.secret)
    assert (here["person"], here["role"], here["csrf"]) == (ada.person, "editor", shown["csrf"])
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sign_in(driver, secret_of(invite))


def test_of_two_who_use_a_link_at_once_one_gets_in(driver: NewsroomDriver) -> None:
    ada = driver.hire()
    for _ in range(5):
        secret = secret_of(invited(driver, ada))

        def attempt(secret: str = secret) -> str:
            try:
                return sign_in(driver, secret)
            except NotAuthenticated as error:
                return error.code

        with ThreadPoolExecutor(4) as threads:
            outcomes = list(threads.map(lambda _: attempt(), range(4)))
        assert outcomes.count("invite_invalid") == 3
        assert sum(kind_of_secret(outcome) == "session" for outcome in outcomes) == 1


def test_a_link_is_good_for_a_day(driver: NewsroomDriver) -> None:
    ada = driver.hire()
    early, late = secret_of(invited(driver, ada)), secret_of(invited(driver, ada))
    driver.now += 24 * HOUR - 1
    sign_in(driver, early)
    driver.now += 1
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sign_in(driver, late)


@pytest.mark.parametrize("kind", ["person", "session", "invite"])
def test_a_secret_that_is_no_known_invitation_signs_nobody_in(driver: NewsroomDriver, kind: Any) -> None:
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sign_in(driver, make_secret(SystemRandomSource(), kind=kind, ident="x"))
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sign_in(driver, "lb_invite_" + "a" * 36)


def test_a_session_is_no_token_and_a_token_no_session(driver: NewsroomDriver) -> None:
    ada = driver.hire()
    session = sign_in(driver, secret_of(invited(driver, ada)))
    for credentials, is_session in ((session, False), (ada.token, True), (driver.token, True)):
        with pytest.raises(NotAuthenticated, match="token_invalid"):
            show_me(driver.newsroom, Call(credentials, is_session=is_session))


def test_a_session_ends_with_its_time_and_earlier_when_it_is_not_used(driver: NewsroomDriver) -> None:
    ada = driver.hire()
    used, unused = (sign_in(driver, secret_of(invited(driver, ada))) for _ in range(2))
    for day in range(29):
        driver.now += 24 * HOUR
        me(driver, used)
        if day % 10 == 0:
            driver.newsroom.usage.write(driver.database)
    with pytest.raises(NotAuthenticated, match="token_expired"):
        me(driver, unused)
    driver.now += 24 * HOUR
    with pytest.raises(NotAuthenticated, match="token_expired"):
        me(driver, used)


def test_signing_out_ends_this_session_alone(driver: NewsroomDriver) -> None:
    ada = driver.hire()
    one, two = (sign_in(driver, secret_of(invited(driver, ada))) for _ in range(2))
    assert body(sessions.sign_out(driver.newsroom, Call(one, is_session=True))) == {"signed_out": True}
    with pytest.raises(NotAuthenticated, match="token_revoked"):
        me(driver, one)
    me(driver, two)
    with pytest.raises(NotAuthenticated, match="token_missing"):
        sessions.sign_out(ada.newsroom, ada.call())
    assert show_me(ada.newsroom, ada.call()).status == 200


def test_a_disabled_person_cannot_sign_in_and_keeps_the_link_for_later(driver: NewsroomDriver) -> None:
    ada = driver.hire()
    assert ada.person is not None
    secret = secret_of(invited(driver, ada))
    people.disable_person(driver.newsroom, driver.call(), ada.person)
    with pytest.raises(NotAuthenticated, match="person_disabled"):
        sign_in(driver, secret)
    people.enable_person(driver.newsroom, driver.call(), ada.person)
    sign_in(driver, secret)


def test_only_admins_invite_and_only_people_there_are(driver: NewsroomDriver) -> None:
    editor = driver.hire("editor")
    with pytest.raises(NotAllowed):
        invited(editor, editor)
    with pytest.raises(InvalidInput):
        invites.invite_person(driver.newsroom, driver.call(), InviteDraft(person=NOBODY))


def test_no_table_holds_the_secret_of_a_link_or_session(driver: NewsroomDriver) -> None:
    secret = secret_of(invited(driver, driver.hire()))
    session = sign_in(driver, secret)
    with driver.database.snapshot() as tx:
        for table in ("invites", "tokens", "audit", "replies"):
            kept = str(tx.connection.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 - our own names
            for hidden in (secret, session, csrf_token(session)):
                assert hidden not in kept


def test_what_a_person_does_in_a_browser_is_theirs(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    entry = ada.post(story)
    session = sign_in(driver, secret_of(invited(driver, ada)))
    browser = ada.as_holder_of(session)
    browser.is_session = True
    assert browser.act("retract", entry)["status"] == "retracted"
    with pytest.raises(LiveblogError):
        browser.act("publish", entry)
