"""Members of stories: what they may do there, and what there is for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.errors import LiveblogError, NotAllowed, NotFound
from app.newsroom.context.newsroom import Reply
from app.newsroom.entries import versions
from app.newsroom.queries.lists import show_entries, show_entry, show_me, show_stories, show_story
from app.newsroom.queries.search import search_newsroom
from app.newsroom.queries.stream_feed import admit_by_token, begin_watching, find_watched_story, read_news
from app.newsroom.stories.lifecycle import create_story
from app.newsroom.stories.members import put_member, remove_member, show_members
from app.wire.requests.people import Membership
from app.wire.requests.stories import StoryDraft
from tests.newsroom.driver import NewsroomDriver, body

ALL: dict[str, Any] = {"statuses": None, "position": None, "limit": 100}
NOWHERE = "00000000-0000-4000-8000-000000000000"


def join(driver: NewsroomDriver, story: str, who: NewsroomDriver, role: str = "reporter") -> dict[str, Any]:
    assert who.person is not None
    return body(
        put_member(driver.newsroom, driver.call(), story, who.person, Membership.model_validate({"role": role}))
    )


def leave(driver: NewsroomDriver, story: str, who: NewsroomDriver) -> None:
    assert who.person is not None
    remove_member(driver.newsroom, driver.call(), story, who.person)


def test_a_reporter_who_edits_one_story_edits_that_story_alone(driver: NewsroomDriver) -> None:
    own, other = driver.story()["id"], driver.story("Another night")["id"]
    ada = driver.hire()
    join(driver, own, ada, "editor")
    colleagues = driver.post(own), driver.post(other)
    assert ada.patch(colleagues[0], text="Edited.")["body_html"] == "<p>Edited.</p>"
    assert ada.patch_story(own, title="Election night, late")["title"] == "Election night, late"
    assert ada.pin(own, colleagues[0])["pinned"][0]["entry"] == colleagues[0]["id"]
    with pytest.raises(NotAllowed):
        ada.patch(colleagues[1], text="Edited.")
    with pytest.raises(NotAllowed):
        ada.patch_story(other, title="Mine")
    leave(driver, own, ada)
    with pytest.raises(NotAllowed):
        ada.patch_story(own, title="Mine again")


def test_a_membership_never_takes_a_role_away(driver: NewsroomDriver) -> None:
    story, editor = driver.story()["id"], driver.hire("editor")
    join(driver, story, editor, "reporter")
    assert editor.patch_story(story, title="Still an editor")["title"] == "Still an editor"


def test_editors_of_a_story_look_after_its_members(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    ada, bo = driver.hire(), driver.hire()
    with pytest.raises(NotAllowed):
        join(ada, story, bo)
    with pytest.raises(NotAllowed):
        show_members(ada.newsroom, ada.call(), story)
    assert join(driver, story, ada, "editor") == {"person": ada.person, "name": "Person 1", "role": "editor"}
    join(ada, story, bo)
    join(ada, story, bo, "editor")
    members = body(show_members(ada.newsroom, ada.call(), story))["items"]
    assert [(member["name"], member["role"]) for member in members] == [("Person 1", "editor"), ("Person 2", "editor")]
    leave(ada, story, bo)
    with pytest.raises(NotFound, match="member_not_found"):
        leave(ada, story, bo)
    with pytest.raises(NotFound, match="person_not_found"):
        put_member(driver.newsroom, driver.call(), story, NOWHERE, Membership(role="editor"))


EVERY_READ: list[Callable[[NewsroomDriver, str, str], Reply]] = [
    lambda who, story, entry: show_story(who.newsroom, who.call(), story),
    lambda who, story, entry: show_entries(who.newsroom, who.call(), story, statuses=None, position=None, limit=20),
    lambda who, story, entry: show_entry(who.newsroom, who.call(), story, entry),
    lambda who, story, entry: versions.show_versions(who.newsroom, who.call(), story, entry),
    lambda who, story, entry: show_members(who.newsroom, who.call(), story),
    lambda who, story, entry: search_newsroom(
        who.newsroom, who.call(), "polls", story_ref=story, statuses=None, position=None, limit=20
    ),
]


@pytest.mark.parametrize("number", range(len(EVERY_READ)))
def test_a_story_for_members_only_answers_others_as_one_that_does_not_exist(
    driver: NewsroomDriver, number: int
) -> None:
    story = driver.story(settings={"members_only": True})
    entry = driver.post(story["id"])
    stranger, member = driver.hire("editor"), driver.hire()
    join(driver, story["id"], member, "editor")
    read = EVERY_READ[number]
    read(member, story["id"], entry["id"])
    refusals = []
    for ref in (story["id"], story["slug"], NOWHERE):
        with pytest.raises(NotFound) as refused:
            read(stranger, ref, entry["id"])
        refusals.append((refused.value.code, refused.value.detail))
    assert set(refusals) == {("story_not_found", "There is no such story.")}


def test_every_write_to_it_answers_others_so_too(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"members_only": True})["id"]
    entry = driver.post(story)
    stranger = driver.hire("editor")
    attempts: list[Callable[[], object]] = [
        lambda: stranger.post(story),
        lambda: stranger.put(story, "wire-1", text="Polls."),
        lambda: stranger.patch(entry, text="Mine."),
        lambda: stranger.patch_story(story, title="Mine"),
        lambda: stranger.pin(story, entry),
        lambda: stranger.key_points(story, ("Mine.", None)),
        lambda: join(stranger, story, stranger),
        *(
            lambda action=action: stranger.act(action, entry)
            for action in ("retract", "remove", "unpublish", "correct")
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound) as refused:
            attempt()
        assert refused.value.code == "story_not_found"


def test_it_is_in_no_list_search_or_stream_of_others(driver: NewsroomDriver) -> None:
    hidden, open_story = driver.story("Secret desk", settings={"members_only": True})["id"], driver.story()["id"]
    stranger, member = driver.hire("editor"), driver.hire()
    join(driver, hidden, member)
    driver.post(hidden, "A secret word.")

    def listed(who: NewsroomDriver) -> set[str]:
        return {item["id"] for item in body(show_stories(who.newsroom, who.call(), **ALL))["items"]}

    def found(who: NewsroomDriver) -> int:
        reply = search_newsroom(
            who.newsroom, who.call(), "secret", story_ref=None, statuses=None, position=None, limit=20
        )
        return len(body(reply)["items"])

    assert (listed(stranger), found(stranger)) == ({open_story}, 0)
    assert (listed(member), found(member)) == ({hidden, open_story}, 2)
    tokens = [admit_by_token(who.newsroom, who.token).who.token for who in (stranger, member)]
    with pytest.raises(NotFound):
        find_watched_story(driver.newsroom, tokens[0], hidden)
    mark = begin_watching(driver.newsroom)
    driver.post(hidden, "Another secret.")
    (news,) = read_news(driver.newsroom, mark, dict.fromkeys(tokens, frozenset())).news
    assert news.audience == {tokens[1]}


def test_who_closes_a_story_to_others_does_not_lose_it(driver: NewsroomDriver) -> None:
    ada, bo = driver.hire("editor"), driver.hire("editor")
    story = body(
        create_story(
            ada.newsroom, ada.call(), StoryDraft.model_validate({"title": "Ours", "settings": {"members_only": True}})
        )
    )["id"]
    assert ada.post(story)["status"] == "published"
    with pytest.raises(NotFound):
        bo.post(story)
    other = driver.story()["id"]
    bo.patch_story(other, settings={"members_only": True})
    assert bo.post(other)["status"] == "published"


def test_readers_notice_nothing_of_who_may_see_a_story_in_the_newsroom(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    sent = len(driver.events())
    driver.patch_story(story, settings={"members_only": True})
    join(driver, story, ada)
    leave(driver, story, ada)
    assert len(driver.events()) == sent


def test_a_token_bound_to_stories_sees_and_writes_in_those_alone(driver: NewsroomDriver) -> None:
    own, other = driver.story(), driver.story("Another night")
    entry = driver.post(other["id"])
    bound = driver.hire("editor", stories=[own["slug"]])
    assert bound.post(own["id"])["status"] == "published"
    assert [item["id"] for item in body(show_stories(bound.newsroom, bound.call(), **ALL))["items"]] == [own["id"]]
    assert body(show_me(bound.newsroom, bound.call()))["stories"] == [own["id"]]
    attempts: list[Callable[[], object]] = [
        lambda: bound.post(other["id"]),
        lambda: bound.act("retract", entry),
        lambda: bound.patch_story(other["id"], title="Mine"),
        lambda: show_story(bound.newsroom, bound.call(), other["slug"]),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound, match="story_not_found"):
            attempt()
    with pytest.raises(NotAllowed):
        bound.story("A third night")


def test_a_bot_that_is_bound_to_a_closed_story_works_in_it_and_one_that_is_not_does_not(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"members_only": True})["id"]
    bound, free = driver.bot(stories=[story]), driver.bot("editor")
    assert bound.post(story)["status"] == "published"
    with pytest.raises(LiveblogError, match="story_not_found"):
        free.post(story)


def test_a_story_says_what_its_reader_may_do_in_it(driver: NewsroomDriver) -> None:
    own, other = driver.story()["id"], driver.story("Another night")["id"]
    ada = driver.hire()
    join(driver, own, ada, "editor")
    shown = {story: body(show_story(ada.newsroom, ada.call(), story)) for story in (own, other)}
    assert (shown[own]["role"], shown[other]["role"]) == ("editor", "reporter")
    assert shown[own]["can"] == [
        "read_newsroom",
        "create_entry",
        "edit_stories",
        "manage_members",
        "moderate",
        "freeze_story",
    ]
    assert shown[other]["can"] == ["read_newsroom", "create_entry"]
    assert "create_stories" not in shown[own]["can"], "a member of one story makes no other"
