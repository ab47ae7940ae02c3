"""The feed of the newsroom's stream: each write once, as it is now, to those who may see it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import delete

from app.domain.errors import NotAuthenticated, NotFound
from app.domain.identifiers import StoryId
from app.newsroom.people import tokens
from app.newsroom.queries.stream_feed import (
    admit_by_ticket,
    admit_by_token,
    begin_watching,
    find_watched_story,
    issue_ticket,
    read_news,
)
from app.storage.database import schema
from app.storage.newsroom.stream_feed import read_newest_audit_id
from app.wire.newsroom_stream_feed import FeedBatch, FeedPosition
from app.wire.shapes.newsroom import EDITOR_CAN
from tests.newsroom.driver import OPERATOR, NewsroomDriver, body


class Watch:
    """Reads the news again and again for some tokens."""

    def __init__(self, driver: NewsroomDriver, *tokens: str) -> None:
        self._driver = driver
        self._watched: dict[str, frozenset[StoryId]] = {token: frozenset() for token in tokens or ("admin",)}
        self._mark: FeedPosition = begin_watching(driver.newsroom)

    def read(self) -> FeedBatch:
        found = read_news(self._driver.newsroom, self._mark, self._watched)
        self._mark = found.mark
        return found

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(news.message) for news in self.read().news]


def heard(found: FeedBatch) -> set[str]:
    """Return the tokens that something is sent to; nothing is sent to one twice."""
    tokens = [token for news in found.news for token in news.audience]
    assert len(tokens) == len(set(tokens))
    return set(tokens)


def test_each_is_sent_what_they_can_do_with_it_in_one_message_for_all_who_can_do_the_same(
    driver: NewsroomDriver,
) -> None:
    story = driver.story()
    ada, bea, cato = driver.hire(), driver.hire(), driver.hire()
    eve = driver.hire("editor")
    tokens_of = {
        name: admit_by_token(one.newsroom, one.token).who.token
        for name, one in {"ada": ada, "bea": bea, "cato": cato, "eve": eve}.items()
    }
    watch = Watch(driver, "admin", *tokens_of.values())
    ada.post(story["id"], "By Ada.", status="draft")
    cans = {news.audience: json.loads(news.message)["entry"]["can"] for news in watch.read().news}
    assert cans == {
        frozenset({"admin", tokens_of["eve"]}): EDITOR_CAN["draft"],
        frozenset({tokens_of["ada"]}): ["edit", "submit", "publish", "remove", "set_expiry", "preview"],
        frozenset({tokens_of["bea"], tokens_of["cato"]}): ["preview"],
    }


def test_each_write_is_sent_once_as_it_is_now_and_nothing_from_before(driver: NewsroomDriver) -> None:
    story = driver.story()
    driver.post(story["id"], "Before anybody watched.")
    watch = Watch(driver)
    assert watch.messages() == []
    draft = driver.post(story["id"], "A draft.", status="draft")
    (message,) = watch.messages()
    assert (message["type"], message["action"], message["by"]["token"]) == ("entry", "create", "admin")
    assert (message["entry"]["id"], message["entry"]["status"], message["entry"]["text"]) == (
        draft["id"],
        "draft",
        "A draft.",
    )
    assert watch.messages() == []

    driver.patch(draft, text="A better draft.")
    driver.act("submit", draft)
    (message,) = watch.messages()
    assert (message["action"], message["entry"]["status"], message["entry"]["text"]) == (
        "submit",
        "submitted",
        "A better draft.",
    )

    driver.patch_story(story["id"], title="Election night, live")
    (message,) = watch.messages()
    assert (message["type"], message["fields"]["title"]) == ("story", "Election night, live")


@pytest.mark.parametrize("lost", [1, 2, 5])
def test_a_write_that_has_the_number_of_one_that_a_failover_lost_is_sent(
    driver: NewsroomDriver, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    monkeypatch.setattr("app.newsroom.queries.stream_feed.LATE_NUMBERS", 3)
    story = driver.story()
    driver.post(story["id"], "Kept.")
    with driver.database.snapshot() as tx:
        kept = read_newest_audit_id(tx)
    watch = Watch(driver)
    for number in range(lost):
        driver.post(story["id"], f"Lost {number}.")
    assert len(watch.messages()) == lost
    with driver.database.transaction() as tx:
        tx.connection.execute(delete(schema.audit).where(schema.audit.c.id > kept))
    for text in ("After it.", "And after that."):
        driver.now += 1_000_000
        driver.post(story["id"], text)
        heard = [message["entry"]["text"] for message in watch.messages() if message["type"] == "entry"]
        assert text in heard
        assert lost > 3 or heard == [text]
        assert watch.messages() == []


def test_a_write_that_failed_is_not_sent(driver: NewsroomDriver) -> None:
    story = driver.story()
    watch = Watch(driver)
    with pytest.raises(NotFound):
        driver.act("publish", {"story": story["id"], "id": "00000000-0000-4000-8000-000000000000"})
    assert watch.messages() == []


def test_who_did_it_is_named(driver: NewsroomDriver) -> None:
    story = driver.story()
    ada = driver.hire(byline="Ada Lind")
    watch = Watch(driver)
    ada.post(story["id"], "By Ada.")
    (message,) = watch.messages()
    assert message["by"]["name"] == "Person 1"
    assert message["by"]["person"] == message["entry"]["created_by"]


def test_a_token_that_was_revoked_or_has_expired_hears_nothing_more(driver: NewsroomDriver) -> None:
    story = driver.story()
    ada = driver.hire(expires_in_days=1)
    who = admit_by_token(ada.newsroom, ada.token)
    watch = Watch(driver, "admin", who.who.token)
    driver.post(story["id"], "Both hear this.")
    found = watch.read()
    assert heard(found) == {"admin", who.who.token}
    assert found.ended == {}

    tokens.revoke_token(driver.newsroom, driver.call(), who.who.token)
    driver.post(story["id"], "One hears this.")
    found = watch.read()
    assert [news.audience for news in found.news] == [{"admin"}]
    assert found.ended == {who.who.token: "token_revoked"}
    with pytest.raises(NotAuthenticated):
        find_watched_story(driver.newsroom, who.who.token, story["id"])


def test_a_ticket_opens_the_stream_once_and_for_half_a_minute(driver: NewsroomDriver) -> None:
    ada = driver.hire()
    ticket = body(issue_ticket(ada.newsroom, ada.call()))["ticket"]
    assert admit_by_ticket(driver.newsroom, ticket).who.name == "Person 1"
    with pytest.raises(NotAuthenticated):
        admit_by_ticket(driver.newsroom, ticket)

    late = body(issue_ticket(ada.newsroom, ada.call()))["ticket"]
    driver.now += 30_000_000
    with pytest.raises(NotAuthenticated):
        admit_by_ticket(driver.newsroom, late)
    with pytest.raises(NotAuthenticated):
        admit_by_ticket(driver.newsroom, OPERATOR)


def test_a_number_that_was_drawn_early_and_committed_late_is_still_sent(driver: NewsroomDriver) -> None:
    story = driver.story()
    driver.post(story["id"], "One.")
    two = driver.post(story["id"], "Two.")
    mark = begin_watching(driver.newsroom)
    without_the_first = FeedPosition(mark.after, mark.sent - {min(mark.sent)})
    found = read_news(driver.newsroom, without_the_first, {"admin": frozenset()})
    assert len(found.news) == 1
    assert two["id"] not in found.news[0].message.decode()


def test_a_story_is_sent_when_a_pin_begins_or_ends_with_an_entry(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    editor = driver.hire("editor", shorthand=True)
    watch = Watch(driver)
    entry = editor.post(story, "First results. /pin")
    messages = {message["type"]: message for message in watch.messages()}
    assert (messages["story"]["action"], messages["story"]["by"]["person"]) == ("pin", editor.person)
    assert [pin["entry"] for pin in messages["story"]["fields"]["pinned"]] == [entry["id"]]
    editor.act("remove", entry)
    messages = {message["type"]: message for message in watch.messages()}
    assert (messages["story"]["action"], messages["story"]["fields"]["pinned"]) == ("unpin", [])
    assert messages["entry"]["action"] == "remove"


def test_an_upsert_that_only_counts_on_is_sent(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    wire = driver.bot("editor")
    wire.put(story, "wire-1", text="Flood warning.", external_version=1)
    watch = Watch(driver)
    wire.put(story, "wire-1", text="Flood warning.", external_version=2)
    (message,) = watch.messages()
    assert (message["action"], message["entry"]["external_version"]) == ("edit", 2)
