"""Refusals name the role or scope that is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryContent, EntryStatus
from app.domain.errors import NotAllowed
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.rights import Actor, Right, Role, Scope, may_freeze_story, require_action, require_right
from app.domain.statuses import Action
from app.domain.story import Story, StorySettings, StoryStatus

ADA, BEA = PersonId("ada"), PersonId("bea")
ADAS = Entry(
    story=StoryId("s"),
    id=EntryId("e"),
    status=EntryStatus.SUBMITTED,
    version=1,
    content=EntryContent(text="Polls have closed."),
    created_at=Micros(0),
    status_at=Micros(0),
    created_by=ADA,
    created_by_token="t",
    creation_fingerprint="",
)


def refused(attempt: Callable[[], None]) -> str:
    with pytest.raises(NotAllowed) as told:
        attempt()
    return told.value.detail


@pytest.mark.parametrize("right", Right)
def test_every_right_that_is_lacking_is_told_with_what_it_takes(right: Right) -> None:
    nobody = Actor(Role.REPORTER, "token", scopes=frozenset())
    assert refused(lambda: require_right(nobody, right)).startswith(("It takes an ", "To "))


@pytest.mark.parametrize(
    ("actor", "right", "sentence"),
    [
        (Actor(Role.REPORTER, "token"), Right.READ_AUDIT, "It takes an admin to read the audit."),
        (Actor(Role.REPORTER, "token"), Right.EDIT_STORIES, "It takes an editor to edit stories."),
        (
            Actor(Role.EDITOR, "token", scopes=frozenset({Scope.READ})),
            Right.EDIT_STORIES,
            "To edit stories, a token needs the scope publish.",
        ),
        (
            Actor(Role.ADMIN, "token", stories=frozenset({StoryId("s")})),
            Right.FREEZE,
            "A token that is bound to stories cannot freeze and thaw.",
        ),
    ],
)
def test_who_lacks_a_right_is_told_the_role_or_the_scope_it_takes(actor: Actor, right: Right, sentence: str) -> None:
    assert refused(lambda: require_right(actor, right)) == sentence


@pytest.mark.parametrize(
    ("actor", "action", "reviewed", "sentence"),
    [
        (Actor(Role.REPORTER, "t", ADA), Action.RETURN, False, "It takes an editor to return an entry."),
        (Actor(Role.REPORTER, "t", BEA), Action.RETRACT, False, "It takes an editor to retract somebody else's entry."),
        (
            Actor(Role.REPORTER, "t", ADA),
            Action.PUBLISH,
            True,
            "This story is reviewed: it takes an editor to publish its entries.",
        ),
        (
            Actor(Role.EDITOR, "t", ADA, scopes=frozenset({Scope.WRITE})),
            Action.PUBLISH,
            False,
            "To publish this entry, a token needs the scope publish.",
        ),
    ],
)
def test_who_may_not_act_on_an_entry_is_told_why(actor: Actor, action: Action, reviewed: bool, sentence: str) -> None:
    settings = StorySettings(review_required=reviewed)
    assert refused(lambda: require_action(actor, action, entry=ADAS, settings=settings, visible=False)) == sentence


@pytest.mark.parametrize(
    ("actor", "frozen", "by_editor", "may"),
    [
        (Actor(Role.ADMIN, "t"), False, False, True),
        (Actor(Role.ADMIN, "t"), True, False, True),
        (Actor(Role.EDITOR, "t"), False, False, True),
        (Actor(Role.EDITOR, "t"), True, True, True),
        (Actor(Role.EDITOR, "t"), True, False, False),
        (Actor(Role.REPORTER, "t"), False, False, False),
        (Actor(Role.REPORTER, "t"), True, True, False),
        (Actor(Role.EDITOR, "t", scopes=frozenset({Scope.READ})), False, False, False),
    ],
)
def test_an_editor_freezes_a_story_and_thaws_what_an_editor_froze(
    actor: Actor, frozen: bool, by_editor: bool, may: bool
) -> None:
    settings = StorySettings(frozen_by_editor=by_editor)
    story = Story(StoryId("s"), "slug", StoryStatus.LIVE, 1, {}, settings, Micros(0), frozen=frozen)
    assert may_freeze_story(actor, story) is may
