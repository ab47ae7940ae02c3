"""What readers see of comments: once approved and not before, counted, page by page, gone with what they are under."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from sqlalchemy import text

from app.domain.clock import Micros
from app.jobs.comment_counts import show_counts
from tests.api.routes.comments.sending import decide, read, send
from tests.api.server import Server

pytestmark = pytest.mark.anyio


async def test_a_comment_is_seen_once_it_is_approved_and_not_before(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    assert taken["status"] == "pending"
    assert await read(site, story) == []
    await decide(site, taken["id"], "approve")
    (seen,) = await read(site, story)
    assert {**seen, "time": None} == {
        "id": taken["id"], "entry": None, "parent": None, "name": "Ann", "text": "Which districts are missing?",
        "time": None, "by_newsroom": False, "children": [], "child_count": 0,
    }  # fmt: skip


async def test_the_page_shows_no_form_while_nobody_reads_what_waits(site: Server) -> None:
    story = await site.story()
    page, ago = f"/stories/{story['slug']}", 25 * 3_600 * 1_000_000
    first = await send(site, story["id"])
    assert 'class="reply"' in (await site.client.get(page)).text
    with site.app_state.newsroom.database.transaction() as tx:
        tx.connection.execute(text("UPDATE comments SET created_at = created_at - :ago"), {"ago": ago})
    draft = {"name": "Bo", "text": "Anybody there?"}
    refused = await site.client.post(f"/v1/stories/{story['id']}/comments", json=draft)
    assert refused.json()["code"] == "comments_unattended"

    async def wait_for_form(*, shown: bool) -> None:
        async with asyncio.timeout(20):
            while ('class="reply"' in (await site.client.get(page)).text) is not shown:  # noqa: ASYNC110 - a page tells nobody that it has changed
                await asyncio.sleep(0.05)  # each look draws a whole page, which others of this machine wait for

    await wait_for_form(shown=False)
    await decide(site, first["id"], "approve")
    await wait_for_form(shown=True)
    await send(site, story["id"], "Thank you.")


async def test_what_is_taken_away_is_gone_at_once_with_what_is_under_it(site: Server) -> None:
    story = (await site.story())["id"]
    above = await send(site, story)
    await decide(site, above["id"], "approve")
    below = await send(site, story, "Two are.", parent=above["id"])
    await decide(site, below["id"], "approve")
    (seen,) = await read(site, story)
    assert [child["text"] for child in seen["children"]] == ["Two are."]
    await decide(site, above["id"], "remove", note="They asked us to.")
    assert await read(site, story) == []
    await decide(site, above["id"], "approve")
    (seen,) = await read(site, story)
    assert seen["child_count"] == 1


async def test_numbers_stand_beside_the_items_and_never_in_them(site: Server) -> None:
    story = (await site.story())["id"]
    entry = await site.post(story)
    await decide(site, (await send(site, story, entry=entry["id"]))["id"], "approve")
    await site.app_state.hub.stories.reconcile()
    state = (await site.client.get(f"/v1/stories/{story}")).json()
    assert (state["comment_count"], state["comment_counts"]) == (1, {entry["id"]: 1})
    assert not [name for name in state["timeline"]["items"][0] if "comment" in name]
    page = (await site.client.get(f"/v1/stories/{story}/entries")).json()
    assert page["comment_counts"] == {entry["id"]: 1}
    changes = (await site.client.get(f"/v1/stories/{story}/changes?after=0")).json()
    assert changes["comment_count"] == 1
    assert "comment_count" not in str(changes["events"])
    one = (await site.client.get(f"/v1/stories/{story}/entries/{entry['id']}")).json()
    assert not [name for name in one if "comment" in name]
    (listed,) = (await site.client.get("/v1/stories")).json()["items"]
    assert listed["comment_count"] == 1


async def test_numbers_are_those_of_what_readers_see_whatever_goes_and_comes_back(site: Server) -> None:
    story = (await site.story())["id"]
    first, second = await site.post(story), await site.post(story)
    sent = {}
    for name, entry in (("of the story", None), ("one", first), ("two", first), ("other", second)):
        sent[name] = (await send(site, story, name, **({} if entry is None else {"entry": entry["id"]})))["id"]
        await decide(site, sent[name], "approve")
    under = (await send(site, story, "under", parent=sent["two"]))["id"]
    await decide(site, under, "approve")

    rounds = itertools.count(1)

    async def told() -> tuple[int, int, dict[str, int]]:
        """What a reader is told once the ten seconds between two numbers are over."""
        later = Micros(site.app_state.newsroom.clock() + next(rounds) * 60_000_000)
        await asyncio.to_thread(show_counts, site.app_state.newsroom.database, later)
        await site.app_state.hub.stories.reconcile()
        state = (await site.client.get(f"/v1/stories/{story}")).json()
        page = (await site.client.get(f"/v1/stories/{story}/entries")).json()
        listed = (await site.client.get("/v1/stories?limit=5")).json()["items"][0]  # a page that is not cached
        assert page["comment_counts"] == state["comment_counts"]
        return listed["comment_count"], state["comment_count"], state["comment_counts"]

    assert await told() == (5, 5, {first["id"]: 3, second["id"]: 1})
    await decide(site, sent["two"], "remove")  # with what is under it
    assert await told() == (3, 3, {first["id"]: 1, second["id"]: 1})
    await site.act("unpublish", second)
    assert await told() == (2, 2, {first["id"]: 1})
    await site.act("publish", second)
    assert await told() == (3, 3, {first["id"]: 1, second["id"]: 1})
    for comments, total in (
        ({"mode": "external", "url": "https://talk.example/1", "count": 12}, 12),
        ({"mode": "external", "url": "https://talk.example/1", "count": 13}, 13),
        ({"mode": "moderated"}, 3),
    ):
        change = {"settings": {"comments": comments}}
        reply = await site.admin.patch(f"/v1/stories/{story}", json=change, headers={"if-match": "*"})
        assert reply.is_success, reply.text
        assert (await told())[:2] == (total, total)


async def test_a_new_number_is_another_etag_though_the_head_is_the_same(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    before = await site.client.get(f"/v1/stories/{story}")
    await decide(site, taken["id"], "approve")
    await site.app_state.hub.stories.reconcile()
    after = await site.client.get(f"/v1/stories/{story}", headers={"if-none-match": before.headers["etag"]})
    assert (after.status_code, after.json()["head"]) == (200, before.json()["head"])
    assert after.headers["etag"] != before.headers["etag"]


async def test_the_number_changes_once_in_ten_seconds_however_much_is_approved(site: Server) -> None:
    story = (await site.story())["id"]
    for number in range(3):
        await decide(site, (await send(site, story, f"Comment {number}"))["id"], "approve")
    await site.app_state.hub.stories.reconcile()
    state = (await site.client.get(f"/v1/stories/{story}")).json()
    assert state["comment_count"] == 1  # the first was told at once, the others wait for their time
    assert len(await read(site, story)) == 3


async def test_comments_of_an_entry_go_with_it_and_come_back_with_it(site: Server) -> None:
    story = (await site.story())["id"]
    entry = await site.post(story)
    await decide(site, (await send(site, story, entry=entry["id"]))["id"], "approve")
    await site.act("unpublish", entry)
    assert await read(site, story) == []
    gone = await site.client.get(f"/v1/stories/{story}/comments?entry={entry['id']}")
    assert (gone.status_code, gone.json()["code"]) == (410, "entry_gone")
    await site.act("publish", entry)
    assert len(await read(site, story, entry=entry["id"])) == 1


async def test_comments_of_a_withdrawn_story_are_gone(site: Server) -> None:
    story = (await site.story())["id"]
    await decide(site, (await send(site, story))["id"], "approve")
    await site.admin.patch(f"/v1/stories/{story}", json={"status": "withdrawn"}, headers={"if-match": "*"})
    assert (await site.client.get(f"/v1/stories/{story}/comments")).status_code == 410


async def test_pages_of_comments_go_in_either_order_without_a_gap(site: Server) -> None:
    story = (await site.story())["id"]
    for number in range(5):
        await decide(site, (await send(site, story, f"Number {number}"))["id"], "approve")
    for order in ("newest", "oldest"):
        url: str | None = f"/v1/stories/{story}/comments?limit=2&order={order}"
        found = []
        while url is not None:
            page = (await site.client.get(url)).json()
            found += [item["text"] for item in page["items"]]
            url = page["next"]
        expected = [f"Number {number}" for number in range(5)]
        assert found == (expected if order == "oldest" else expected[::-1])
