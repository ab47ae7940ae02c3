"""When an entry is next due, what differs between two contents of it, and its place in the order."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryContent, EntryStatus, WorkingRevision, changed_fields, with_content
from app.domain.identifiers import EntryId, StoryId


def an_entry(status: EntryStatus = EntryStatus.PUBLISHED, **fields: Any) -> Entry:
    entry = Entry(
        StoryId("s"), EntryId("e"), status, 1, EntryContent(text="Before."), Micros(0), Micros(0), None, "token", ""
    )
    return dataclasses.replace(entry, **fields)


@pytest.mark.parametrize(
    ("status", "due_at"),
    [
        (EntryStatus.DRAFT, None),
        (EntryStatus.SCHEDULED, 3),
        (EntryStatus.PUBLISHED, 1),
        (EntryStatus.RETRACTED, 1),
        (EntryStatus.REMOVED, None),
    ],
)
def test_an_entry_is_due_when_it_or_its_edit_goes_out_or_it_expires(status: EntryStatus, due_at: int | None) -> None:
    edit = WorkingRevision(EntryStatus.SCHEDULED, EntryContent(), material=False, publish_at=Micros(1))
    entry = an_entry(status, working=edit, publish_at=Micros(3), expires_at=Micros(2))
    assert entry.due_at == due_at
    assert dataclasses.replace(entry, working=None).due_at == (2 if due_at == 1 else due_at)
    assert an_entry(status).due_at is None


def test_an_editor_goes_on_writing_the_working_revision() -> None:
    edit = WorkingRevision(EntryStatus.DRAFT, EntryContent(text="After."), material=False)
    assert an_entry().newest_content.text == "Before."
    assert an_entry(working=edit).newest_content.text == "After."


def test_what_changed_has_its_public_names_in_a_fixed_order() -> None:
    before = EntryContent()
    after = EntryContent(
        kind="alert", headline="One", tags=({"slug": "vote"},), blocks=({"type": "p"},), display_time=Micros(1),
        text="how it was typed is nobody's business",
    )  # fmt: skip
    assert changed_fields(before, after) == ("kind", "headline", "tags", "time", "body")
    assert changed_fields(before, before) == ()


def test_an_entry_under_another_display_time_has_no_sort_key_until_it_is_published() -> None:
    placed = an_entry(sort_key="k")
    assert with_content(placed, EntryContent(headline="New")).sort_key == "k"
    assert with_content(placed, EntryContent(display_time=Micros(1))).sort_key is None


def test_an_entry_is_held_if_it_or_its_edit_is() -> None:
    edited = WorkingRevision(EntryStatus.SCHEDULED, EntryContent(), material=True, publish_at=Micros(2), held=True)
    assert an_entry(held=True).is_held
    assert an_entry(working=edited).is_held
    assert not an_entry(working=dataclasses.replace(edited, held=False)).is_held
    assert not an_entry().is_held
