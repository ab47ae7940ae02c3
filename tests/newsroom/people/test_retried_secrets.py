"""Tokens and invitations made with an Idempotency-Key: once, with no secret kept, and none left that nobody knows."""

from __future__ import annotations

import dataclasses
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.clock import Micros
from app.domain.errors import Gone, InvalidInput, MalformedInput, NotAuthenticated
from app.newsroom.context.newsroom import Call, Reply
from app.newsroom.emergency.revert import revert_token
from app.newsroom.people import invites, people, sessions, tokens
from app.newsroom.queries.stream_feed import admit_by_token
from app.storage.database import schema
from app.storage.database.transactions import Database, WriteTransaction
from app.wire.requests.people import InviteDraft, PersonDraft, TokenDraft
from tests.newsroom.driver import HOUR, NewsroomDriver, body


def keyed(driver: NewsroomDriver, *, key: str = "k", fingerprint: str = "a request") -> Call:
    driver.now += 1_000_000
    return driver.call(idempotency_key=key, fingerprint=fingerprint)


def make_token(driver: NewsroomDriver, **call: str) -> Reply:
    return tokens.create_token(
        driver.newsroom, keyed(driver, **call), TokenDraft.model_validate({"label": "b", "role": "editor"})
    )


def person_of(driver: NewsroomDriver) -> str:
    draft = PersonDraft.model_validate({"name": "Ada Lind", "role": "editor"})
    ident: str = body(people.add_person(driver.newsroom, driver.call(), draft))["id"]
    return ident


def invite(driver: NewsroomDriver, person: str, **call: str) -> Reply:
    return invites.invite_person(driver.newsroom, keyed(driver, **call), InviteDraft.model_validate({"person": person}))


def secret_in(reply: Reply) -> str:
    url: str = body(reply)["url"]
    return url.rpartition("=")[2]


def everything_stored(database: Database) -> str:
    with database.snapshot() as tx:
        rows = [row for table in schema.metadata.sorted_tables for row in tx.connection.execute(select(table))]
    return "\n".join(str(tuple(row)) for row in rows)


def opens(driver: NewsroomDriver, secret: str) -> bool:
    try:
        admit_by_token(driver.newsroom, secret)
    except NotAuthenticated:
        return False
    return True


def test_a_retry_is_given_the_same_token_with_a_new_secret_and_the_lost_one_opens_nothing(
    driver: NewsroomDriver,
) -> None:
    first, again = make_token(driver), make_token(driver)
    assert (again.status, again.headers) == (201, {"Idempotent-Replayed": "true"})
    lost, given = body(first).pop("token"), body(again).pop("token")
    assert lost != given
    assert {**body(first), "token": None} == {**body(again), "token": None}
    listed = body(tokens.show_tokens(driver.newsroom, driver.call()))["items"]
    assert [token["id"] for token in listed] == [body(first)["id"]]
    assert (opens(driver, lost), opens(driver, given)) == (False, True)
    assert driver.audited() == ["create", "renew"]


def test_once_the_token_is_in_use_or_revoked_a_retry_leaves_it_alone(driver: NewsroomDriver) -> None:
    used, revoked = make_token(driver, key="used"), make_token(driver, key="revoked")
    assert opens(driver, body(used)["token"])
    tokens.revoke_token(driver.newsroom, driver.call(), body(revoked)["id"])
    for key in ("used", "revoked"):
        with pytest.raises(Gone, match="reply_removed"):
            make_token(driver, key=key)
    assert opens(driver, body(used)["token"])
    driver.newsroom.usage.write(driver.database)
    with pytest.raises(Gone, match="reply_removed"):
        make_token(driver, key="used")


def test_a_retry_is_given_another_link_in_the_place_of_the_one_that_was_lost(driver: NewsroomDriver) -> None:
    person = person_of(driver)
    first, again = invite(driver, person), invite(driver, person)
    assert {name: body(first)[name] for name in ("id", "person", "expires_at")} == {
        name: body(again)[name] for name in ("id", "person", "expires_at")
    }
    assert "<svg" in body(again)["qr_svg"]
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sessions.sign_in(driver.newsroom, Call(None), secret=secret_in(first))
    assert sessions.sign_in(driver.newsroom, Call(None), secret=secret_in(again)).reply.status == 201
    with pytest.raises(Gone, match="reply_removed"):
        invite(driver, person)


