"""What of an entry in each of its states is to be seen at each address, by readers and by the newsroom.

`-`: nothing, neither its id nor a word of it. `id`: its id and no word. `out`: the words it went out with. `struck`:
these, struck through. `aside`: these and those of its working revision; `edit`: those alone. A number: the status.
`.`: what cannot come about.
"""

from __future__ import annotations

import asyncio
import html
import uuid

import pytest

from tests.api.peers import connected
from tests.contracts.house import CALLERS, OUTSIDE_OF_IT, House
from tests.contracts.states import ENTRY_STATES
from tests.contracts.tables import Row, read_table

pytestmark = pytest.mark.anyio

READERS = """
draft submitted rejected scheduled held published edited retracted unpublished expired removed
GET /v1/stories/{story}                                      - - - - - out out struck - - -
GET /v1/stories/{story}/entries                              - - - - - out out struck - - -
GET /v1/stories/{story}/entries/{entry}                      404 404 404 404 404 out out struck 410 410 410
GET /v1/stories/{story}/changes?after=0                      - - - - - out out struck id id id
GET /v1/stories/{story}/corrections                          - - - - - - - id - - -
GET /v1/stories/{story}/events?after=0                       - - - - - out out struck id id id
GET /stories/{slug}                                          - - - - - out out struck - - -
GET /stories/{slug}/fragment                                 - - - - - out out struck - - -
GET /v1/stories/{story}/structured-data                      - - - - - out out id - - -
GET /stories/{slug}/entries/{entry}                          404 404 404 404 404 out out struck 410 410 410
GET /oembed?url=https://live.example/stories/{slug}/entries/{entry} 404 404 404 404 404 out out id 410 410 410
GET /sitemaps/stories-1.xml                                  - - - - - - - - - - -
GET /stories/{slug}/feed.atom                                - - - - - out out struck - - -
GET /stories/{slug}/feed.rss                                 - - - - - out out struck - - -
GET /stories/{slug}/feed.json                                - - - - - out out struck - - -
GET /feed.atom                                               - - - - - out out struck - - -
GET /v1/previews/{signed}                                    out out out out out out edit struck out out .
"""
"""The same for everybody. A preview is shown to whoever has the link."""

NEWSROOM = """
draft submitted rejected scheduled held published edited retracted unpublished expired removed
GET /v1/newsroom/stories/{story}/entries                     out out out out out out aside struck out out out
GET /v1/newsroom/stories/{story}/entries/{entry}             out out out out out out aside struck out out out
GET /v1/newsroom/stories/{story}/entries/{entry}/versions    out out out out out out aside out out out out
GET /v1/newsroom/search words                                out out out out out out aside struck out out -
GET /v1/newsroom/search aside                                - - - - - - aside - - - -
GET /v1/newsroom/stories/{story}                             - - - - - - - - - - -
"""
"""For everybody but BOUND and ABROAD, who find no story there."""


@pytest.mark.parametrize("state", ENTRY_STATES)
async def test_readers_see_of_an_entry_what_the_table_says(house: House, state: str) -> None:
    for row, cells in read_table(READERS).items():
        if cells[state] == ".":
            continue
        await house.prepare(row, entry=state)
        if row.action == "events?after=0":
            assert seen(house, 200, await events(house, house.path(row))) == cells[state], row
            continue
        for caller in ("NOBODY", *CALLERS):
            reply = await house.ask(caller, row)
            assert seen(house, reply.status_code, reply.text) == cells[state], (row, caller, reply.text)


@pytest.mark.parametrize("state", ENTRY_STATES)
async def test_the_newsroom_sees_of_an_entry_what_the_table_says(house: House, state: str) -> None:
    for row, cells in read_table(NEWSROOM).items():
        await house.prepare(row, entry=state)
        query = {"words": house.refs["word"], "aside": house.refs["aside"]}.get(row.variant)
        for caller in CALLERS:
            reply = await house.ask(caller, row, query=None if query is None else {"q": query})
            expected = cells[state]
            if caller in OUTSIDE_OF_IT:
                expected = "-" if row.variant else "404"
            assert seen(house, reply.status_code, reply.text) == expected, (row, caller, reply.text)


HIDDEN = ("draft", "submitted", "rejected", "scheduled", "held")


@pytest.mark.parametrize("state", HIDDEN)
async def test_an_entry_that_is_not_public_is_byte_for_byte_one_that_does_not_exist(house: House, state: str) -> None:
    row = Row("GET", "/v1/stories/{story}/entries/{entry}")
    await house.prepare(row, entry=state)
    hidden, unknown = house.refs["entry"], str(uuid.uuid4())
    for path in (
        row.path,
        "/v1/stories/{story}/entries?around={entry}",
        "/stories/{slug}?entry={entry}",
        "/stories/{slug}/entries/{entry}",
        "/oembed?url=https://live.example/stories/{slug}/entries/{entry}",
        "/v1/stories/{story}/entries/{entry}?body=blocks",
    ):
        answers = []
        for entry in (hidden, unknown):
            reply = await house.ask("NOBODY", Row("GET", path.replace("{entry}", entry)))
            headers = sorted((name, value.replace(entry.encode(), b"?")) for name, value in reply.headers.raw)
            answers.append((reply.status_code, reply.content.replace(entry.encode(), b"?"), headers))
        assert answers[0] == answers[1], path


IN_THE_DARK = """
POST   /v1/stories/{story}/entries/{entry}/submit
POST   /v1/stories/{story}/entries/{entry}/return
PATCH  /v1/stories/{story}/entries/{entry}
POST   /v1/stories/{story}/entries/{entry}/schedule
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview
POST   /v1/stories/{story}/entries/{entry}/cancel
POST   /v1/stories/{story}/entries/{entry}/submit
POST   /v1/stories/{story}/entries/{entry}/reject
DELETE /v1/stories/{story}/entries/{entry}
"""
"""What is done one after the other to an entry that nobody has seen."""


async def test_nothing_that_is_done_to_what_is_hidden_changes_a_byte_or_a_header(house: House) -> None:
    await house.prepare(Row("GET", "/v1/stories/{story}"), entry="draft")
    readers = [row for row in read_table(READERS) if "signed" not in row.path and "events" not in row.path]

    async def everything() -> list[object]:
        replies = [await house.ask("NOBODY", row) for row in readers]
        return [(reply.status_code, reply.content, sorted(reply.headers.raw)) for reply in replies]

    before = await everything()
    for line in IN_THE_DARK.strip().splitlines():
        method, path = line.split()
        reply = await house.ask("ADMIN", Row(method, path), keep=True)
        assert reply.is_success, (line, reply.text)
        assert await everything() == before, line


def seen(house: House, status: int, body: str) -> str:
    """What an answer shows of the entry, in the table's words."""
    if status != 200:
        return str(status)
    body = html.unescape(body) if body.startswith("<?xml") else body
    word, aside = house.refs["word"] in body, house.refs["aside"] in body
    if f"<s>{house.refs['word']}</s>" in body:
        return "struck"
    if word or aside:
        return "aside" if word and aside else "out" if word else "edit"
    return "id" if house.refs["entry"] in body else "-"


async def events(house: House, path: str) -> str:
    """What an event stream brings up to the present."""
    async with connected(house.server, "http", path) as peer:
        text = ""
        async with asyncio.timeout(5):
            while '"caught_up"' not in text:
                message = await peer.next()
                text += message.get("body", b"").decode()
        return text
