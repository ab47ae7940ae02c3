"""Tokens: made with a checksum, kept as a digest, refused when they are nobody's."""

from __future__ import annotations

import dataclasses
import json
from typing import cast

import pytest
from sqlalchemy import text

from app.domain.errors import NotAllowed, NotAuthenticated, NotFound
from app.domain.identifiers import SystemRandomSource
from app.newsroom.context.access import check_credential_format, kind_of_secret, make_secret
from app.newsroom.context.newsroom import Call
from app.newsroom.people import people, tokens
from app.newsroom.queries.lists import show_me
from app.storage.database.transactions import Database
from app.wire.requests.people import PersonDraft, TokenDraft
from tests.newsroom.driver import OPERATOR, NewsroomDriver, body


def test_every_token_passes_its_own_checksum_and_no_misspelling_does() -> None:
    token = ""
    for _ in range(200):
        token = make_secret(SystemRandomSource(), kind="bot", ident="x")
        assert kind_of_secret(token) == "bot"
        for at in (3, 8, 20, len(token) - 1):
            swapped = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
            assert kind_of_secret(swapped) is None
    assert kind_of_secret(token[:-1]) is None
    assert kind_of_secret(token + "0") is None


def test_a_wrong_checksum_costs_no_look_up(driver: NewsroomDriver) -> None:
    newsroom = dataclasses.replace(driver.newsroom, database=cast(Database, None))
    for credentials in (None, "", "lb_bot_" + "a" * 36, "x" * 40, "lb_bot_é"):
        with pytest.raises(NotAuthenticated):
            check_credential_format(newsroom, Call(credentials))


def test_an_unknown_token_with_a_right_checksum_is_refused(driver: NewsroomDriver) -> None:
    stranger = driver.as_holder_of(make_secret(SystemRandomSource(), kind="person", ident="x"))
    with pytest.raises(NotAuthenticated, match="token_invalid"):
        stranger.story()


def test_a_revoked_token_opens_nothing_and_can_be_revoked_again(driver: NewsroomDriver) -> None:
    story, reporter = driver.story()["id"], driver.hire()
    reporter.post(story)
    token = body(tokens.show_tokens(driver.newsroom, driver.call()))["items"][0]["id"]
    for _ in range(2):
        assert body(tokens.revoke_token(driver.newsroom, driver.call(), token))["revoked_at"] is not None
    with pytest.raises(NotAuthenticated, match="token_revoked"):
        reporter.post(story)
    with pytest.raises(NotFound):
        tokens.revoke_token(driver.newsroom, driver.call(), "nothing")


def test_a_token_ends_on_its_day(driver: NewsroomDriver) -> None:
    story, reporter = driver.story()["id"], driver.hire(expires_in_days=1)
    reporter.now += 86_398_000_000
    assert reporter.post(story)["status"] == "published"
    with pytest.raises(NotAuthenticated, match="token_expired"):
        reporter.post(story)


def test_no_table_holds_a_secret(driver: NewsroomDriver, database: Database) -> None:
    reporter = driver.hire()
    with database.snapshot() as tx:
        kept = str(tx.connection.execute(text("SELECT * FROM tokens")).all())
        audited = str(tx.connection.execute(text("SELECT * FROM audit")).all())
    assert reporter.token not in kept + audited
    assert OPERATOR not in kept + audited


def test_me_says_whose_token_it_is(driver: NewsroomDriver) -> None:
    me = body(show_me(driver.newsroom, driver.hire("editor", byline=None).call()))
    assert (me["kind"], me["role"], me["byline"]) == ("person", "editor", "Person 1")
    assert me["can"] == [
        "read_newsroom",
        "create_entry",
        "edit_stories",
        "create_stories",
        "upload_media",
        "edit_media",
        "manage_members",
        "manage_own_tokens",
        "moderate",
        "set_comment_rules",
        "freeze_story",
    ]
    operator = body(show_me(driver.newsroom, driver.call()))
    assert (operator["kind"], operator["can"][-4:]) == ("admin", ["freeze", "freeze_story", "erase", "import_stories"])


def test_people_and_tokens_are_the_admins(driver: NewsroomDriver) -> None:
    for caller in (driver.hire("editor"), driver.hire("admin", scopes=["read", "write", "publish"])):
        for use_case in (people.show_people, tokens.show_tokens):
            with pytest.raises(NotAllowed):
                use_case(driver.newsroom, caller.call())
        with pytest.raises(NotAllowed):
            people.add_person(
                driver.newsroom, caller.call(), PersonDraft.model_validate({"name": "X", "role": "admin"})
            )
    assert len(body(people.show_people(driver.newsroom, driver.hire("admin").call()))["items"]) == 3


def test_every_write_leaves_one_audit_row_in_its_own_transaction(driver: NewsroomDriver, database: Database) -> None:
    entry = driver.post(driver.story()["id"])
    driver.act("retract", entry)
    with pytest.raises(NotAuthenticated):
        driver.as_holder_of("nobody").post(entry["story"])
    with database.snapshot() as tx:
        rows = tx.connection.execute(text("SELECT action, object_kind, token_id, after FROM audit ORDER BY id")).all()
    assert [row[:3] for row in rows] == [
        ("create", "story", "admin"),
        ("create", "entry", "admin"),
        ("retract", "entry", "admin"),
    ]
    after = rows[-1][3] if isinstance(rows[-1][3], dict) else json.loads(rows[-1][3])
    assert after == {"status": "retracted", "version": 2, "revision": 2}


def test_a_bots_own_entries_are_its_tokens(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    from_token = [
        driver.as_holder_of(body(tokens.create_token(driver.newsroom, driver.call(), draft))["token"])
        for draft in (_bot("one"), _bot("two"))
    ]
    entry = from_token[0].post(story)
    assert entry["authors"] == []
    with pytest.raises(NotAllowed):
        from_token[1].act("remove", entry)
    assert from_token[0].act("remove", entry)["status"] == "removed"


def _bot(label: str) -> TokenDraft:
    return TokenDraft.model_validate({"label": label, "role": "reporter"})
