"""People: what is known of them, whose byline an entry has, and how they are disabled and revoked."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from app.domain.errors import NotAllowed, NotAuthenticated, NotFound
from app.domain.identifiers import StoryId
from app.newsroom.context.newsroom import Call
from app.newsroom.imports import taking_in
from app.newsroom.imports.taking_in import begin_import, show_entries
from app.newsroom.people import invites, people, sessions, tokens
from app.newsroom.queries.lists import show_entry, show_me
from app.newsroom.queries.stream_feed import admit_by_token, begin_watching, read_news
from app.newsroom.stories.duty import hand_over
from app.storage.newsroom.people import list_tokens
from app.wire.requests.people import Handover, InviteDraft, PersonPatch, TokenDraft
from tests.newsroom.driver import NewsroomDriver, body
from tests.newsroom.imports.bringing import Interrupted, InterruptedDatabase, bring, find_public
from tests.newsroom.imports.records import imported_entries, imported_story

NOBODY = "00000000-0000-4000-8000-000000000000"


def change(driver: NewsroomDriver, who: NewsroomDriver, **fields: Any) -> dict[str, Any]:
    assert who.person is not None
    return body(people.edit_person(driver.newsroom, driver.call(), who.person, PersonPatch.model_validate(fields)))


def test_an_entry_is_by_its_writer_with_everything_readers_may_know_of_them(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire(byline=None)
    change(driver, ada, byline="Ada Lind", avatar="https://post.example/ada.jpg", url="https://post.example/ada")
    profile = {
        "id": ada.person,
        "name": "Ada Lind",
        "avatar": "https://post.example/ada.jpg",
        "url": "https://post.example/ada",
    }
    first = ada.post(story)
    assert first["authors"] == [profile]
    change(driver, ada, name="A. Lind", byline=None, avatar=None, url=None, email="ada@post.example")
    assert ada.post(story)["authors"] == [{"id": ada.person, "name": "A. Lind"}]
    assert ada.patch(first, headline="Later")["authors"] == [profile], "what was written stays as it was written"
    assert "ada@post.example" not in str(driver.events())
    assert ada.post(story, authors=[{"name": "Bo"}])["authors"] == [{"name": "Bo"}]


def test_another_role_counts_from_the_next_call_on(driver: NewsroomDriver) -> None:
    story, ada = driver.story(), driver.hire()
    with pytest.raises(NotAllowed):
        ada.patch_story(story["id"], title="Mine")
    assert change(driver, ada, role="editor")["role"] == "editor"
    ada.patch_story(story["id"], title="Mine")
    change(driver, ada, role="reporter")
    with pytest.raises(NotAllowed):
        ada.patch_story(story["id"], title="Mine again")


def test_what_is_sent_back_is_what_is_kept(driver: NewsroomDriver) -> None:
    ada = driver.hire()
    changed = change(driver, ada, name="Ada Lind", email="ada@post.example")
    (kept,) = body(people.show_people(driver.newsroom, driver.call()))["items"]
    assert kept == changed
    assert (kept["name"], kept["email"], kept["byline"]) == ("Ada Lind", "ada@post.example", "Ada Reporter")
    with pytest.raises(ValueError, match="role cannot be null"):
        PersonPatch.model_validate({"role": None})
    with pytest.raises(NotFound, match="person_not_found"):
        people.edit_person(driver.newsroom, driver.call(), NOBODY, PersonPatch())


def test_a_disabled_person_opens_nothing_until_they_are_enabled(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    assert ada.person is not None
    token = admit_by_token(ada.newsroom, ada.token).who.token
    first = body(people.disable_person(driver.newsroom, driver.call(), ada.person))["disabled_at"]
    assert body(people.disable_person(driver.newsroom, driver.call(), ada.person))["disabled_at"] == first
    with pytest.raises(NotAuthenticated, match="person_disabled"):
        ada.post(story)
    assert read_news(driver.newsroom, begin_watching(driver.newsroom), {token: frozenset()}).ended == {
        token: "person_disabled"
    }
    assert body(people.enable_person(driver.newsroom, driver.call(), ada.person))["disabled_at"] is None
    assert ada.post(story)["status"] == "published"


def test_everything_a_person_has_is_revoked_at_once(driver: NewsroomDriver) -> None:
    story, ada, bo = driver.story()["id"], driver.hire(), driver.hire()
    assert ada.person is not None
    draft = InviteDraft(person=ada.person)
    links = [body(invites.invite_person(driver.newsroom, driver.call(), draft))["url"] for _ in range(2)]
    secrets = [link.partition("#invite=")[2] for link in links]
    session = sessions.sign_in(driver.newsroom, Call(None), secret=secrets[0]).secret
    watched: dict[str, frozenset[StoryId]] = {admit_by_token(ada.newsroom, ada.token).who.token: frozenset()}
    assert body(people.revoke_person(driver.newsroom, driver.call(), ada.person)) == {
        "person": ada.person,
        "revoked": 2,
    }
    with pytest.raises(NotAuthenticated, match="token_revoked"):
        ada.post(story)
    with pytest.raises(NotAuthenticated, match="token_revoked"):
        show_me(driver.newsroom, Call(session, is_session=True))
    with pytest.raises(NotAuthenticated, match="invite_invalid"):
        sessions.sign_in(driver.newsroom, Call(None), secret=secrets[1])
    ended = read_news(driver.newsroom, begin_watching(driver.newsroom), watched).ended
    assert list(ended.values()) == ["token_revoked"]
    assert bo.post(story)["status"] == "published"
    assert body(people.revoke_person(driver.newsroom, driver.call(), ada.person))["revoked"] == 0


def test_reporters_see_and_take_back_their_own_tokens_and_nobody_elses(driver: NewsroomDriver) -> None:
    ada, bo = driver.hire(), driver.hire()
    draft = TokenDraft.model_validate({"label": "Ada's phone", "person": ada.person})
    made = body(tokens.create_token(driver.newsroom, driver.call(), draft))
    own = body(tokens.show_own_tokens(ada.newsroom, ada.call()))["items"]
    assert {token["label"] for token in own} == {"token 1", "Ada's phone"}
    assert made["token"] not in str(own)
    (others,) = body(tokens.show_own_tokens(bo.newsroom, bo.call()))["items"]
    with pytest.raises(NotFound, match="token_not_found"):
        tokens.revoke_own_token(ada.newsroom, ada.call(), others["id"])
    assert body(tokens.revoke_own_token(ada.newsroom, ada.call(), made["id"]))["revoked_at"] is not None
    with pytest.raises(NotAuthenticated, match="token_revoked"):
        show_me(driver.newsroom, Call(made["token"]))


def test_a_token_without_the_right_to_look_after_others_can_only_take_back_itself(driver: NewsroomDriver) -> None:
    ada = driver.hire(scopes=["read", "write"])
    draft = TokenDraft.model_validate({"label": "other", "person": ada.person})
    other = body(tokens.create_token(driver.newsroom, driver.call(), draft))["id"]
    (own,) = body(tokens.show_own_tokens(ada.newsroom, ada.call()))["items"]
    with pytest.raises(NotFound):
        tokens.revoke_own_token(ada.newsroom, ada.call(), other)
    assert body(tokens.revoke_own_token(ada.newsroom, ada.call(), own["id"]))["revoked_at"] is not None
    assert body(tokens.show_own_tokens(driver.newsroom, driver.call()))["items"] == []


def test_when_a_token_was_used_last_is_noted_in_memory_and_written_together(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    ada.newsroom = driver.newsroom

    def kept() -> list[int | None]:
        with driver.database.snapshot() as tx:
            return [token.last_used_at for token in list_tokens(tx)]

    for _ in range(3):
        ada.post(story)
    assert kept() == [None], "no call writes it"
    shown = body(tokens.show_tokens(driver.newsroom, driver.call()))["items"][0]["last_used_at"]
    assert shown is not None
    driver.newsroom.usage.write(driver.database)
    assert kept() == [driver.now]
    driver.newsroom.usage.record("unknown", driver.newsroom.clock())
    driver.newsroom.usage.write(driver.database)


def test_what_cannot_be_written_now_is_written_the_next_time(driver: NewsroomDriver) -> None:
    class Failing:
        def transaction(self) -> Any:
            raise RuntimeError("down")

    ada = driver.hire()
    token = admit_by_token(driver.newsroom, ada.token).who.token
    with pytest.raises(RuntimeError):
        driver.newsroom.usage.write(Failing())  # type: ignore[arg-type]  # no more of a database than is asked of it
    assert driver.newsroom.usage.last_used_at(token) == driver.now
    driver.newsroom.usage.write(driver.database)
    assert driver.newsroom.usage.last_used_at(token) is None


def _shown_authors(driver: NewsroomDriver, story: str) -> list[str]:
    """Return the authors that readers were last sent of a story itself."""
    changes = [event for event in driver.events() if event["story"] == story and event["type"] == "story.updated"]
    return [author["name"] for author in changes[-1]["fields"]["authors"]]


def _on_duty(driver: NewsroomDriver, story: str, person: str | None) -> str:
    hand_over(driver.newsroom, driver.call(), story, Handover(person=person))
    return story


def test_an_admin_who_shuts_themselves_out_leaves_the_duty_and_what_they_hold_is_parked(
    driver: NewsroomDriver,
) -> None:
    ada = driver.hire("admin", byline="Ada Admin")
    story = _on_duty(driver, driver.story()["id"], ada.person)
    held = ada.post(story, hold_seconds=600)
    assert (_shown_authors(driver, story), held["status"]) == (["Ada Admin"], "scheduled")
    shut_out = body(people.disable_person(ada.newsroom, ada.call(), str(ada.person)))
    assert shut_out["disabled_at"] is not None
    assert _shown_authors(driver, story) == []
    assert body(show_entry(driver.newsroom, driver.call(), story, held["id"]))["status"] == "submitted"


def test_a_story_that_is_being_imported_keeps_no_change_of_a_person_from_the_others(driver: NewsroomDriver) -> None:
    newsroom, call, ada = driver.newsroom, driver.call(), driver.hire(byline="Ada")
    draft = imported_story(slug="the-night", status="draft")
    bring(driver, draft, imported_entries(3))
    coming = begin_import(newsroom, call, draft).story
    others = [_on_duty(driver, driver.story(f"Story {number}")["id"], ada.person) for number in range(4)]
    _on_duty(driver, coming, ada.person)
    begin_import(newsroom, call, dataclasses.replace(draft, status="live"), opens=True)
    change(driver, ada, byline="Ada Lind")
    assert [_shown_authors(driver, story) for story in others] == [["Ada Lind"]] * 4
    driver.freeze()
    driver.freeze(frozen=False)
    people.disable_person(newsroom, call, str(ada.person))
    assert [_shown_authors(driver, story) for story in others] == [[]] * 4
    driver.purge(person=ada.person)
    assert body(people.show_people(newsroom, call))["items"][0]["name"] != "Person 1"
    assert show_entries(newsroom, call, coming).state == "complete"


def test_readers_never_see_who_left_the_duty_while_the_story_was_being_imported(
    driver: NewsroomDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "SLICE_SECONDS", 0.0)
    newsroom, call, ada = driver.newsroom, driver.call(), driver.hire(byline="Ada")
    draft = imported_story(slug="the-night", status="draft")
    bring(driver, draft, imported_entries(3))
    coming = _on_duty(driver, begin_import(newsroom, call, draft).story, ada.person)
    begin_import(newsroom, call, dataclasses.replace(draft, status="live"), opens=True)
    interrupted = dataclasses.replace(newsroom, database=InterruptedDatabase(driver.database, commits=1))
    with pytest.raises(Interrupted):
        show_entries(interrupted, call, coming)
    people.disable_person(newsroom, call, str(ada.person))
    while show_entries(newsroom, call, coming).state != "complete":
        pass
    shown = find_public(driver, coming)
    assert shown is not None
    assert b"Ada" not in shown.fields
