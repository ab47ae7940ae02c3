"""Holds that a request asks for: they lengthen the story's, are cancelled unseen, and end with the token that holds."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict
from app.domain.identifiers import TokenId
from app.newsroom.context.newsroom import Call
from app.newsroom.entries.versions import show_versions
from app.newsroom.people.invites import invite_person
from app.newsroom.people.people import disable_person, enable_person, revoke_person
from app.newsroom.people.sessions import sign_in, sign_out
from app.newsroom.people.tokens import revoke_own_token, revoke_token, show_own_tokens, show_tokens
from app.newsroom.queries.lists import show_entry
from app.storage.newsroom.people import update_token_revoked
from app.wire.requests.entries import EntryPatch, Publication
from app.wire.requests.people import InviteDraft
from tests.newsroom.driver import NewsroomDriver, body

SECOND = 1_000_000


def _now(driver: NewsroomDriver, entry: dict[str, Any]) -> dict[str, Any]:
    return body(show_entry(driver.newsroom, driver.call(), entry["story"], entry["id"]))


def _at(driver: NewsroomDriver, later: int) -> str:
    return format_time(Micros(driver.now + later * SECOND))


def _newest_note(driver: NewsroomDriver, entry: dict[str, Any]) -> str | None:
    versions = body(show_versions(driver.newsroom, driver.call(), entry["story"], entry["id"], with_diff=False))
    note: str | None = versions["items"][0]["note"]
    return note


def _session_of(driver: NewsroomDriver, person: str) -> NewsroomDriver:
    secret = body(invite_person(driver.newsroom, driver.call(), InviteDraft(person=person)))["url"].rpartition("=")[2]
    opened = sign_in(driver.newsroom, Call(None), secret=secret)
    return NewsroomDriver(driver.database, opened.secret, now=driver.now, is_session=True)


def _own_token(driver: NewsroomDriver) -> str:
    token: str = body(show_own_tokens(driver.newsroom, driver.call()))["items"][0]["id"]
    return token


def test_a_creation_a_publication_and_an_edit_are_held_for_as_long_as_the_request_says(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    sent = len(driver.announcements)
    made = driver.post(story, "One.", hold_seconds=8)
    assert (made["status"], made["held"], made["publish_at"]) == ("scheduled", True, _at(driver, 8))
    draft = driver.act("publish", driver.post(story, "Two.", status="draft"), hold_seconds=9)
    assert (draft["status"], draft["held"], draft["publish_at"]) == ("scheduled", True, _at(driver, 9))
    assert len(driver.announcements) == sent
    driver.due(9 * SECOND)
    assert [_now(driver, entry)["status"] for entry in (made, draft)] == ["published", "published"]
    sent = len(driver.announcements)
    edit = driver.patch(made, text="Three.", hold_seconds=7)
    assert (edit["working"]["status"], edit["working"]["held"]) == ("scheduled", True)
    assert edit["working"]["publish_at"] == _at(driver, 7)
    assert len(driver.announcements) == sent
    driver.due(7 * SECOND)
    assert (_now(driver, made)["text"], _now(driver, made)["working"]) == ("Three.", None)


def test_the_working_revision_that_is_published_is_held_too_and_so_is_another_systems_version(
    driver: NewsroomDriver,
) -> None:
    story = driver.story()["id"]
    entry = driver.post(story)
    driver.patch(entry, text="Aside.", publish=False)
    edit = driver.act("publish", entry, hold_seconds=5)
    assert (edit["working"]["held"], edit["working"]["publish_at"]) == (True, _at(driver, 5))
    wire = driver.put(story, "wire-1", text="One.", hold_seconds=5)
    assert (wire["status"], wire["held"]) == ("scheduled", True)
    driver.due(10 * SECOND)
    again = driver.put(story, "wire-1", text="Two.", external_version=2, hold_seconds=5)
    assert (again["text"], again["working"]["held"]) == ("One.", True)


@pytest.mark.parametrize(("of_story", "asked", "held"), [(60, 5, 60), (60, 90, 90), (60, 0, 60), (0, 0, None)])
def test_a_request_may_only_lengthen_the_hold_of_the_story(
    driver: NewsroomDriver, of_story: int, asked: int, held: int | None
) -> None:
    story = driver.story(settings={"hold_seconds": of_story})["id"]
    made = driver.post(story, hold_seconds=asked)
    assert made["publish_at"] == (None if held is None else _at(driver, held))
    draft = driver.act("publish", driver.post(story, status="draft"), hold_seconds=asked)
    assert draft["publish_at"] == (None if held is None else _at(driver, held))
    driver.due(3_600 * SECOND)
    edit = driver.patch(made, text="Edited.", hold_seconds=asked)
    assert (edit["working"] or {}).get("publish_at") == (None if held is None else _at(driver, held))


def test_published_again_what_a_request_holds_goes_out_at_once_and_whole(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    held = driver.post(story, "In five seconds.", hold_seconds=3_600)
    assert "publish" in _now(driver, held)["can"]
    sent = len(driver.announcements)
    out = driver.act("publish", held)
    assert (out["status"], out["held"], out["publish_at"], out["text"]) == ("published", False, None, held["text"])
    assert out["published_at"] == _at(driver, 0)
    assert [event["type"] for event in driver.events()[-1:]] == ["entry.published"]
    assert len(driver.announcements) == sent + 1
    edit = driver.patch(held, text="Mended.", headline="Now", hold_seconds=3_600)
    assert "publish" in edit["can"]
    out = driver.act("publish", held)
    assert (out["text"], out["headline"], out["working"]) == ("Mended.", "Now", None)
    sent = len(driver.announcements)
    driver.due(3_600 * SECOND)
    assert len(driver.announcements) == sent  # nothing goes out a second time
    versions = body(show_versions(driver.newsroom, driver.call(), story, held["id"], with_diff=False))["items"]
    assert [version["action"] for version in versions] == ["publish", "edit", "publish", "create"]


def test_published_again_what_the_story_holds_or_a_person_has_scheduled_waits_for_its_time(
    driver: NewsroomDriver,
) -> None:
    story = driver.story(settings={"hold_seconds": 60})["id"]
    of_story = driver.post(story, hold_seconds=90)
    chosen = driver.act("schedule", driver.post(story, status="draft"))
    for entry in (of_story, chosen):
        assert "publish" not in _now(driver, entry)["can"]
        with pytest.raises(Conflict, match="wrong_status"):
            driver.act("publish", entry)
    driver.patch_story(story, settings={"hold_seconds": 0})
    with pytest.raises(Conflict, match="wrong_status"):
        driver.act("publish", of_story, hold_seconds=5)  # which would be a longer wait, and no publication
    assert driver.act("publish", of_story)["status"] == "published"
    with pytest.raises(Conflict, match="wrong_status"):
        driver.act("publish", chosen)


def test_cancelled_nobody_has_seen_it(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, "Stands.")
    sent = len(driver.announcements)
    driver.act("cancel", driver.post(story, hold_seconds=5))
    driver.patch(entry, text="Wrong.", hold_seconds=5)
    back = driver.act("cancel", entry)
    assert (back["text"], back["working"]["status"], back["working"]["held"]) == ("Stands.", "draft", False)
    driver.due(3_600 * SECOND)
    assert len(driver.announcements) == sent


def test_what_a_request_does_not_publish_is_not_held(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    draft = driver.post(story, status="draft", hold_seconds=5)
    assert (draft["status"], draft["held"], draft["publish_at"]) == ("draft", False, None)
    assert driver.patch(draft, text="Still a draft.", hold_seconds=5)["publish_at"] is None
    entry = driver.post(story)
    aside = driver.patch(entry, text="Aside.", publish=False, hold_seconds=5)
    assert (aside["working"]["status"], aside["working"]["publish_at"]) == ("draft", None)
    unseen = driver.story("Nobody's yet", status="draft")["id"]
    assert driver.post(unseen, hold_seconds=5)["status"] == "published"


def test_a_hold_asked_for_defers_no_refusal_of_a_story_that_has_ended(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry, draft = driver.post(story), driver.post(story, status="draft")
    driver.patch_story(story, status="ended")
    with pytest.raises(Conflict, match="story_ended"):
        driver.post(story, hold_seconds=5)
    with pytest.raises(Conflict, match="story_ended"):
        driver.act("publish", draft, hold_seconds=5)
    assert driver.patch(entry, text="Corrected.", hold_seconds=5)["working"]["held"]


def test_what_is_withdrawn_never_waits(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    for action, status in (("retract", "retracted"), ("unpublish", "unpublished"), ("remove", "removed")):
        entry = driver.post(story)
        driver.patch(entry, text="Held.", hold_seconds=3_600)
        assert driver.act(action, entry)["status"] == status
        driver.due(3_600 * SECOND)
        assert _now(driver, entry)["status"] == status


@pytest.mark.parametrize("seconds", [-1, 3_601, "soon", 1.5, True])
def test_a_hold_is_a_number_of_seconds_up_to_an_hour(seconds: object) -> None:
    for request in (EntryPatch, Publication):
        with pytest.raises(ValidationError):
            request.model_validate({"hold_seconds": seconds})


@pytest.mark.parametrize("settings", [{}, {"hold_seconds": 30}])
def test_revoking_a_token_parks_what_it_holds_and_nothing_else(
    driver: NewsroomDriver, settings: dict[str, int]
) -> None:
    story = driver.story(settings=settings)["id"]
    thief, colleague = driver.bot("editor"), driver.bot("editor")
    standing = driver.post(story, "Stands.")
    driver.due(60 * SECOND)
    thief.now = colleague.now = driver.now
    held = thief.post(story, "Stolen.", hold_seconds=30)
    edit = thief.patch(standing, text="Stolen too.", hold_seconds=30)
    others = colleague.post(story, "Honest.", hold_seconds=30)
    touched = colleague.post(story, "Honest at first.", hold_seconds=30)
    thief.patch(touched, text="Then not.")
    assert (held["held"], edit["working"]["held"]) == (True, True)
    sent = len(driver.announcements)
    driver.now = thief.now
    revoke_token(driver.newsroom, driver.call(), _own_token(thief))
    for parked in (held, touched):
        now = _now(driver, parked)
        assert (now["status"], now["held"], now["publish_at"]) == ("submitted", False, None)
        assert "shut out" in str(_newest_note(driver, parked))
    working = _now(driver, standing)["working"]
    assert (working["status"], working["held"], working["publish_at"]) == ("submitted", False, None)
    assert _now(driver, others)["held"]
    driver.due(3_600 * SECOND)
    assert (_now(driver, others)["status"], _now(driver, standing)["text"]) == ("published", "Stands.")
    assert len(driver.announcements) == sent + 1
    driver.act("publish", held)
    driver.due(3_600 * SECOND)
    assert _now(driver, held)["status"] == "published"  # on the word of whoever has looked at it


@pytest.mark.parametrize("shut_out", [disable_person, revoke_person])
def test_to_disable_or_revoke_a_person_parks_what_they_hold(driver: NewsroomDriver, shut_out: Any) -> None:
    story = driver.story()["id"]
    person = driver.hire("editor")
    held = person.post(story, hold_seconds=30)
    shut_out(driver.newsroom, driver.call(), person.person)
    if shut_out is disable_person:
        enable_person(driver.newsroom, driver.call(), str(person.person))
    driver.due(3_600 * SECOND)
    assert _now(driver, held)["status"] == "submitted"


def test_a_token_revoked_by_its_own_person_parks_too(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    person = driver.hire("editor")
    held = person.post(story, hold_seconds=30)
    revoke_own_token(driver.newsroom, person.call(), _own_token(person))
    assert _now(driver, held)["status"] == "submitted"


def test_what_a_write_under_way_holds_after_the_revocation_is_parked_when_it_comes_due(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    thief = driver.bot("editor")
    token = _own_token(thief)
    held = thief.post(story, hold_seconds=30)
    # As if the entry had been committed right after the revocation had looked: it does not see it.
    with driver.database.transaction() as tx:
        update_token_revoked(tx, TokenId(token), at=Micros(driver.now))
    assert _now(driver, held)["held"]
    sent = len(driver.announcements)
    driver.due(60 * SECOND)
    assert (_now(driver, held)["status"], len(driver.announcements)) == ("submitted", sent)


def test_who_signs_out_after_publishing_is_published(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    person = driver.hire("editor")
    session = _session_of(driver, str(person.person))
    held = session.post(story, hold_seconds=30)
    sign_out(session.newsroom, session.call())
    driver.due(60 * SECOND)
    assert _now(driver, held)["status"] == "published"


def test_what_a_session_holds_is_parked_when_an_admin_revokes_it_even_signed_out(
    driver: NewsroomDriver,
) -> None:
    story = driver.story()["id"]
    person = driver.hire("editor")
    session = _session_of(driver, str(person.person))
    held = session.post(story, hold_seconds=30)
    tokens = body(show_tokens(driver.newsroom, driver.call()))["items"]
    [of_session] = [token["id"] for token in tokens if token["kind"] == "session"]
    sign_out(session.newsroom, session.call())
    revoke_token(driver.newsroom, driver.call(), of_session)
    assert _now(driver, held)["status"] == "submitted"
