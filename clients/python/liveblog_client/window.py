"""Loads pages into a reader's story, so that the result equals the story of a fresh reader of that length.

A page shows the story at its `head`. If the reader has moved past that head in the meantime, the page shows some
entries as they were; the changes since then have to be folded in with it. `changes_wanted_after` returns the cursor
to ask for them after, `merge_page` and `merge_named` do the rest. All are pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from liveblog_client.apply import (
    UPSERTS,
    Event,
    State,
    Timeline,
    apply,
    bound_of,
    seq_of,
    sort_key_of,
    with_entry,
    with_named,
    without_entry,
)

Page = Mapping[str, Any]
"""The JSON of `GET /v1/stories/{story}/entries?position=…`: `items`, `next`, `prev`, `head`."""

Reply = Mapping[str, Any]
"""The JSON of `GET /v1/stories/{story}/changes?after=…`: `events`, `cursor`, `head`, `more`."""


def changes_wanted_after(state: State, page: Page, replies: Sequence[Reply] = ()) -> str | None:
    """Return the cursor to ask `changes` after before `page` may be merged; None if nothing is missing.

    Ask until it returns None: a reply may itself be behind the reader's state by now (`more`, or a slower node).
    """
    reached: str = replies[-1]["cursor"] if replies else page["head"]
    return reached if seq_of(reached) < seq_of(state["head"]) else None


def merge_page(state: State, page: Page, replies: Sequence[Reply] = ()) -> dict[str, Any]:
    """Merge the next older page into the state. `replies` are the `changes` requested for it, in order.

    The page must be the one `timeline.next` named, and no snapshot may have replaced the state since it was asked for.
    Raises ValueError while `changes_wanted_after` returns a cursor: merging would bring removed entries back.
    """
    merged: dict[str, Any] = {**state, "timeline": _lowered(state["timeline"], page)}
    for item in page["items"]:
        merged = with_entry(merged, item)
    return _brought_forward(merged, page, replies)


def merge_named(state: State, page: Page, replies: Sequence[Reply] = ()) -> dict[str, Any]:
    """Merge a page's entries into `included`, as far as pins and key points name them.

    The page has one of `missing_entries`, from anywhere in the timeline; the timeline stays as long as it is.
    Conditions and errors are those of `merge_page`.
    """
    return _brought_forward(with_named(state, *page["items"]), page, replies)


def _brought_forward(merged: dict[str, Any], page: Page, replies: Sequence[Reply]) -> dict[str, Any]:
    if changes_wanted_after(merged, page, replies) is not None:
        raise ValueError("the page is behind the state it is merged into")
    for reply in replies:
        for event in reply["events"]:
            merged = _fold(merged, event)
        merged["head"] = max(merged["head"], reply["cursor"], key=seq_of)
    return merged


def _lowered(timeline: Timeline, page: Page) -> dict[str, Any]:
    if page["next"] is None:
        bound = None
    elif page["items"]:
        bound = list(sort_key_of(page["items"][-1]))
    else:
        bound = bound_of(timeline)
    return {**timeline, "next": page["next"], "bound": bound}


def _fold(state: dict[str, Any], event: Event) -> dict[str, Any]:
    if seq_of(event["cursor"]) > seq_of(state["head"]):
        return apply(state, event)
    # Applied already, but not to the page: its entries are updated; the fields, counters and head are newer here.
    if event["type"] in UPSERTS:
        return with_entry(state, event["entry"])
    if event["type"] == "entry.removed":
        return without_entry(state, event["id"])
    return state
