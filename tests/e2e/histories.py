"""Random histories of a story, made through the API as newsrooms make them: any operation that may come next.

What can happen is the table at the end. A new operation is one line of it: its name, how often it happens, when it may,
and the call that does it.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import httpx

Json = dict[str, Any]

_WORDS = "count bridge water “quoted” – dash café 投票 עברית 🙂 <b>&amp; mayor polls".split()
_GOOD_REASONS = {"blocks_would_be_lost", "entry_gone", "wrong_status"}
"""Text may not drop a picture by accident; a wire cannot bring back what was removed."""

_TAGS = ({"slug": "results", "label": "Results"}, {"slug": "weather", "label": "Weather"})


class Ask(NamedTuple):
    """One call of the API."""

    method: str
    path: str
    body: Json


class History:
    """One story and everything that happens to it. `desk` is a client that may do everything.

    `story` and `entries` are what the newsroom was last told about them; `done` is each call, for a person who looks
    into a failure, and `performed` the names of the operations there were.
    """

    def __init__(self, desk: httpx.AsyncClient, chance: random.Random) -> None:
        self.desk = desk
        self.chance = chance
        self.story: Json = {}
        self.entries: dict[str, Json] = {}
        self.done: list[str] = []
        self.performed: set[str] = set()
        self._externals = 0

    @property
    def story_id(self) -> str:
        """The story's id."""
        identifier: str = self.story["id"]
        return identifier

    @property
    def public(self) -> list[Json]:
        """The entries readers see."""
        return [entry for entry in self.entries.values() if entry["status"] in {"published", "retracted"}]

    async def begin(self) -> None:
        """Make the story, in half of all histories as a draft with something written in it already."""
        drafted = self.chance.random() < 0.5
        await self._send(Ask("POST", "/v1/stories", {"title": "History", "status": "draft" if drafted else "live"}))
        for _ in range(self.chance.randrange(8) if drafted else 0):
            await self._perform(self.chance.choice(_WRITING))
        if drafted:
            await self._send(self.change_story(status="live"))
        for _ in range(self.chance.randrange(6)):
            await self.step()

    async def step(self) -> None:
        """Let one more thing happen."""
        possible = [operation for operation in OPERATIONS if self._subjects(operation)]
        (operation,) = self.chance.choices(possible, [operation.weight for operation in possible])
        await self._perform(operation)

    async def end(self, title: str) -> None:
        """The last change: a title by which readers know that they have everything."""
        await self._send(self.change_story(title=title))

    def change_story(self, **fields: Any) -> Ask:
        """A change of the story's own fields."""
        return Ask("PATCH", f"/v1/stories/{self.story_id}", fields)

    def on_entries(self, method: str, ending: str, **body: Any) -> Ask:
        """A call about the story's entries."""
        return Ask(method, f"/v1/stories/{self.story_id}/entries{ending}", body)

    def edit(self, entry: Json, *, publish: bool) -> Ask:
        """New content of an entry, in the open or aside."""
        material = self.chance.random() < 0.6
        return self.on_entries("PATCH", f"/{entry['id']}", **self.content(), material=material, publish=publish)

    def act(self, entry: Json, action: str, **body: Any) -> Ask:
        """An action on an entry."""
        return self.on_entries("POST", f"/{entry['id']}/{action}", **body)

    def move(self, entry: Json) -> Ask:
        """The entry above or below another one."""
        other = self.chance.choice([other for other in self.public if other["id"] != entry["id"]])
        return self.act(entry, "move", **{self.chance.choice(["before", "after"]): other["id"]})

    def from_wire(self) -> Ask:
        """What another system calls by its own id, new or known."""
        name = f"wire-{self.chance.randrange(self._externals + 1)}"
        self._externals += 1
        return self.on_entries("PUT", f"/by-external-id/{name}", **self.content())

    def text(self) -> str:
        """A few words."""
        return " ".join(self.chance.choices(_WORDS, k=self.chance.randrange(1, 9))).replace("<", "&lt;")

    def content(self) -> Json:
        """What an entry says."""
        text = self.text()
        bodies: list[Json] = [
            {"text": f"**Background:** {text}\n\n{text}"},
            {"text": text, "text_format": "plain"},
            {"html": f"<p>{text}</p><ul><li>{text}</li></ul>"},
            {"blocks": [{"type": "quote", "html": text, "who": "The clerk"}, {"type": "divider"}]},
            {"blocks": [{"type": "image", "url": "https://media.example/a.jpg", "alt": text, "caption": text}]},
            {"text": f"{text}\n\n" * 40},
        ]
        content = self.chance.choice(bodies)
        if self.chance.random() < 0.4:
            content["headline"] = self.chance.choice([text, None])
        if self.chance.random() < 0.3:
            content["tags"] = self.chance.sample(_TAGS, self.chance.randrange(3))
        if self.chance.random() < 0.3:
            content["authors"] = [{"name": self.chance.choice(["Ada", "Léa"])}] * self.chance.randrange(2)
        if self.chance.random() < 0.1:
            content["display_time"] = self.chance.choice([None, f"2026-01-0{self.chance.randrange(1, 10)}T12:00:00Z"])
        return content

    def new_entry(self) -> Json:
        """A new entry's content, with what only a new entry is given."""
        fields = self.content()
        fields |= {"kind": self.chance.choice(["update", "summary"]), "key_event": self.chance.random() < 0.2}
        if self.chance.random() < 0.3:
            identifier = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
            fields |= {"importance": self.chance.choice(["major", "breaking"]), "id": identifier}
        return fields

    def story_fields(self) -> Json:
        """Something else about the story."""
        fields: list[Json] = [
            {"title": self.text()},
            {"standfirst": self.chance.choice([None, self.text()])},
            {"language": "he", "direction": "rtl"},
            {"about": {"name": "Election", "place": "Lisbon"}, "time_zone": "Europe/Lisbon"},
            {"settings": {"review_required": False}},
        ]
        return self.chance.choice(fields)

    def _subjects(self, operation: Operation) -> list[Json]:
        known = [self.story] if operation.on == "story" else list(self.entries.values())
        return [subject for subject in known if operation.when(self, subject)]

    async def _perform(self, operation: Operation) -> None:
        self.performed.add(operation.name)
        await self._send(operation.ask(self, self.chance.choice(self._subjects(operation))))

    async def _send(self, ask: Ask) -> None:
        """Tell the newsroom, and keep what it answers; it may refuse for a good reason."""
        headers = {"If-Match": "*"} if ask.method == "PATCH" else {}
        answer = await self.desk.request(ask.method, ask.path, json=ask.body or None, headers=headers)
        self.done.append(f"{ask.method} {ask.path} {ask.body} -> {answer.status_code}")
        if answer.status_code in {409, 410} and answer.json()["code"] in _GOOD_REASONS:
            return
        assert answer.status_code in {200, 201, 202}, f"{self.done}\n{answer.text}"
        self._keep(answer.json())

    def _keep(self, told: Json) -> None:
        if "items" in told:
            for result in told["items"]:
                assert result["status"] in {201, 202}, result
                self._keep(result["entry"])
        elif "story" in told:
            self.entries[told["id"]] = told
        else:
            self.story = told


