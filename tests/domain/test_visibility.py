"""Which stories there are for somebody, and as what they act there."""

from __future__ import annotations

import dataclasses

import pytest

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryContent, EntryStatus
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.rights import (
    Actor,
    Right,
    Role,
    Scope,
    actor_in_story,
    has_right,
    may_act,
    owns,
    require_action,
    require_right,
    rights_in_story,
    role_in_site,
    sees_site,
    visibility_of,
)
from app.domain.statuses import Action
from app.domain.story import Story, StorySettings, StoryStatus

OPEN = Story(StoryId("open"), "open", StoryStatus.LIVE, 1, {}, StorySettings(), Micros(0))
CLOSED = dataclasses.replace(OPEN, id=StoryId("closed"), settings=StorySettings(members_only=True))
BOUND = frozenset({CLOSED.id})
MEMBER = Actor(Role.REPORTER, "t", person=PersonId("ada"), memberships={CLOSED.id: Role.EDITOR})
ENTRY = Entry(
    OPEN.id, EntryId("e"), EntryStatus.DRAFT, 1, EntryContent(), Micros(0), Micros(0), PersonId("ada"), "t", ""
)


@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        (Actor(Role.REPORTER, "t", person=PersonId("ada")), [OPEN]),
        (Actor(Role.EDITOR, "t"), [OPEN]),
        (Actor(Role.ADMIN, "t"), [OPEN, CLOSED]),
        (MEMBER, [OPEN, CLOSED]),
        (Actor(Role.REPORTER, "t", stories=BOUND), [CLOSED]),
        (Actor(Role.REPORTER, "t", person=PersonId("ada"), stories=BOUND), []),
        (Actor(Role.ADMIN, "t", person=PersonId("ada"), stories=BOUND), [CLOSED]),
    ],
)
def test_a_story_for_members_is_there_for_them_for_admins_and_for_a_bot_that_is_bound_to_it(
    actor: Actor, seen: list[Story]
) -> None:
    assert [story for story in (OPEN, CLOSED) if visibility_of(actor).includes(story)] == seen
    assert [story for story in (OPEN, CLOSED) if actor_in_story(actor, story) is not None] == seen


def test_a_member_acts_with_the_greater_of_both_roles() -> None:
    acting = actor_in_story(MEMBER, CLOSED)
    assert acting is not None
    assert acting.role is Role.EDITOR
    assert actor_in_story(MEMBER, OPEN) == MEMBER
    admin = dataclasses.replace(MEMBER, role=Role.ADMIN)
    assert actor_in_story(admin, CLOSED) == admin


def test_a_token_bound_to_stories_has_no_right_that_reaches_beyond_them() -> None:
    bound = Actor(Role.ADMIN, "t", stories=BOUND)
    of_a_story = [Right.READ_NEWSROOM, Right.CREATE_ENTRY, Right.EDIT_STORIES, Right.MANAGE_MEMBERS, Right.MODERATE]
    of_a_story.append(Right.FREEZE_STORY)
    # An upload is in no story until one of theirs shows it.
    assert {right for right in Right if has_right(bound, right)} == {*of_a_story, Right.UPLOAD_MEDIA}
    assert set(rights_in_story(bound)) == set(of_a_story) == set(rights_in_story(Actor(Role.ADMIN, "t")))


def test_what_somebody_made_is_the_persons_and_without_a_person_the_tokens() -> None:
    ada, bot = Actor(Role.REPORTER, "other", person=PersonId("ada")), Actor(Role.REPORTER, "t")
    assert (ada.key, bot.key) == ("ada", "t")
    assert owns(ada, ENTRY)
    assert not owns(bot, ENTRY)
    assert owns(bot, dataclasses.replace(ENTRY, created_by=None))


def test_what_may_be_done_is_not_refused_and_nothing_is_without_its_scope() -> None:
    ada = Actor(Role.REPORTER, "t", person=PersonId("ada"))
    require_action(ada, Action.PUBLISH, entry=ENTRY, settings=StorySettings(), visible=False)
    writer = dataclasses.replace(ada, scopes=frozenset({Scope.READ, Scope.WRITE}))
    assert may_act(writer, Action.EDIT, entry=ENTRY, settings=StorySettings(), visible=False)
    assert not may_act(writer, Action.EDIT, entry=ENTRY, settings=StorySettings(), visible=True)


def test_a_right_that_is_there_is_not_refused() -> None:
    require_right(Actor(Role.EDITOR, "t"), Right.EDIT_STORIES)


def test_a_role_in_some_sites_is_none_in_the_others_and_none_over_them() -> None:
    at_harbour = dataclasses.replace(OPEN, id=StoryId("harbour"), settings=StorySettings(site="harbour"))
    ada = Actor(Role.REPORTER, "t", person=PersonId("ada"), sites={"harbour": Role.EDITOR})
    assert [sees_site(ada, site) for site in ("harbour", OPEN.site)] == [True, False]
    assert [role_in_site(ada, site) for site in ("harbour", OPEN.site)] == [Role.EDITOR, None]
    assert visibility_of(ada).includes(at_harbour)
    assert not visibility_of(ada).includes(OPEN)
    assert actor_in_story(ada, OPEN) is None
    within = actor_in_story(ada, at_harbour)
    assert within is not None
    assert within.role is Role.EDITOR
    everywhere = Actor(Role.ADMIN, "t")
    assert sees_site(everywhere, "harbour")
    assert role_in_site(everywhere, "harbour") is Role.ADMIN
    assert has_right(everywhere, Right.MANAGE_SITES)
    assert not has_right(dataclasses.replace(everywhere, sites={"harbour": Role.ADMIN}), Right.MANAGE_SITES)
