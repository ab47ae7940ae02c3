"""apply(): the effect of one public change on a reader's story. Normative; docs/apply.md says the same in words.

With reader.py and window.py it is the client law in Python: what this package follows stories by, what authors of
clients port, and what the server's tests hold every transport and the JavaScript client to.

A state is the JSON of `GET /v1/stories/{story}`, plus one member of the reader's own: `timeline.bound`, the
(sort_key, id) at the end of the last page it loaded, or null if it has the timeline to its end. Everything here is
pure: a state that is passed in is never changed, and the result shares the parts that stayed the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

State = Mapping[str, Any]
"""A reader's story: the JSON of `GET /v1/stories/{story}`."""

Event = Mapping[str, Any]
"""One numbered message, the same on every transport."""

Timeline = Mapping[str, Any]
"""`items` (entries, newest first), `next`, `prev` and, once loaded, `bound`."""

SortKey = tuple[str, str]
"""An entry's position in a timeline: (sort_key, id), compared bytewise, the greater the newer."""

FROM_THE_BEGINNING = "0"
"""The one cursor that names no event."""

UPSERTS = frozenset({"entry.published", "entry.updated"})
_NOTHING: dict[str, Any] = {"items": [], "next": None, "prev": None, "bound": None}
_CURSOR = re.compile(r"[0-9A-Za-z]{1,16}\.(0|[1-9][0-9]{0,15})\.[0-9A-Za-z]{1,16}", re.ASCII)
_COUNTERS = ("entry_count", "last_entry_at")


class MalformedCursor(ValueError):
    """Text that is no cursor."""


def apply(state: State, event: Event) -> dict[str, Any]:
    """Return the state after `event`. The caller has already decided to apply the event (see reader.py).

    An unknown type changes only `head`, so that a reader survives events it does not know.
    Raises MalformedCursor when the event's cursor is none.
    """
    seq_of(event["cursor"])
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
    """Return the state with `entry`, in the timeline or among those that pins and key points name."""
    return with_named({**state, "timeline": upsert_entry(state["timeline"], entry)}, entry)


def without_entry(state: State, entry_id: str) -> dict[str, Any]:
    """Return the state without that entry, in the timeline and in `included`."""
    included = [entry for entry in state["included"] if entry["id"] != entry_id]
    return {**state, "timeline": remove_entry(state["timeline"], entry_id), "included": included}


def with_named(state: State, *offered: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state whose `included` are the named entries that the timeline does not have, newest first.

    They are taken from those included before and those `offered`, in the greater revision.
    """
    held = {item["id"] for item in state["timeline"]["items"]}
    known: dict[str, Mapping[str, Any]] = {}
    for entry in (*state["included"], *offered):
        before = known.get(entry["id"])
        if before is None or entry["revision"] >= before["revision"]:
            known[entry["id"]] = entry
    wanted = [known[name] for name in named_entries(state) if name in known and name not in held]
    return {**state, "included": sorted(wanted, key=sort_key_of, reverse=True)}


def named_entries(state: State) -> list[str]:
    """List the ids that the story's pins and key points name, each once."""
    references = (*state.get("pinned", ()), *state.get("key_points", ()))
    return list(dict.fromkeys(each["entry"] for each in references if each.get("entry") is not None))


def missing_entries(state: State) -> list[str]:
    """List the named entries that are missing: each is fetched once caught up, and passed to `window.merge_named`."""
    held = {entry["id"] for entry in (*state["timeline"]["items"], *state["included"])}
    return [name for name in named_entries(state) if name not in held]


def upsert_entry(timeline: Timeline, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Insert `entry` into the timeline: unchanged if it has a newer revision, without the entry if that lies below."""
    bound = bound_of(timeline)
    held = next((item for item in timeline["items"] if item["id"] == entry["id"]), None)
    if held is not None and held["revision"] > entry["revision"]:
        return {**timeline, "bound": bound}
    items = [item for item in timeline["items"] if item["id"] != entry["id"]]
    key = sort_key_of(entry)
    if bound is None or key >= (bound[0], bound[1]):
        index = next((i for i, item in enumerate(items) if sort_key_of(item) < key), len(items))
        items.insert(index, entry)
    return {**timeline, "items": items, "bound": bound}


def remove_entry(timeline: Timeline, entry_id: str) -> dict[str, Any]:
    """Remove the entry from the timeline. The bound stays: removing the last entry of a page loads nothing."""
    items = [item for item in timeline["items"] if item["id"] != entry_id]
    return {**timeline, "items": items, "bound": bound_of(timeline)}


def bound_of(timeline: Timeline) -> list[str] | None:
    """Return the lower end of the loaded timeline, as [sort_key, id]; None if it is loaded to its end.

    A timeline fresh from the server has no `bound`; it ends with its last entry, unless `next` is null.
    """
    if "bound" in timeline:
        bound: list[str] | None = timeline["bound"]
        return bound
    if timeline["next"] is None or not timeline["items"]:
        return None
    return list(sort_key_of(timeline["items"][-1]))


def sort_key_of(entry: Mapping[str, Any]) -> SortKey:
    """Return the entry's sort key. Both parts are ASCII, so comparing text compares bytes."""
    return entry["sort_key"], entry["id"]


def with_counters(state: State, message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state with the counters of the message. They are outside the law: the newest seen wins."""
    return {**state, **{name: message[name] for name in _COUNTERS if name in message}}


def seq_of(cursor: str) -> int:
    """Return the number inside a cursor; 0 for "from the beginning". Raises MalformedCursor."""
    if cursor == FROM_THE_BEGINNING:
        return 0
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise MalformedCursor(cursor[:80])
    return int(match[1])
