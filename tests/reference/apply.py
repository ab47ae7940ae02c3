"""apply(): what one public change does to the story a reader holds. Normative; docs/apply.md says the same in words.

A state is the JSON of `GET /v1/stories/{story}`, plus one thing the reader keeps for itself: `timeline.bound`, the
(sort_key, id) at the end of the last page it loaded, or null when it holds the timeline to its end. Everything here is
pure: a state that went in is never changed, and what comes out shares the parts that stayed the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.cursor import FROM_THE_BEGINNING, parse_cursor

State = Mapping[str, Any]
"""A story as a reader holds it: the JSON of `GET /v1/stories/{story}`."""

Event = Mapping[str, Any]
"""One numbered message, as every transport carries it."""

Timeline = Mapping[str, Any]
"""`items` (entries, newest first), `next`, `prev` and, once held, `bound`."""

Place = tuple[str, str]
"""Where an entry stands in a timeline: (sort_key, id), compared bytewise, the greater the newer."""

UPSERTS = frozenset({"entry.published", "entry.updated"})
_NOTHING: dict[str, Any] = {"items": [], "next": None, "prev": None, "bound": None}
_COUNTERS = ("entry_count", "last_entry_at")


def apply(state: State, event: Event) -> dict[str, Any]:
    """The state after `event`. The caller has already decided that the event is to be applied (see reader.py).

    An unknown type changes nothing but `head`, so that a reader outlives events it has not been taught.
    Raises MalformedCursor when the event's cursor is none.
    """
    kind = event["type"]
    after = dict(state)
    if kind in UPSERTS:
        after = with_entry(after, event["entry"])
    elif kind == "entry.removed":
        after = without_entry(after, event["id"])
    elif kind == "story.updated":
        after = with_named({**after, **event["fields"]})
    elif kind == "story.removed":
        after = {"id": state["id"], "status": "withdrawn", "timeline": _NOTHING, "included": []}
    after["head"] = event["cursor"]
    return with_counters(after, event)


def with_entry(state: State, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The state with `entry` in its place, in the timeline or among those that pins and key points name."""
    return with_named({**state, "timeline": upsert_entry(state["timeline"], entry)}, entry)


def without_entry(state: State, entry_id: str) -> dict[str, Any]:
    """The state without that entry, wherever it was held."""
    included = [entry for entry in state["included"] if entry["id"] != entry_id]
    return {**state, "timeline": remove_entry(state["timeline"], entry_id), "included": included}


def with_named(state: State, *offered: Mapping[str, Any]) -> dict[str, Any]:
    """The state whose `included` are the named entries that the timeline does not hold, newest first.

    They are taken from those included before and those `offered`, whichever has the greater revision.
    """
    held = {item["id"] for item in state["timeline"]["items"]}
    known: dict[str, Mapping[str, Any]] = {}
    for entry in (*state["included"], *offered):
        before = known.get(entry["id"])
        if before is None or entry["revision"] >= before["revision"]:
            known[entry["id"]] = entry
    wanted = [known[name] for name in named_entries(state) if name in known and name not in held]
    return {**state, "included": sorted(wanted, key=place_of, reverse=True)}


def named_entries(state: State) -> list[str]:
    """The ids that the story's pins and key points name, each once."""
    references = (*state.get("pinned", ()), *state.get("key_points", ()))
    return list(dict.fromkeys(each["entry"] for each in references if each.get("entry") is not None))


def missing_entries(state: State) -> list[str]:
    """The named entries that are not held: each to be fetched once caught up, and given to `window.merge_named`."""
    held = {entry["id"] for entry in (*state["timeline"]["items"], *state["included"])}
    return [name for name in named_entries(state) if name not in held]


def upsert_entry(timeline: Timeline, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The timeline with `entry` in its place: unchanged if a newer revision is held, without it if it lies below."""
    bound = bound_of(timeline)
    held = next((item for item in timeline["items"] if item["id"] == entry["id"]), None)
    if held is not None and held["revision"] > entry["revision"]:
        return {**timeline, "bound": bound}
    items = [item for item in timeline["items"] if item["id"] != entry["id"]]
    place = place_of(entry)
    if bound is None or place >= (bound[0], bound[1]):
        index = next((i for i, item in enumerate(items) if place_of(item) < place), len(items))
        items.insert(index, entry)
    return {**timeline, "items": items, "bound": bound}


def remove_entry(timeline: Timeline, entry_id: str) -> dict[str, Any]:
    """The timeline without that entry. The bound stays: removing the last entry of a page loads nothing."""
    items = [item for item in timeline["items"] if item["id"] != entry_id]
    return {**timeline, "items": items, "bound": bound_of(timeline)}


def bound_of(timeline: Timeline) -> list[str] | None:
    """The lower end of what is held, as [sort_key, id]; None when the timeline is held to its end.

    A timeline fresh from the server has no `bound`; it ends with its last entry, unless `next` is null.
    """
    if "bound" in timeline:
        bound: list[str] | None = timeline["bound"]
        return bound
    if timeline["next"] is None or not timeline["items"]:
        return None
    return list(place_of(timeline["items"][-1]))


def place_of(entry: Mapping[str, Any]) -> Place:
    """Where the entry stands. Both parts are ASCII, so comparing text compares bytes."""
    return entry["sort_key"], entry["id"]


def with_counters(state: State, message: Mapping[str, Any]) -> dict[str, Any]:
    """The state with the counters the message carries. They stand beside the law: the newest seen wins."""
    return {**state, **{name: message[name] for name in _COUNTERS if name in message}}


def seq_of(cursor: str) -> int:
    """The number inside a cursor; 0 for "from the beginning". Raises MalformedCursor."""
    return 0 if cursor == FROM_THE_BEGINNING else parse_cursor(cursor).seq
