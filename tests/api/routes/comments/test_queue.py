"""The moderators' queue over HTTP: in either order, counted, and never decided about over a colleague's head."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.comments import REASONS
from tests.api.routes.comments.sending import decide, send
from tests.api.server import Server

pytestmark = pytest.mark.anyio


async def queue(site: Server, **query: Any) -> dict[str, Any]:
    """The first page of the queue, as the operator sees it."""
    reply = await site.admin.get("/v1/newsroom/comments", params=query)
    assert reply.status_code == 200, reply.text
    page: dict[str, Any] = reply.json()
    return page


async def status_of(site: Server, comment: str) -> str:
    """What has been decided about a comment."""
    read: str = (await site.admin.get(f"/v1/newsroom/comments/{comment}")).json()["status"]
    return read


async def test_the_queue_is_read_from_its_oldest_to_its_newest_without_a_gap(site: Server) -> None:
    story = (await site.story())["id"]
    sent = [(await send(site, story, f"Number {number}"))["id"] for number in range(5)]
    seen: list[str] = []
    position = None
    while True:
        more: dict[str, str] = {} if position is None else {"position": position}
        page = await queue(site, order="oldest", limit=2, **more)
        seen += [item["id"] for item in page["items"]]
        if (position := page["next"]) is None:
            break
    assert seen == sent
    assert [item["id"] for item in (await queue(site))["items"]] == sent[::-1]


async def test_the_queue_says_how_many_wait_in_which_story_and_counts_those_of_one_alone(site: Server) -> None:
    quiet, busy = (await site.story())["id"], (await site.story())["id"]
    shown = await send(site, quiet, "One.")
    for text in ("Two.", "Three.", "Four."):
        await send(site, busy, text)
    await decide(site, shown["id"], "approve")
    await send(site, quiet, "Five.")
    page = await queue(site)
    assert [(each["story"], each["pending"]) for each in page["stories"]] == [(busy, 3), (quiet, 1)]
    assert page["counts"] == {"pending": 4, "approved": 1}
    assert (await queue(site, story=quiet))["counts"] == {"pending": 1, "approved": 1}
    assert page["reasons"] == REASONS


async def test_what_was_reported_or_objected_to_is_listed_and_counted_until_somebody_decides(site: Server) -> None:
    story = (await site.story())["id"]
    shown, refused, other = [await send(site, story, text) for text in ("One.", "Two http://a.example", "Three.")]
    await decide(site, shown["id"], "approve")
    await decide(site, refused["id"], "reject", reason="off_topic")
    notice = {"category": "illegal", "text": "It names a witness."}
    await site.client.post(f"/v1/stories/{story}/comments/{shown['id']}/reports", json=notice)
    receipt = refused["receipt"].rpartition("/")[2]
    await site.client.post(f"/v1/receipts/{receipt}/appeal", json={"text": "It is about it."})
    page = await queue(site)
    assert (page["reported"], page["appealed"]) == (1, 1)
    (reported,) = (await queue(site, reported=True))["items"]
    (appealed,) = (await queue(site, appealed=True))["items"]
    assert (reported["id"], appealed["id"]) == (shown["id"], refused["id"])
    assert (appealed["links"], reported["links"]) == (1, 0)
    await decide(site, shown["id"], "remove", reason="illegal")
    await decide(site, refused["id"], "approve")
    page = await queue(site)
    assert (page["reported"], page["appealed"]) == (0, 0)
    assert [item["id"] for item in (await queue(site, status="pending"))["items"]] == [other["id"]]


async def test_the_queue_names_who_decided_as_colleagues_know_them(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    person = (await site.admin.post("/v1/newsroom/people", json={"name": "Ada", "role": "editor"})).json()["id"]
    made = await site.admin.post("/v1/newsroom/tokens", json={"label": "desk", "person": person})
    headers = {"authorization": f"Bearer {made.json()['token']}"}
    await site.client.post(f"/v1/newsroom/comments/{taken['id']}/approve", headers=headers, json={})
    (item,) = (await queue(site))["items"]
    assert (item["decided_by"], item["decided_by_name"]) == (person, "Ada")


async def test_who_decides_late_about_what_they_have_seen_overwrites_nobody(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    url = f"/v1/newsroom/comments/{taken['id']}"
    seen = (await site.admin.get(url)).headers["etag"]
    assert (await decide(site, taken["id"], "reject", reason="hate"))["version"] == 2
    for action in ("approve", "entry"):
        late = await site.admin.post(f"{url}/{action}", headers={"if-match": seen}, json={})
        assert (late.status_code, late.json()["code"], late.json()["current_etag"]) == (412, "stale", '"v2"')
    assert await status_of(site, taken["id"]) == "rejected"
    knowingly = await site.admin.post(f"{url}/approve", headers={"if-match": '"v2"'}, json={})
    assert knowingly.status_code == 200


async def test_of_many_only_those_are_decided_about_that_are_as_they_were_seen(site: Server) -> None:
    story = (await site.story())["id"]
    first, second, third = [(await send(site, story, text))["id"] for text in ("One.", "Two.", "Three.")]
    await decide(site, second, "spam")
    body = {"action": "approve", "comments": [first, second, third], "versions": {first: 1, second: 1}}
    reply = (await site.admin.post("/v1/newsroom/comments:batch", json=body)).json()
    assert [item["status"] for item in reply["items"]] == [200, 412, 200]
    assert (reply["items"][1]["problem"]["code"], await status_of(site, second)) == ("stale", "spam")


async def test_who_sets_hold_words_late_overwrites_no_other_list(site: Server) -> None:
    url = "/v1/newsroom/hold-words"
    seen = (await site.admin.get(url)).headers["etag"]
    assert (await site.admin.put(url, headers={"if-match": seen}, json={"words": ["lottery"]})).status_code == 200
    late = await site.admin.put(url, headers={"if-match": seen}, json={"words": ["casino"]})
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert (await site.admin.get(url)).json() == {"words": ["lottery"]}
    now = late.json()["current_etag"]
    assert (await site.admin.put(url, headers={"if-match": now}, json={"words": ["casino"]})).status_code == 200
