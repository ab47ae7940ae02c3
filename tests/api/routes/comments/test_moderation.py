"""The newsroom decides about comments and notices, and their senders are told; persons are blocked and forgotten."""

from __future__ import annotations

import asyncio
import threading
import uuid

import pytest

from app.domain.errors import Unavailable
from tests.api.routes.comments.sending import ADDRESS, decide, read, send
from tests.api.server import Server

pytestmark = pytest.mark.anyio


async def test_a_receipt_tells_its_writer_what_was_decided_and_takes_one_objection(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    receipt = taken["receipt"]
    assert (await site.client.get(receipt)).json()["status"] == "pending"
    await decide(site, taken["id"], "reject", reason="off_topic", note="Hidden note")
    told = await site.client.get(receipt)
    shown = told.json()
    assert (shown["status"], shown["reason"], shown["can_appeal"]) == ("rejected", "off_topic", True)
    assert "Hidden note" not in told.text
    assert ADDRESS not in told.text
    objected = await site.client.post(f"{receipt}/appeal", json={"text": "It is about the story."})
    assert objected.json()["appeal_is_open"] is True
    again = await site.client.post(f"{receipt}/appeal", json={"text": "Really."})
    assert (again.status_code, again.json()["code"]) == (409, "appealed")
    waiting = (await site.admin.get("/v1/newsroom/comments?appealed=true")).json()["items"]
    assert [item["appeal"] for item in waiting] == ["It is about the story."]
    await decide(site, taken["id"], "approve")
    assert (await site.client.get(receipt)).json()["appeal_is_open"] is False
    forged = await site.client.get(receipt[:-1] + ("0" if receipt[-1] != "0" else "1"))
    assert (forged.status_code, forged.json()["code"]) == (404, "receipt_not_found")


async def test_a_notice_about_a_comment_reaches_the_moderators_and_its_outcome_the_sender(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    await decide(site, taken["id"], "approve")
    notice = {"category": "illegal", "text": "It names a witness.", "email": ADDRESS}
    reply = await site.client.post(f"/v1/stories/{story}/comments/{taken['id']}/reports", json=notice)
    assert reply.status_code == 202, reply.text
    (item,) = (await site.admin.get("/v1/newsroom/comments")).json()["items"]
    assert [(each["category"], each["email"]) for each in item["reports"]] == [("illegal", ADDRESS)]
    await decide(site, taken["id"], "remove", reason="illegal")
    assert (await site.client.get(f"/v1/reports/{reply.json()['id']}")).json()["outcome"] == "removed"


async def test_an_entry_is_made_of_a_comment_with_its_writer_over_it(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story, "I was *there*.\nIt burns.")
    draft = await site.admin.post(f"/v1/newsroom/comments/{taken['id']}/entry", json={})
    assert (draft.status_code, draft.json()["status"]) == (201, "draft")
    wanted = {"status": "published", "again": True}
    made = await site.admin.post(f"/v1/newsroom/comments/{taken['id']}/entry", json=wanted)
    entry = (await site.client.get(made.headers["location"])).json()
    assert entry["authors"] == [{"name": "Ann", "role": "a reader, by reply"}]
    assert "*there*" in entry["body_html"]


async def test_of_two_who_make_an_entry_of_a_comment_at_once_the_second_is_led_to_the_first(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    place, seen = f"/v1/newsroom/comments/{taken['id']}", {"if-match": '"v1"'}
    asked = [site.admin.post(f"{place}/entry", json={}, headers=headers) for headers in ({}, seen, {}, seen)]
    replies = await asyncio.gather(*asked)
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    (made,) = [reply.json() for reply in replies if reply.status_code == 201]
    for refused in (reply.json() for reply in replies if reply.status_code == 409):
        assert refused["code"] == "entry_made"
        assert made["id"] in refused["detail"]
    assert (await site.admin.get(place)).json()["made_entry"] == made["id"]
    drafts = (await site.admin.get(f"/v1/newsroom/stories/{story}/entries")).json()["items"]
    assert [each["id"] for each in drafts] == [made["id"]]
    stale = await site.admin.post(f"{place}/entry", json={"again": True}, headers=seen)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    another = await site.admin.post(f"{place}/entry", json={"again": True})
    assert another.status_code == 201
    assert (await site.admin.get(place)).json()["made_entry"] == another.json()["id"] != made["id"]


async def test_many_are_decided_about_at_once_and_each_alone(site: Server) -> None:
    story = (await site.story())["id"]
    sent = [(await send(site, story, f"Number {number}"))["id"] for number in range(3)]
    await decide(site, sent[0], "reject")
    missing = str(uuid.uuid4())
    body = {"action": "reject", "comments": [*sent, missing], "reason": "duplicate"}
    reply = await site.admin.post("/v1/newsroom/comments:batch", json=body)
    assert [item["status"] for item in reply.json()["items"]] == [409, 200, 200, 404]


async def test_a_blocked_network_and_held_words(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    words = await site.admin.put("/v1/newsroom/hold-words", json={"words": ["Lottery"]})
    assert words.json() == {"words": ["lottery"]}
    await send(site, story, "Win the LOTTERY now")
    held = (await site.admin.get("/v1/newsroom/comments?flag=hold_word")).json()["items"]
    assert [item["text"] for item in held] == ["Win the LOTTERY now"]
    block = await site.admin.post("/v1/newsroom/comment-blocks", json={"comment": taken["id"], "width": "network"})
    assert block.json()["network"] == "192.0.2.0/24"
    draft = {"name": "Ann", "text": "Again."}
    refused = await site.client.post(f"/v1/stories/{story}/comments", json=draft)
    assert (refused.status_code, refused.json()["code"]) == (403, "comments_blocked")
    await site.admin.delete(f"/v1/newsroom/comment-blocks/{block.json()['id']}")
    assert (await site.client.post(f"/v1/stories/{story}/comments", json=draft)).status_code == 202


async def test_a_person_is_forgotten_on_request(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    await decide(site, taken["id"], "approve")
    erasure = {"email": ADDRESS.upper()}
    assert (await site.admin.post("/v1/newsroom/comments:erase", json=erasure)).json()["comments"] == 1
    assert (await site.admin.get(f"/v1/newsroom/comments/{taken['id']}")).json()["email"] is None
    other = await send(site, story, "Another one.")
    await decide(site, other["id"], "approve")
    await site.admin.post("/v1/newsroom/comments:erase", json={**erasure, "comments": True})
    assert [item["id"] for item in await read(site, story)] == [taken["id"]]
    erased = (await site.admin.get(f"/v1/newsroom/comments/{other['id']}")).json()
    assert (erased["text"], erased["name"], erased["email"], erased["address"]) == ("", "", None, None)


async def test_reporters_see_the_queue_without_addresses_and_may_not_decide(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    made = await site.admin.post("/v1/newsroom/tokens", json={"label": "r", "role": "reporter"})
    reporter = {"authorization": f"Bearer {made.json()['token']}"}
    seen = await site.client.get("/v1/newsroom/comments", headers=reporter)
    assert (seen.status_code, len(seen.json()["items"])) == (200, 1)
    assert ADDRESS not in seen.text
    assert "192.0.2.1" not in seen.text
    refused = await site.client.post(f"/v1/newsroom/comments/{taken['id']}/approve", headers=reporter, json={})
    assert refused.status_code == 403
    seen = await site.admin.get("/v1/newsroom/comments")
    assert ADDRESS in seen.text


async def test_what_was_sent_before_an_erasure_and_waits_to_be_stored_is_forgotten_by_it(site: Server) -> None:
    """The one writer is held meanwhile, who lets an admin's write go before a reader's."""
    story = (await site.story())["id"]
    is_held, go_on = threading.Event(), threading.Event()
    database = site.app_state.newsroom.database

    def hold() -> None:
        with database.transaction() as tx:
            if tx.connection.dialect.name == "postgresql":
                tx.connection.exec_driver_sql("LOCK TABLE comments IN SHARE ROW EXCLUSIVE MODE")
            is_held.set()
            assert go_on.wait(30)

    holding = asyncio.create_task(asyncio.to_thread(hold))
    assert await asyncio.to_thread(is_held.wait, 30)
    sending = asyncio.create_task(send(site, story))
    async with asyncio.timeout(30):
        while not await _has_waiting(site):  # noqa: ASYNC110 - the queue tells of what is in it when it is asked
            await asyncio.sleep(0.01)  # between two looks
    erasure = {"email": ADDRESS, "comments": True}
    erasing = asyncio.create_task(site.admin.post("/v1/newsroom/comments:erase", json=erasure))
    await asyncio.sleep(0.2)  # to come upon the full queue; one that comes later must forget as much
    go_on.set()
    taken = await sending
    assert (await erasing).json()["comments"] == 1
    await holding
    erased = (await site.admin.get(f"/v1/newsroom/comments/{taken['id']}")).json()
    assert (erased["text"], erased["email"], erased["status"]) == ("", None, "removed")


async def _has_waiting(site: Server) -> bool:
    """Whether a comment is in the queue of those to be stored."""
    try:
        await site.app_state.comments.writer.flush(within_seconds=0)
    except Unavailable:
        return True
    return False