Whenever = Callable[[History, Json], bool]
"""Whether something may be done to a story or an entry, as the newsroom was last told about it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that may happen to the story or to one of its entries, `weight` times as often as what has 1.

    `when` says to which; `ask` makes the call, with everything random in it drawn from the history.
    """

    name: str
    on: Literal["story", "entry"]
    weight: int
    when: Whenever
    ask: Callable[[History, Json], Ask]


def always(history: History, subject: Json) -> bool:
    """At any time."""
    return True


def status(*statuses: str) -> Whenever:
    """While it has one of these."""
    return lambda history, subject: subject["status"] in statuses


def working(*statuses: str) -> Whenever:
    """While the entry has a working revision with one of these; with any, if none is named."""
    return lambda history, entry: (
        entry["working"] is not None and (not statuses or entry["working"]["status"] in statuses)
    )


def either(*conditions: Whenever) -> Whenever:
    """When one of them holds."""
    return lambda history, subject: any(condition(history, subject) for condition in conditions)


def can_move(history: History, entry: Json) -> bool:
    """When readers see the entry, and another one to put it beside."""
    return entry in history.public and len(history.public) > 1 and history.story["status"] != "draft"


def _write(history: History, _: Json) -> Ask:
    wanted = history.chance.choice(["published"] * 4 + ["draft", "submitted"])
    return history.on_entries("POST", "", **history.new_entry(), status=wanted)


def _write_several(history: History, _: Json) -> Ask:
    return history.on_entries(
        "POST", ":batch", items=[history.new_entry() for _ in range(history.chance.randrange(1, 4))]
    )


_WRITING = (
    Operation("write", "story", 20, always, _write),
    Operation("write several", "story", 5, always, _write_several),
)
_NOT_OUT = ("draft", "submitted", "unpublished")
_OUT = ("published", "retracted")

OPERATIONS = (
    *_WRITING,
    Operation("wire", "story", 10, always, lambda it, _: it.from_wire()),
    Operation("change the story", "story", 5, always, lambda it, _: it.change_story(**it.story_fields())),
    Operation("edit", "entry", 16, status(*_NOT_OUT, *_OUT), lambda it, entry: it.edit(entry, publish=True)),
    Operation("edit aside", "entry", 5, status("published"), lambda it, entry: it.edit(entry, publish=False)),
    Operation(
        "submit", "entry", 3, either(status("draft"), working("draft")), lambda it, entry: it.act(entry, "submit")
    ),
    Operation("publish", "entry", 9, either(status(*_NOT_OUT), working()), lambda it, entry: it.act(entry, "publish")),
    Operation("discard", "entry", 3, working(), lambda it, entry: it.act(entry, "discard")),
    Operation("unpublish", "entry", 4, status(*_OUT), lambda it, entry: it.act(entry, "unpublish")),
    Operation("retract", "entry", 4, status("published"), lambda it, entry: it.act(entry, "retract", reason=it.text())),
    Operation("reinstate", "entry", 4, status("retracted"), lambda it, entry: it.act(entry, "reinstate")),
    Operation("correct", "entry", 4, status(*_OUT), lambda it, entry: it.act(entry, "corrections", text=it.text())),
    Operation("move", "entry", 6, can_move, lambda it, entry: it.move(entry)),
    Operation("remove", "entry", 2, status(*_NOT_OUT, *_OUT), lambda it, entry: it.act(entry, "remove")),
    Operation(
        "delete", "entry", 2, status(*_NOT_OUT, *_OUT), lambda it, entry: it.on_entries("DELETE", f"/{entry['id']}")
    ),
)
