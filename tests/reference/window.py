"""Loading pages into a held story, so that the result is what a fresh reader of that length would see.

A page is a photograph taken at its `head`. If the reader has moved past that head in the meantime, the page shows
some entries as they were; the changes since then have to be folded in with it. `changes_wanted_after` says whether
and from where to ask for them, `merge_page` and `merge_named` do the rest. All are pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.reference.apply import (
    UPSERTS,
    Event,
    State,
    Timeline,
    apply,
    bound_of,
    place_of,
    seq_of,
    with_entry,
    with_named,
    without_entry,
)

Page = Mapping[str, Any]
"""The JSON of `GET /v1/stories/{story}/entries?position=…`: `items`, `next`, `prev`, `head`."""

Reply = Mapping[str, Any]
"""The JSON of `GET /v1/stories/{story}/changes?after=…`: `events`, `cursor`, `head`, `more`."""


def changes_wanted_after(state: State, page: Page, replies: Sequence[Reply] = ()) -> str | None:
    """The cursor to ask `changes` after before `page` may be merged, or None when nothing is missing.

    Ask until it says None: a reply may itself be behind what the reader holds by now (`more`, or a slower node).
    """
    reached: str = replies[-1]["cursor"] if replies else page["head"]
    return reached if seq_of(reached) < seq_of(state["head"]) else None


def merge_page(state: State, page: Page, replies: Sequence[Reply] = ()) -> dict[str, Any]:
    """The state with the next older page in it. `replies` are the `changes` asked for on its behalf, in order.

    The page must be the one `timeline.next` named, and no snapshot may have replaced the state since it was asked for.
    Raises ValueError while `changes_wanted_after` still names a cursor: merging would bring back what was taken away.
    """
    merged: dict[str, Any] = {**state, "timeline": _lowered(state["timeline"], page)}
    for item in page["items"]:
        merged = with_entry(merged, item)
    return _brought_forward(merged, page, replies)


def merge_named(state: State, page: Page, replies: Sequence[Reply] = ()) -> dict[str, Any]:
    """The state with a page's entries beside the timeline, as far as pins and key points name them.

    The page holds one of `missing_entries` and stands anywhere; what is held of the timeline stays as long as it is.
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
        bound = list(place_of(page["items"][-1]))
    else:
        bound = bound_of(timeline)
    return {**timeline, "next": page["next"], "bound": bound}


def _fold(state: dict[str, Any], event: Event) -> dict[str, Any]:
    if seq_of(event["cursor"]) > seq_of(state["head"]):
        return apply(state, event)
    # Already seen, but not by the page: its entries are brought up to date; fields, counters and head are newer here.
    if event["type"] in UPSERTS:
        return with_entry(state, event["entry"])
    if event["type"] == "entry.removed":
        return without_entry(state, event["id"])
    return state
