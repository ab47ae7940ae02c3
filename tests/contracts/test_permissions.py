"""What an entry's `can` lists is what the routes accept, for everybody, in every state of the entry and of its story.

The list is read from the entry as each caller is shown it; then every action is tried, listed or not, over HTTP.
"""

from __future__ import annotations

import pytest

from app.domain.entry import EntryStatus
from app.domain.permissions import Extra
from app.domain.statuses import BY_THE_CLOCK, Action
from app.wire.shapes.newsroom import EDITOR_CAN
from tests.contracts.house import House
from tests.contracts.states import BODIES, ENTRY_STATES, FAR, STORY_STATES
from tests.contracts.tables import Row

pytestmark = pytest.mark.anyio

ENTRY = "/v1/stories/{story}/entries/{entry}"
READ = Row("GET", "/v1/newsroom/stories/{story}/entries/{entry}")
ROUTES = {
    "edit": Row("PATCH", ENTRY),
    "correct": Row("POST", f"{ENTRY}/corrections"),
    **{
        name: Row("POST", f"{ENTRY}/{name}")
        for name in ("submit", "return", "reject", "publish", "schedule", "cancel", "discard", "unpublish")
    },
    **{name: Row("POST", f"{ENTRY}/{name}") for name in ("retract", "reinstate", "move", "remove")},
    "pin": Row("PUT", "/v1/stories/{story}/pinned", "it"),
    "set_expiry": Row("PATCH", ENTRY, "set_expiry"),
    "reschedule": Row("PATCH", ENTRY, "reschedule"),
    "preview": Row("POST", "/v1/newsroom/stories/{story}/entries/{entry}/preview"),
}
TIMES = {"set_expiry": {"expires_at": "2127-01-01T00:00:00Z"}, "reschedule": {"publish_at": "2126-06-01T00:00:00Z"}}
WHO = ("READ", "OTHER", "OWN", "MEMBER", "EDITOR", "ADMIN")

IN_EVERY_STORY = ("draft", "published", "retracted", "scheduled", "edited")
"""What an entry is in a story of each state: among them all that a story's state decides otherwise in each."""


async def test_every_action_has_a_route_here() -> None:
    asked_for = {action.value for action in Action if action is not Action.CREATE and action not in BY_THE_CLOCK}
    assert set(ROUTES) == asked_for | {extra.value for extra in Extra}
    assert FAR < TIMES["reschedule"]["publish_at"] < TIMES["set_expiry"]["expires_at"]


@pytest.mark.parametrize("story", ["live", "reviewed"])
@pytest.mark.parametrize("state", ENTRY_STATES)
async def test_what_is_listed_is_accepted_and_the_rest_refused(house: House, story: str, state: str) -> None:
    assert await _wrong(house, story, state, WHO) == []


@pytest.mark.parametrize("story", [state for state in STORY_STATES if state not in {"live", "reviewed"}])
@pytest.mark.parametrize("state", IN_EVERY_STORY)
async def test_a_storys_state_counts_too(house: House, story: str, state: str) -> None:
    if (story, state) in {("draft", "retracted"), ("scheduled", "retracted")}:
        return  # what is in no public story cannot be retracted
    who = ("MEMBER", "ADMIN") if story == "members" else ("OTHER", "OWN", "EDITOR")
    assert await _wrong(house, story, state, who) == []


async def test_the_examples_say_what_is_so(house: House) -> None:
    shown = {}
    for status in EntryStatus:
        await house.prepare(READ, entry=status.value)
        shown[status.value] = (await house.ask("EDITOR", READ)).json()["can"]
    assert shown == EDITOR_CAN


@pytest.mark.parametrize("caller", ["OWN", "OTHER", "MEMBER", "EDITOR"])
async def test_every_shape_of_an_entry_says_the_same(house: House, caller: str) -> None:
    await house.prepare(READ)
    alone = (await house.ask(caller, READ)).json()["can"]
    listed = await house.ask(caller, Row("GET", "/v1/newsroom/stories/{story}/entries"))
    found = await house.ask(caller, Row("GET", "/v1/newsroom/search"), query={"q": house.refs["word"]})
    listed_cans = [item["can"] for item in listed.json()["items"] if item["id"] == house.refs["entry"]]
    found_cans = [item["entry"]["can"] for item in found.json()["items"]]
    assert (listed_cans, found_cans) == ([alone], [alone])


@pytest.mark.parametrize("caller", ["OWN", "EDITOR"])
async def test_an_answer_to_a_write_says_what_can_be_done_next(house: House, caller: str) -> None:
    await house.prepare(READ, entry="draft")
    for action in ("submit", "publish", "unpublish", "edit"):
        row = ROUTES[action]
        said = (await house.ask(caller, row, body=BODIES.get(row.name, {}), keep=True)).json()["can"]
        assert said == (await house.ask(caller, READ)).json()["can"], action
    batch = Row("POST", "/v1/stories/{story}/entries:batch")
    items = (await house.ask(caller, batch, keep=True)).json()["items"]
    created = (await house.ask(caller, Row("POST", "/v1/stories/{story}/entries"))).json()
    assert items[0]["entry"]["can"] == created["can"]
    assert {"edit", "retract"} <= set(created["can"])


async def _wrong(house: House, story: str, state: str, callers: tuple[str, ...]) -> list[str]:
    wrong = []
    for caller in callers:
        await house.prepare(READ, story=story, entry=state)
        listed = (await house.ask(caller, READ)).json()["can"]
        for action, row in ROUTES.items():
            await house.prepare(row, story=story, entry=state)
            reply = await house.ask(caller, row, body=TIMES.get(action, BODIES.get(row.name, {})))
            if reply.is_success is not (action in listed):
                wrong.append(f"{caller}: {action}, {listed}: {reply.status_code} {reply.text}")
    return wrong
