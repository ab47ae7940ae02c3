"""Entries over HTTP: the query is checked, pages keep it, what is gone says so, what is hidden says nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

UNKNOWN = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"


async def walk(server: Server, path: str) -> list[str]:
    """List the ids on all pages, by following `next`."""
    found: list[str] = []
    url: str | None = path
    while url is not None:
        page = (await server.client.get(url)).json()
        found += [entry["id"] for entry in page["items"]]
        url = page["next"]
        assert len(found) < 500
    return found


async def test_pages_are_walked_by_their_urls_in_every_order_and_filter(server: Server) -> None:
    story = await server.story()
    posted = [await server.post(story["id"], key_event=number % 3 == 0) for number in range(25)]
    ids = [entry["id"] for entry in posted]
    keys = [entry["id"] for entry in posted if entry["key_event"]]
    ref = f"/v1/stories/{story['slug']}/entries"
    assert await walk(server, ref) == ids[::-1]
    assert await walk(server, f"{ref}?limit=4") == ids[::-1]
    assert await walk(server, f"{ref}?order=oldest&limit=4") == ids
    assert await walk(server, f"{ref}?limit=2&key_event=true") == keys[::-1]
    assert await walk(server, f"{ref}?limit=2&key_event=true&order=oldest&fields=id&body=both") == keys


async def test_the_next_page_has_the_shape_of_the_first(server: Server) -> None:
    story = await server.story()
    for _ in range(3):
        await server.post(story["id"], tags=[{"slug": "a-b", "label": "A & B"}])
    url = (
        f"/v1/stories/{story['id']}/entries?limit=1&body=blocks&tag=a-b&author=None%20%26&kind=update&importance=normal"
    )
    assert (await server.client.get(url)).json()["items"] == []
    page = (await server.client.get(url.replace("&author=None%20%26", ""))).json()
    following = (await server.client.get(page["next"])).json()
    assert page["items"][0].keys() == following["items"][0].keys() >= {"blocks"}
    assert len(following["items"]) == 1
    assert "tag=a-b" in following["next"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/query/limit"),
        ("limit=101", "/query/limit"),
        ("limit=many", "/query/limit"),
        (f"limit={2**63}", "/query/limit"),
        ("order=sideways", "/query/order"),
        ("kind=Update", "/query/kind"),
        ("importance=high", "/query/importance"),
        ("key_event=perhaps", "/query/key_event"),
        ("body=text", "/query/body"),
        ("fields=id,secret", "/query/fields"),
        ("position=nowhere", "/query/position"),
        ("position=" + "a" * 201, "/query/position"),
        ("tag=" + "a" * 401, "/query/tag"),
    ],
)
async def test_a_value_that_cannot_be_is_pointed_at(server: Server, query: str, pointer: str) -> None:
    story = await server.story()
    reply = await server.client.get(f"/v1/stories/{story['id']}/entries?{query}")
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid")
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert reply.headers["cache-control"] == "no-store"


async def test_hidden_and_unknown_are_the_same_bytes(server: Server) -> None:
    story, hidden = await server.story(), await server.story(status="draft")
    drafts = [await server.post(story["id"], status=status) for status in ("draft", "submitted")]
    in_hidden = await server.post(hidden["id"])

    async def answers(path: str) -> tuple[int, str, list[tuple[str, str]]]:
        reply = await server.client.get(path, headers={"x-request-id": "same"})
        return reply.status_code, re.sub(r'"instance":"[^"]*"', "", reply.text), sorted(reply.headers.multi_items())

    def fixed(answer: tuple[int, str, list[tuple[str, str]]]) -> Any:
        return answer[0], answer[1], [header for header in answer[2] if header[0] != "content-length"]

    for entry in (*drafts, in_hidden, {"id": "no-id"}):
        ref = f"/v1/stories/{story['id']}/entries"
        for query in ("", "?body=both", "?fields=id"):
            assert fixed(await answers(f"{ref}/{entry['id']}{query}")) == fixed(
                await answers(f"{ref}/{UNKNOWN}{query}")
            )
        assert fixed(await answers(f"{ref}?around={entry['id']}")) == fixed(await answers(f"{ref}?around={UNKNOWN}"))
    for rest in ("", "/entries", "/entries?limit=2", f"/entries/{in_hidden['id']}", "/changes", "/changes?after=0"):
        for ref in (hidden["id"], hidden["slug"]):
            found = fixed(await answers(f"/v1/stories/{ref}{rest}"))
            assert found == fixed(await answers(f"/v1/stories/{UNKNOWN}{rest}"))
            assert found[0] == 404


async def test_an_entry_that_was_public_is_gone_with_the_cause(server: Server) -> None:
    story = await server.story()
    for action, cause in (("unpublish", "unpublished"), ("remove", "removed")):
        entry = await server.post(story["id"], "Take this back.")
        await server.act(action, entry)
        for path in (f"entries/{entry['id']}", f"entries?around={entry['id']}"):
            reply = await server.client.get(f"/v1/stories/{story['id']}/{path}")
            problem = reply.json()
            assert (reply.status_code, problem["code"], problem["cause"]) == (410, "entry_gone", cause)
            assert reply.headers["cache-control"] == "no-store"
            assert "Take this back" not in reply.text


async def test_a_retracted_entry_opens_with_the_reason_in_every_form(server: Server) -> None:
    story = await server.story()
    entry = await server.post(story["id"], "Wrong.")
    await server.act("retract", entry, reason="It never happened.")
    found = (await server.client.get(f"/v1/stories/{story['id']}/entries/{entry['id']}?body=both")).json()
    assert found["status"] == "retracted"
    assert found["body_html"].index("It never happened.") < found["body_html"].index("<s>Wrong.</s>")


async def test_fields_name_exactly_what_is_sent(server: Server) -> None:
    story = await server.story()
    entry = await server.post(story["id"], "Polls *have* closed.")
    ref = f"/v1/stories/{story['id']}/entries"
    assert (await server.client.get(f"{ref}/{entry['id']}?fields=body_text,id")).json() == {
        "id": entry["id"],
        "body_text": "Polls have closed.",
    }
    page = (await server.client.get(f"{ref}?fields=revision")).json()
    assert page["items"] == [{"revision": 1}]


async def test_a_filter_is_read_once_for_all_its_readers_and_anew_when_the_story_has_moved(server: Server) -> None:
    story = await server.story()
    secret = await server.post(story["id"], text="SECRET", kind="summary")
    url = f"/v1/stories/{story['id']}/entries?kind=summary&body=both"

    async def builds() -> int:
        lines = (await server.admin.get("/metrics")).text.splitlines()
        return sum(int(line.split()[-1]) for line in lines if line.startswith("liveblog_representation_builds_total"))

    before = await builds()
    answers = [await server.client.get(url) for _ in range(20)]
    assert await builds() == before + 1
    assert len({answer.content for answer in answers}) == 1
    assert "SECRET" in answers[0].text
    tag = {"if-none-match": answers[0].headers["etag"]}
    assert (await server.client.get(url, headers=tag)).status_code == 304
    removed = await server.admin.delete(f"/v1/stories/{story['id']}/entries/{secret['id']}", headers={"if-match": "*"})
    assert removed.status_code == 200
    answer = await server.client.get(url, headers=tag)
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert await builds() == before + 2
