"""Random histories of a story, made through the API as newsrooms make them: any operation that may come next."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import httpx

from tests.e2e.material import Json, Material

LOOK_SECONDS = 0.05
_GOOD_REASONS = {
    "blocks_would_be_lost",  # text may not drop a picture by accident
    "entry_gone",  # a wire cannot bring back what was removed
    "story_ended",
    "comments_closed",
    "comments_off",  # where no story takes any
    "comment_not_found",  # one under it was taken away with it
    # It would end before it is out:
    "out_of_range",
    "past_its_end",
    # The clock has been quicker:
    "entry_not_public",
    "not_in_future",
    "nothing_to_discard",
    "wrong_status",
}


class Ask(NamedTuple):
    """One call of the API."""

    method: str
    path: str
    body: Json


SITES = ("default", "evening")
"""The sites that stories are given to."""


class History:
    """One story and everything that happens to it. `admin` is a client that may do everything.

    `story` and `entries` are what the newsroom was last told about them; `done` is each call, for a person who looks
    into a failure, `performed` the names of the operations that were, `externals` how often a wire has written, and
    `comments` those that readers have sent.
    """

    def __init__(self, admin: httpx.AsyncClient, chance: random.Random, operations: Sequence[Operation]) -> None:
        self.admin = admin
        self.chance = chance
        self.operations = operations
        self.material = Material(chance)
        self.story: Json = {}
        self.entries: dict[str, Json] = {}
        self.done: list[str] = []
        self.performed: set[str] = set()
        self.externals = 0
        self.comments: list[str] = []

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
        site = {"slug": SITES[1], "name": "The Evening Post", "url": "https://evening.example"}
        made = await self.admin.post("/v1/newsroom/sites", json=site)
        assert made.status_code in {201, 409}, made.text  # there is one for all histories of a server
        drafted = self.chance.random() < 0.5
        await self._send(Ask("POST", "/v1/stories", {"title": "History", "status": "draft" if drafted else "live"}))
        for _ in range(self.chance.randrange(8) if drafted else 0):
            await self.step()
        if drafted:
            await self._send(self.change_story(status="live"))
        for _ in range(self.chance.randrange(6)):
            await self.step()

    async def step(self) -> None:
        """Let one more thing happen."""
        possible = [operation for operation in self.operations if self._subjects(operation)]
        (operation,) = self.chance.choices(possible, [operation.weight for operation in possible])
        if await self._send(operation.ask(self, self.chance.choice(self._subjects(operation)))):
            self.performed.add(operation.name)

    async def end(self, title: str) -> None:
        """The last change, once nothing is due any more: a title by which readers know that they have everything."""
        while (due := self._due()) is not None:
            await asyncio.sleep(LOOK_SECONDS)  # what is due comes by the clock of the server
            await self._send(Ask("GET", f"/v1/newsroom/stories/{self.story_id}{due}", {}))
        await self._send(self.change_story(title=title))

    def change_story(self, **fields: Any) -> Ask:
        """A change of the story's own fields."""
        return Ask("PATCH", f"/v1/stories/{self.story_id}", fields)

    def furnish(self, part: str, items: list[Json]) -> Ask:
        """Exactly these pins or key points."""
        return Ask("PUT", f"/v1/stories/{self.story_id}/{part}", {"items": items})

    def on_entries(self, method: str, ending: str, **body: Any) -> Ask:
        """A call about the story's entries."""
        return Ask(method, f"/v1/stories/{self.story_id}/entries{ending}", body)

    def change_entry(self, entry: Json, **fields: Any) -> Ask:
        """A change of the entry's fields."""
        return self.on_entries("PATCH", f"/{entry['id']}", **fields)

    def act(self, entry: Json, action: str, **body: Any) -> Ask:
        """An action on an entry."""
        return self.on_entries("POST", f"/{entry['id']}/{action}", **body)

    def comment(self, **fields: Any) -> Ask:
        """A reader's comment."""
        return Ask("POST", f"/v1/stories/{self.story_id}/comments", {"name": "Ann", **fields})

    def moderate(self, action: str) -> Ask:
        """A decision about one of the comments that were sent."""
        return Ask("POST", f"/v1/newsroom/comments/{self.chance.choice(self.comments)}/{action}", {})

    def _due(self) -> str | None:
        """The end of the newsroom's path to something the clock has yet to do; None when there is nothing."""
        if any(pin["until"] is not None for pin in self.story["pinned"]):
            return ""
        return next((f"/entries/{entry['id']}" for entry in self.entries.values() if _is_due(entry)), None)

    def _subjects(self, operation: Operation) -> list[Json]:
        known = [self.story] if operation.on == "story" else list(self.entries.values())
        return [subject for subject in known if operation.when(self, subject)]

    async def _send(self, ask: Ask) -> bool:
        """Tell the newsroom, and keep what it answers; False if it refused for a good reason."""
        headers = {"If-Match": "*"} if ask.method == "PATCH" else {}
        answer = await self.admin.request(ask.method, ask.path, json=ask.body or None, headers=headers)
        self.done.append(f"{ask.method} {ask.path} {ask.body} -> {answer.status_code}")
        if answer.status_code in {404, 409, 410, 422} and _reasons(answer.json()) & _GOOD_REASONS:
            return False
        assert answer.status_code in {200, 201, 202}, f"{self.done}\n{answer.text}"
        told = answer.json()
        if told.get("confirm"):  # the first of two steps
            assert await self._send(Ask("POST", "/v1/newsroom/purge/confirm", {"confirm": told["confirm"]}))
            told = (await self.admin.get(f"/v1/newsroom/stories/{told['story']}/entries/{told['entry']}")).json()
        if "places" not in told:
            self._keep(told)
        return True

    def _keep(self, told: Json) -> None:
        if "receipt" in told:
            self.comments.append(told["id"])
            return
        if "flags" in told:  # a comment, as its moderators see it
            return
        if "items" in told:
            for result in told["items"]:
                assert result["status"] in {201, 202}, result
                self._keep(result["entry"])
        elif "story" in told:
            self.entries[told["id"]] = told
        else:
            self.story = told


def _is_due(entry: Json) -> bool:
    is_public = entry["status"] in {"published", "retracted"}
    waiting = entry["working"] if is_public else entry
    return (waiting or {}).get("status") == "scheduled" or (is_public and entry["expires_at"] is not None)


def _reasons(problem: Json) -> set[str]:
    return {problem["code"], *(error["code"] for error in problem.get("errors", []))}


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
