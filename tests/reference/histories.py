"""Random histories of one story in a small model of the server, and a reader on a bad network.

The model stores the same as the server (each entry's newest public form and the seq that last changed it) and answers
by the protocol: live events, catch-ups, `changes` replies, pages and snapshots. The reader meets lost messages,
broken connections, late pages and late answers about missing entries; its history is recorded in the shape of
docs/apply-fixtures.json.
"""

from __future__ import annotations

import random
from typing import Any

from liveblog_client.apply import State, missing_entries, named_entries, sort_key_of
from liveblog_client.reader import Mode, Reader, Verdict, fold_changes, receive
from liveblog_client.window import changes_wanted_after, merge_named, merge_page

STORY = "s1"
Json = dict[str, Any]


class Server:
    """One story of the server. Every change gets the next number; superseded forms are not stored."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.fields: Json = {"title": "t0", "pinned": [], "key_points": []}
        self.public: dict[str, Json] = {}
        self.revisions: dict[str, int] = {}
        self.newest: dict[str, Json] = {}
        self.seq = 0
        self._story_event(title="t1")

    def cursor(self, seq: int) -> str:
        return f"k3.{seq}.{seq:06d}"

    def change(self) -> list[Json]:
        """Make one random change and return its events."""
        roll = self.chance.random()
        if roll < 0.05:
            return [self._story_event(title=f"t{self.seq}")]
        if roll < 0.15 and self.public:
            return [self._name_entries()]
        if roll < 0.35 and self.public:
            return self._remove(self._any_public())
        if roll < 0.65 and self.public:
            return [self._edit(self._any_public())]
        known = [name for name in self.revisions if name not in self.public]
        if known and self.chance.random() < 0.3:
            return [self._put("entry.published", self.chance.choice(known))]
        return [self._put("entry.published", f"e{len(self.revisions):03d}")]

    def changes(self, after: str, limit: int = 1000) -> Json:
        """Answer `changes`: the objects changed after the cursor, each once, in the order of their last change."""
        seq = int(after.split(".")[1]) if after != "0" else 0
        events = sorted((event for event in self.newest.values() if event["seq"] > seq), key=lambda e: int(e["seq"]))
        more = len(events) > limit
        cursor = events[limit - 1]["cursor"] if more else self.cursor(self.seq)
        return {"events": events[:limit], "cursor": cursor, "head": self.cursor(self.seq), "more": more}

    def page(self, limit: int, position: str | None = None) -> Json:
        """Return a page of the timeline: the newest, or the one of a `next`."""
        items = [e for e in self.timeline() if position is None or f"{e['sort_key']}/{e['id']}" < position]
        following = f"{items[limit - 1]['sort_key']}/{items[limit - 1]['id']}" if len(items) > limit else None
        return {"items": items[:limit], "next": following, "prev": None, "head": self.cursor(self.seq)}

    def snapshot(self, limit: int) -> Json:
        """Return the state of a fresh reader."""
        page = self.page(limit)
        head, shown = page.pop("head"), {item["id"] for item in page["items"]}
        named = [name for name in named_entries(self.fields) if name not in shown]
        included = sorted((self.public[name] for name in named), key=sort_key_of, reverse=True)
        return {"id": STORY, **self.fields, "timeline": page, "included": included, "head": head, **self._counters()}

    def page_of(self, name: str) -> Json | None:
        """Return the page with that entry alone; None once it is no longer public."""
        if name not in self.public:
            return None
        return {"items": [self.public[name]], "next": None, "prev": None, "head": self.cursor(self.seq)}

    def timeline(self) -> list[Json]:
        return sorted(self.public.values(), key=sort_key_of, reverse=True)

    def _any_public(self) -> str:
        return self.chance.choice(sorted(self.public))

    def _name_entries(self) -> Json:
        """Pin some entries, or name some in key points, mostly older ones, which a window seldom has."""
        oldest = sorted(self.public.values(), key=sort_key_of)[:6]
        names = sorted({self.chance.choice(oldest)["id"], self._any_public()}, key=lambda _: self.chance.random())
        if self.chance.random() < 0.5:
            return self._story_event(pinned=[{"entry": name, "until": None} for name in names])
        return self._story_event(key_points=[{"text": "A point.", "entry": name} for name in [*names, None]])

    def _remove(self, name: str) -> list[Json]:
        """Remove an entry, and the pins and key points that name it."""
        del self.public[name]
        self.revisions[name] += 1
        events = [self._event("entry.removed", name, id=name, cause="removed")]
        if name in named_entries(self.fields):
            pinned = [pin for pin in self.fields["pinned"] if pin["entry"] != name]
            points = [{**each, "entry": None} if each["entry"] == name else each for each in self.fields["key_points"]]
            events.append(self._story_event(pinned=pinned, key_points=points))
        return events

    def _edit(self, name: str) -> Json:
        return self._put("entry.updated", name, moves=self.chance.random() < 0.4)

    def _put(self, kind: str, name: str, *, moves: bool = True) -> Json:
        self.revisions[name] = self.revisions.get(name, 0) + 1
        key = f"{self.chance.randrange(40):02d}" if moves else self.public[name]["sort_key"]
        self.public[name] = {"id": name, "revision": self.revisions[name], "sort_key": key}
        return self._event(kind, name, entry=self.public[name])

    def _story_event(self, **fields: Any) -> Json:
        self.fields = {**self.fields, **fields}
        return self._event("story.updated", "", fields=self.fields)

    def _event(self, kind: str, about: str, **carried: Any) -> Json:
        self.seq += 1
        head = {"type": kind, "story": STORY, "seq": self.seq, "cursor": self.cursor(self.seq)}
        self.newest[about] = {**head, **carried, **self._counters()}
        return self.newest[about]

    def _counters(self) -> Json:
        return {"entry_count": len(self.public), "last_entry_at": None}


class Life:
    """A reader on a bad network. `case` is its recorded history, `reader` its present state."""

    def __init__(self, seed: int, *, page_size: int) -> None:
        self.chance = random.Random(seed)
        self.server = Server(self.chance)
        for _ in range(self.chance.randrange(60)):
            self.server.change()
        self.page_size = page_size
        self.reader = Reader(self.server.snapshot(page_size))
        self.case: Json = {"name": f"history {seed}, pages of {page_size}", "mode": "live", "state": self.reader.state}
        self.steps: list[Json] = []
        self.wire: list[Json] = []
        self.connected = False
        self.page: Json | None = None
        self.missed: Json | None = None

    def live(self, acts: int) -> None:
        """Run that many random acts, then repair the network and catch up."""
        often = [self.publish, self.deliver, self.deliver, self.connect]
        seldom = [self.lose, self.cut, self.poll, self.ask_for_page, self.merge, self.heartbeat, self.replace]
        seldom += [self.ask_for_missing, self.ask_for_missing, self.take_missing]
        choices = often * 5 + seldom
        for _ in range(acts):
            self.chance.choice(choices)()
        self.cut()
        self.connect()
        while self.wire:
            self.deliver()
        self.missed = None
        while missing_entries(self.reader.state):
            self.ask_for_missing()
            self.take_missing()
        self.case["steps"] = self.steps
        self.case["end"] = {"mode": str(self.reader.mode), "state": self.reader.state}

    def publish(self) -> None:
        events = self.server.change()
        if self.connected:
            self.wire.extend(events)

    def deliver(self) -> None:
        if not self.wire:
            return
        message = self.wire.pop(0)
        self.reader, verdict = receive(self.reader, message)
        self.steps.append({"message": message, "verdict": str(verdict)})
        if verdict is Verdict.REPLACED:
            self.page = self.missed = None
        if verdict is Verdict.RESUME:
            self._subscribe()

    def lose(self) -> None:
        # A catch-up leaves numbers out anyway: there a transport must deliver all or break.
        is_catching_up = self.reader.mode is Mode.CATCHING_UP
        if self.wire and "seq" in self.wire[0] and not is_catching_up:
            self.wire.pop(0)

    def cut(self) -> None:
        self.wire.clear()
        self.connected = False

    def connect(self) -> None:
        if not self.connected:
            self.connected = True
            self._subscribe()

    def poll(self) -> None:
        reply = self.server.changes(str(self.reader.state["head"]), limit=self.chance.randrange(1, 6))
        self.reader, verdict = fold_changes(self.reader, reply)
        self.steps.append({"changes": reply, "verdict": str(verdict)})

    def heartbeat(self) -> None:
        if self.connected:
            self.wire.append({"type": "heartbeat", "heads": {STORY: self.server.cursor(self.server.seq)}})

    def replace(self) -> None:
        if self.connected and self.chance.random() < 0.2:
            state = self.server.snapshot(self.page_size)
            self.wire.append({"type": "snapshot", "story": STORY, "reason": "too_far_behind", "state": state})

    def ask_for_page(self) -> None:
        timeline = self.reader.state["timeline"]
        if self.page is None and timeline["next"] is not None:
            self.page = self.server.page(self.page_size, timeline["next"])

    def merge(self) -> None:
        if self.page is not None:
            replies = self._replies_for("page", self.page)
            self.reader = Reader(merge_page(self.reader.state, self.page, replies), self.reader.mode)
            self.page = None

    def ask_for_missing(self) -> None:
        missing = missing_entries(self.reader.state)
        if missing and self.missed is None and self.reader.mode is Mode.LIVE:
            self.missed = self.server.page_of(self.chance.choice(missing))

    def take_missing(self) -> None:
        if self.missed is not None:
            replies = self._replies_for("named", self.missed)
            self.reader = Reader(merge_named(self.reader.state, self.missed, replies), self.reader.mode)
            self.missed = None

    def _replies_for(self, kind: str, page: Json) -> list[Json]:
        """Return the `changes` that bring the page up to the reader's state, in order."""
        replies: list[Json] = []
        while (wanted := changes_wanted_after(self.reader.state, page, replies)) is not None:
            self.steps.append({kind: page, "replies": list(replies), "wanted": wanted})
            replies.append(self.server.changes(wanted, limit=self.chance.randrange(1, 4)))
        self.steps.append({kind: page, "replies": replies, "wanted": None})
        return replies

    def _subscribe(self) -> None:
        reply = self.server.changes(str(self.reader.state["head"]))
        self.wire.append({"type": "subscribed", "story": STORY, "resume": "exact", "head": reply["head"]})
        self.wire.extend(reply["events"])
        self.wire.append({"type": "caught_up", "story": STORY, "cursor": reply["head"], **self.server._counters()})


def what_a_fresh_reader_sees(server: Server, bound: list[str] | None) -> Json:
    """Return the same story as a fresh reader gets it now, down to the same lower end."""
    items = [e for e in server.timeline() if bound is None or sort_key_of(e) >= (bound[0], bound[1])]
    return {**server.snapshot(len(items)), "timeline": items}


def what_is_held(state: State) -> Json:
    """Return a reader's state in the shape of `what_a_fresh_reader_sees`."""
    return {**state, "timeline": list(state["timeline"]["items"])}
