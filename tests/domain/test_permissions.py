"""What is listed as permitted where the tables over HTTP do not go: odd states, and who asks again."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryContent, EntryStatus, WorkingRevision
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.permissions import permitted_actions
from app.domain.rights import Actor, Role, Scope
from app.domain.story import Story, StorySettings, StoryStatus

ADA = PersonId("ada")
EDITOR = Actor(Role.EDITOR, "editor's", person=PersonId("eve"))
REPORTER = Actor(Role.REPORTER, "reporter's", person=ADA)
STORY = Story(
    id=StoryId("s"),
    slug="s",
    status=StoryStatus.LIVE,
    version=1,
    fields={},
    settings=StorySettings(),
    created_at=Micros(0),
)
ENTRY = Entry(
    story=STORY.id,
    id=EntryId("e"),
    status=EntryStatus.DRAFT,
    version=1,
    content=EntryContent(text="Polls have closed."),
    created_at=Micros(0),
    status_at=Micros(0),
    created_by=ADA,
    created_by_token="reporter's",
    creation_fingerprint="",
)


def working(status: EntryStatus) -> WorkingRevision:
    return WorkingRevision(status, ENTRY.content, material=True)


def test_an_ended_story_publishes_nothing_new_at_once_but_takes_what_it_holds_and_corrections() -> None:
    ended = dataclasses.replace(STORY, status=StoryStatus.ENDED)
    holding = dataclasses.replace(ended, settings=StorySettings(hold_seconds=60))
    edited = dataclasses.replace(ENTRY, status=EntryStatus.PUBLISHED, working=working(EntryStatus.DRAFT))
    assert "publish" not in permitted_actions(EDITOR, ended, ENTRY)
    assert "publish" in permitted_actions(EDITOR, holding, ENTRY)
    assert "publish" in permitted_actions(EDITOR, ended, edited)


def test_an_edit_that_was_taken_out_with_its_entry_is_handed_over_by_itself() -> None:
    taken_out = dataclasses.replace(ENTRY, status=EntryStatus.UNPUBLISHED, working=working(EntryStatus.DRAFT))
    listed = permitted_actions(EDITOR, STORY, taken_out)
    assert {"submit", "discard", "publish", "schedule"} <= set(listed)
    assert "cancel" not in listed


def test_a_reporter_reschedules_nothing_and_under_review_does_not_edit_what_is_scheduled() -> None:
    scheduled = dataclasses.replace(ENTRY, status=EntryStatus.SCHEDULED, publish_at=Micros(1))
    reviewed = dataclasses.replace(STORY, settings=StorySettings(review_required=True))
    assert permitted_actions(REPORTER, STORY, scheduled) == ("edit", "cancel", "remove", "set_expiry", "preview")
    assert permitted_actions(REPORTER, reviewed, scheduled) == ("cancel", "remove", "preview")
    assert "reschedule" in permitted_actions(EDITOR, reviewed, scheduled)


def test_a_token_without_the_scope_to_publish_works_on_what_nobody_has_seen() -> None:
    writer = dataclasses.replace(EDITOR, scopes=frozenset({Scope.WRITE}))
    out = dataclasses.replace(ENTRY, status=EntryStatus.PUBLISHED)
    assert permitted_actions(writer, STORY, ENTRY) == ("edit", "submit", "remove", "set_expiry")
    assert permitted_actions(writer, STORY, out) == ("edit",)


def test_a_freeze_leaves_taking_back_and_looking() -> None:
    out = dataclasses.replace(ENTRY, status=EntryStatus.PUBLISHED)
    for frozen in (dataclasses.replace(STORY, frozen=True), dataclasses.replace(STORY, site_frozen=True)):
        assert permitted_actions(EDITOR, frozen, out) == ("unpublish", "retract", "remove", "preview")