def test_an_invitation_that_has_ended_is_not_begun_again_by_a_retry(driver: NewsroomDriver) -> None:
    person = person_of(driver)
    invite(driver, person)
    driver.now += 25 * HOUR
    with pytest.raises(Gone, match="reply_removed"):
        invite(driver, person)


def test_no_secret_is_kept_anywhere(driver: NewsroomDriver) -> None:
    person = person_of(driver)
    secrets = [body(make_token(driver, key="t"))["token"] for _ in range(2)]
    secrets += [secret_in(invite(driver, person, key="i")) for _ in range(2)]
    stored = everything_stored(driver.database)
    assert person in stored
    assert "lb_" not in stored
    for secret in secrets:
        assert secret not in stored


@pytest.mark.parametrize("kind", ["token", "invitation"])
def test_a_key_that_came_with_another_request_or_is_none_makes_nothing(driver: NewsroomDriver, kind: str) -> None:
    person = person_of(driver)

    def make(**call: str) -> Reply:
        return make_token(driver, **call) if kind == "token" else invite(driver, person, **call)

    make()
    done = driver.audited()
    with pytest.raises(InvalidInput, match="idempotency_key_reused"):
        make(fingerprint="another")
    with pytest.raises(MalformedInput, match="bad_idempotency_key"):
        make(key="a b")
    assert driver.audited() == done


def test_a_revocation_is_answered_alike_and_recorded_once(driver: NewsroomDriver) -> None:
    ada = driver.hire()
    ident = admit_by_token(ada.newsroom, ada.token).who.token
    first = tokens.revoke_token(driver.newsroom, keyed(driver), ident)
    again = tokens.revoke_token(driver.newsroom, keyed(driver), ident)
    assert (again.body, again.headers) == (first.body, {"Idempotent-Replayed": "true"})
    assert driver.audited().count("revoke") == 1
    other = driver.hire()
    own = body(tokens.create_token(driver.newsroom, driver.call(), TokenDraft(label="Old", person=other.person)))["id"]
    other.now = driver.now
    replies = [tokens.revoke_own_token(other.newsroom, keyed(other), own) for _ in range(2)]
    assert replies[0].body == replies[1].body
    assert driver.audited().count("revoke") == 2


def test_a_retried_revert_is_answered_as_it_was_first(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    rogue.now = driver.now
    rogue.patch_story(story, title="Lies")
    token = admit_by_token(rogue.newsroom, rogue.token).who.token

    def revert(**call: str) -> Reply:
        return revert_token(driver.newsroom, keyed(driver, **call), token, since=Micros(0))

    first, again, anew = revert(), revert(), revert(key="another")
    assert body(first)["items"][0]["done"] == "restored"
    assert (again.body, again.headers) == (first.body, {"Idempotent-Replayed": "true"})
    assert body(anew)["items"][0]["done"] == "nothing"
    with pytest.raises(InvalidInput, match="idempotency_key_reused"):
        revert(fingerprint="another")


class LostDatabase:
    """A database whose connection is lost before its third transaction begins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begun = 0

    def transaction(self, *, gives_way: bool = False) -> AbstractContextManager[WriteTransaction]:
        self._begun += 1
        if self._begun == 3:
            raise ConnectionError
        return self._database.transaction()


def test_a_revert_that_was_cut_off_goes_on_with_the_same_key(driver: NewsroomDriver) -> None:
    rogue = driver.hire("editor")
    stories = sorted(driver.story(name)["id"] for name in ("One", "Two"))
    rogue.now = driver.now
    for story in stories:
        rogue.patch_story(story, title="Lies")
    token = admit_by_token(rogue.newsroom, rogue.token).who.token
    lost: Any = LostDatabase(driver.database)  # no more of a database than is asked of it
    with pytest.raises(ConnectionError):
        revert_token(dataclasses.replace(driver.newsroom, database=lost), keyed(driver), token, since=Micros(0))
    items = body(revert_token(driver.newsroom, keyed(driver), token, since=Micros(0)))["items"]
    assert [(item["story"], item["done"]) for item in items] == [(stories[0], "nothing"), (stories[1], "restored")]
