"""What an entry's `can` lists is what the routes accept, for everybody, in every state of the entry and of its story.

The list is read from the entry as each caller is shown it. What is accepted of an entry in each of its states is in the
table of rights, which test_rights_by_entry.py holds to the routes; in stories of other states, every action is tried
over HTTP, listed or not.
"""

from __future__ import annotations

import pytest

from app.domain.entry import EntryStatus
from app.domain.permissions import Extra
from app.domain.statuses import BY_THE_CLOCK, Action
from app.wire.shapes.newsroom import EDITOR_CAN
from tests.contracts.house import House
from tests.contracts.rights import STORIES, WHO, cell_by_entry
from tests.contracts.states import BODIES, ENTRY_STATES, FAR, IMPOSSIBLE
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

IN_EVERY_STORY = ("draft", "published", "retracted", "scheduled", "edited")
"""What an entry is in a story of each state: among them all that a story's state decides otherwise in each."""


async def test_every_action_has_a_route_here() -> None:
    asked_for = {action.value for action in Action if action is not Action.CREATE and action not in BY_THE_CLOCK}
    assert set(ROUTES) == asked_for | {extra.value for extra in Extra}
    reschedule, set_expiry = (BODIES[ROUTES[name].name] for name in ("reschedule", "set_expiry"))
    assert FAR < reschedule["publish_at"] < set_expiry["expires_at"]


@pytest.mark.parametrize("state", ENTRY_STATES)
@pytest.mark.parametrize("caller", WHO)
@pytest.mark.parametrize("story", ["live", "reviewed"])
async def test_what_is_listed_is_what_the_table_accepts(house: House, story: str, caller: str, state: str) -> None:
    await house.prepare(READ, story=story, entry=state)
    accepted = {name for name, row in ROUTES.items() if cell_by_entry(row, caller, state, story=story) < "300"}
    listed = (await house.ask(caller, READ)).json()["can"]
    assert (set(listed), len(listed)) == (accepted, len(accepted))


@pytest.mark.parametrize("story", [state for state in STORIES if state != "live"])
@pytest.mark.parametrize("state", IN_EVERY_STORY)
async def test_a_storys_state_counts_too(house: House, story: str, state: str) -> None:
    if (story, state) in IMPOSSIBLE:
        return
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
            reply = await house.ask(caller, row, body=BODIES.get(row.name, {}))
            if reply.is_success is not (action in listed):
                wrong.append(f"{caller}: {action}, {listed}: {reply.status_code} {reply.text}")
    return wrong
