"""Tokens and invitations made with an Idempotency-Key: once, with no secret kept, and none left that nobody knows."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.domain.clock import Micros
from app.domain.errors import Gone, InvalidInput, MalformedInput, NotAuthenticated
from app.newsroom.context.newsroom import Call, Reply
from app.newsroom.emergency import revert as reverting
from app.newsroom.people import invites, people, sessions, tokens
from app.newsroom.queries import stream_feed as watching
from app.storage.database import schema
from app.storage.database.transactions import Database
from app.wire.requests.people import InviteDraft, PersonDraft, TokenDraft
from tests.newsroom.driver import HOUR, Desk, body


def keyed(desk: Desk, *, key: str = "k", fingerprint: str = "a request") -> Call:
    desk.now += 1_000_000
    return desk.call(idempotency_key=key, fingerprint=fingerprint)


def make_token(desk: Desk, **call: str) -> Reply:
    return tokens.create_token(
        desk.room, keyed(desk, **call), TokenDraft.model_validate({"label": "b", "role": "editor"})
    )


def person_of(desk: Desk) -> str:
    draft = PersonDraft.model_validate({"name": "Ada Lind", "role": "editor"})
    ident: str = body(people.add_person(desk.room, desk.call(), draft))["id"]
    return ident


def invite(desk: Desk, person: str, **call: str) -> Reply:
    return invites.invite_person(desk.room, keyed(desk, **call), InviteDraft.model_validate({"person": person}))


def secret_in(reply: Reply) -> str:
    url: str = body(reply)["url"]
    return url.rpartition("=")[2]


def everything_stored(database: Database) -> str:
    with database.snapshot() as tx:
        rows = [row for table in schema.metadata.sorted_tables for row in tx.connection.execute(select(table))]
    return "\n".join(str(tuple(row)) for row in rows)


def opens(desk: Desk, secret: str) -> bool:
    try:
        watching.admit_by_token(desk.room, secret)
    except NotAuthenticated:
        return False
    return True


def test_a_retry_is_given_the_same_token_with_a_new_secret_and_the_lost_one_opens_nothing(desk: Desk) -> None:
    first, again = make_token(desk), make_token(desk)
    assert (again.status, again.headers) == (201, {"Idempotent-Replayed": "true"})
    lost, given = body(first).pop("token"), body(again).pop("token")
    assert lost != given
    assert {**body(first), "token": None} == {**body(again), "token": None}
    listed = body(tokens.show_tokens(desk.room, desk.call()))["items"]
    assert [token["id"] for token in listed] == [body(first)["id"]]
    assert (opens(desk, lost), opens(desk, given)) == (False, True)
    assert desk.audited() == ["create", "renew"]


def test_once_the_token_is_in_use_or_revoked_a_retry_leaves_it_alone(desk: Desk) -> None:
    used, revoked = make_token(desk, key="used"), make_token(desk, key="revoked")
    assert opens(desk, body(used)["token"])
    tokens.revoke_token(desk.room, desk.call(), body(revoked)["id"])
    for key in ("used", "revoked"):
        with pytest.raises(Gone, match="reply_removed"):
            make_token(desk, key=key)
    assert opens(desk, body(used)["token"])
    desk.room.usage.write(desk.database)
    with pytest.raises(Gone, match="reply_removed"):
        make_token(desk, key="used")


def test_a_retry_is_given_another_link_in_the_place_of_the_one_that_was_lost(desk: Desk) -> None:
    person = person_of(desk)
    first, again = invite(desk, person), invite(desk, person)
    assert {name: body(first)[name] for name in ("id", "person", "expires_at")} == {
        name: body(again)[name] for name in ("id", "person", "expires_at")
    }
    assert "<svg" in body(again)["qr_svg"]
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sessions.sign_in(desk.room, Call(None), secret=secret_in(first))
    assert sessions.sign_in(desk.room, Call(None), secret=secret_in(again)).reply.status == 201
    with pytest.raises(Gone, match="reply_removed"):
        invite(desk, person)


def test_an_invitation_that_has_ended_is_not_begun_again_by_a_retry(desk: Desk) -> None:
    person = person_of(desk)
    invite(desk, person)
    desk.now += 25 * HOUR
    with pytest.raises(Gone, match="reply_removed"):
        invite(desk, person)


def test_no_secret_is_kept_anywhere(desk: Desk) -> None:
    person = person_of(desk)
    secrets = [body(make_token(desk, key="t"))["token"] for _ in range(2)]
    secrets += [secret_in(invite(desk, person, key="i")) for _ in range(2)]
    stored = everything_stored(desk.database)
    assert person in stored
    assert "lb_" not in stored
    for secret in secrets:
        assert secret not in stored


@pytest.mark.parametrize("kind", ["token", "invitation"])
def test_a_key_that_came_with_another_request_or_is_none_makes_nothing(desk: Desk, kind: str) -> None:
    person = person_of(desk)

    def make(**call: str) -> Reply:
        return make_token(desk, **call) if kind == "token" else invite(desk, person, **call)

    make()
    done = desk.audited()
    with pytest.raises(InvalidInput, match="idempotency_key_reused"):
        make(fingerprint="another")
    with pytest.raises(MalformedInput, match="bad_idempotency_key"):
        make(key="a b")
    assert desk.audited() == done


def test_a_revocation_is_answered_alike_and_recorded_once(desk: Desk) -> None:
    ada = desk.hire()
    ident = watching.admit_by_token(ada.room, ada.token).who.token
    first = tokens.revoke_token(desk.room, keyed(desk), ident)
    again = tokens.revoke_token(desk.room, keyed(desk), ident)
    assert (again.body, again.headers) == (first.body, {"Idempotent-Replayed": "true"})
    assert desk.audited().count("revoke") == 1
    other = desk.hire()
    own = body(tokens.create_token(desk.room, desk.call(), TokenDraft(label="Old", person=other.person)))["id"]
    other.now = desk.now
    replies = [tokens.revoke_own_token(other.room, keyed(other), own) for _ in range(2)]
    assert replies[0].body == replies[1].body
    assert desk.audited().count("revoke") == 2


def test_what_was_undone_is_told_again_as_it_was_told_first(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    rogue.now = desk.now
    rogue.patch_story(story, title="Lies")
    token = watching.admit_by_token(rogue.room, rogue.token).who.token

    def revert(**call: str) -> Reply:
        return reverting.revert_token(desk.room, keyed(desk, **call), token, since=Micros(0))

    first, again, anew = revert(), revert(), revert(key="another")
    assert body(first)["items"][0]["done"] == "restored"
    assert (again.body, again.headers) == (first.body, {"Idempotent-Replayed": "true"})
    assert body(anew)["items"][0]["done"] == "nothing"
    with pytest.raises(InvalidInput, match="idempotency_key_reused"):
        revert(fingerprint="another")


def test_a_revert_that_was_cut_off_goes_on_with_the_same_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rogue = desk.hire("editor")
    stories = sorted(desk.story(name)["id"] for name in ("One", "Two"))
    rogue.now = desk.now
    for story in stories:
        rogue.patch_story(story, title="Lies")
    token = watching.admit_by_token(rogue.room, rogue.token).who.token
    whole: Any = reverting._revert_in_story

    def cut_off(*args: Any) -> Any:
        if args[-1].story == stories[1]:
            raise ConnectionError
        return whole(*args)

    monkeypatch.setattr(reverting, "_revert_in_story", cut_off)
    with pytest.raises(ConnectionError):
        reverting.revert_token(desk.room, keyed(desk), token, since=Micros(0))
    monkeypatch.undo()
    told = body(reverting.revert_token(desk.room, keyed(desk), token, since=Micros(0)))["items"]
    assert [(item["story"], item["done"]) for item in told] == [(stories[0], "nothing"), (stories[1], "restored")]
