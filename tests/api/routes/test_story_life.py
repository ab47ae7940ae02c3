"""Readers' answers over HTTP for a story that is renamed, pinned, ended, withdrawn or not yet public."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

UNKNOWN = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"


async def _patch(server: Server, story: dict[str, Any], **fields: Any) -> dict[str, Any]:
    reply = await server.admin.patch(f"/v1/stories/{story['id']}", json=fields, headers={"If-Match": "*"})
    assert reply.status_code == 200, reply.text
    changed: dict[str, Any] = reply.json()
    return changed


async def _put(server: Server, path: str, items: list[dict[str, Any]]) -> int:
    return (await server.admin.put(path, json={"items": items})).status_code


async def test_a_reader_who_comes_by_an_old_name_is_sent_to_the_new_one_and_streams_just_serve(server: Server) -> None:
    story = await server.story(slug="flood")
    entry = await server.post(story["id"])
    await _patch(server, story, slug="the-flood-of-the-year")
    moved = {
        "/v1/stories/flood": "/v1/stories/the-flood-of-the-year",
        "/v1/stories/flood?body=both": "/v1/stories/the-flood-of-the-year?body=both",
        "/v1/stories/flood/entries": "/v1/stories/the-flood-of-the-year/entries",
        "/v1/stories/flood/entries?limit=2": "/v1/stories/the-flood-of-the-year/entries?limit=2",
        f"/v1/stories/flood/entries/{entry['id']}": f"/v1/stories/the-flood-of-the-year/entries/{entry['id']}",
        "/v1/stories/flood/corrections?limit=1": "/v1/stories/the-flood-of-the-year/corrections?limit=1",
        "/stories/flood": "/stories/the-flood-of-the-year",
    }
    for _ in range(2):  # from the tables, then from memory
        for old, new in moved.items():
            answer = await server.client.get(old)
            assert (answer.status_code, answer.headers["location"]) == (308, new), old
            assert (await server.client.get(new)).status_code == 200
    head = (await server.client.get(f"/v1/stories/{story['id']}")).json()["head"]
    changes = await server.client.get("/v1/stories/flood/changes")
    assert (changes.status_code, changes.json()["cursor"]) == (200, head)


async def test_a_story_that_takes_its_old_name_back_is_served_under_it_and_the_other_leads_there(
    server: Server,
) -> None:
    story = await server.story(slug="flood")
    assert (await server.client.get("/v1/stories/flood")).status_code == 200
    await _patch(server, story, slug="not-a-flood")
    assert (await server.client.get("/v1/stories/flood")).status_code == 308
    await _patch(server, story, slug="flood")
    assert (await server.client.get("/v1/stories/flood")).json()["slug"] == "flood"
    moved = await server.client.get("/v1/stories/not-a-flood")
    assert (moved.status_code, moved.headers["location"]) == (308, "/v1/stories/flood")


async def test_pinned_entries_that_are_not_on_the_page_are_included(server: Server) -> None:
    story = await server.story()
    ref = f"/v1/stories/{story['id']}"
    old, older = [await server.post(story["id"], f"Early {number}.") for number in range(2)]
    last = [await server.post(story["id"], f"Later {number}.") for number in range(21)][-1]
    assert await _put(server, f"{ref}/pinned", [{"entry": old["id"]}, {"entry": last["id"]}]) == 200
    assert await _put(server, f"{ref}/key-points", [{"text": "Know this.", "entry": older["id"]}]) == 200
    state = (await server.client.get(ref)).json()
    assert [pin["entry"] for pin in state["pinned"]] == [old["id"], last["id"]]
    assert [entry["id"] for entry in state["included"]] == [older["id"], old["id"]]
    assert state["included"][0]["body_html"] == "<p>Early 1.</p>"
    blocks = (await server.client.get(f"{ref}?body=blocks")).json()
    assert "blocks" in blocks["included"][0]
    before = (await server.client.get(ref)).headers["etag"]
    edited = await server.admin.patch(
        f"{ref}/entries/{old['id']}", json={"text": "Early, mended."}, headers={"If-Match": "*"}
    )
    assert edited.status_code == 200
    answer = await server.client.get(ref)
    assert answer.headers["etag"] != before
    assert answer.json()["included"][1]["body_html"] == "<p>Early, mended.</p>"


async def test_nonsense_about_pins_is_refused_and_changes_nothing(server: Server) -> None:
    story = await server.story()
    ref = f"/v1/stories/{story['id']}"
    entry = (await server.post(story["id"]))["id"]
    head = (await server.client.get(ref)).json()["head"]
    for path, items, status in (
        ("pinned", [{"entry": entry}, {"entry": entry}], 422),
        ("pinned", [{"entry": "no-id"}], 422),
        ("pinned", [{"entry": UNKNOWN}], 409),
        ("pinned", [{"entry": entry, "until": "yesterday"}], 422),
        ("pinned", [{"entry": entry}] * 11, 422),
        ("key-points", [{"text": ""}], 422),
        ("key-points", [{"text": "A point."}] * 21, 422),
        ("key-points", [{"text": "A point.", "entry": UNKNOWN}], 409),
    ):
        assert await _put(server, f"{ref}/{path}", items) == status, (path, items)
    for reply in (
        await server.client.put(f"{ref}/pinned", json={"items": []}),
        await server.client.put(f"{ref}/key-points", json={"items": []}),
    ):
        assert reply.status_code == 401
    stale = await server.admin.put(f"{ref}/pinned", json={"items": []}, headers={"If-Match": '"v9"'})
    assert stale.status_code == 412
    assert (await server.client.get(ref)).json()["head"] == head


async def test_a_story_that_has_ended_is_kept_longer_by_caches(server: Server) -> None:
    story = await server.story()
    ref = f"/v1/stories/{story['id']}"
    entry = await server.post(story["id"])
    urls = (ref, f"{ref}/entries", f"{ref}/entries/{entry['id']}", f"{ref}/entries?limit=2", f"{ref}/corrections")
    for url in urls:
        assert "s-maxage=2," in (await server.client.get(url)).headers["cache-control"]
    await _patch(server, story, status="ended")
    for url in urls:
        assert "s-maxage=30," in (await server.client.get(url)).headers["cache-control"], url
    await _patch(server, story, status="live")
    assert "s-maxage=2," in (await server.client.get(ref)).headers["cache-control"]


async def test_a_withdrawn_story_is_gone_everywhere(server: Server) -> None:
    story = await server.story("The wrong name", slug="affair")
    entry = await server.post(story["id"])
    ref = f"/v1/stories/{story['id']}"
    cursor = (await server.client.get(ref)).json()["head"]
    await _patch(server, story, slug="another-affair")
    await _patch(server, story, status="withdrawn")
    for url in (
        ref, "/v1/stories/another-affair", "/v1/stories/affair", f"{ref}/entries", f"{ref}/entries?limit=3",
        f"{ref}/entries/{entry['id']}", f"{ref}/corrections", f"{ref}/changes?after={cursor}", f"{ref}/changes",
    ):  # fmt: skip
        answer = await server.client.get(url)
        assert (answer.status_code, answer.json()["code"]) == (410, "story_withdrawn"), url
        assert "wrong name" not in answer.text
    assert (await server.client.get("/stories/another-affair")).status_code == 410
    listed = (await server.client.get("/v1/stories?limit=50")).json()["items"]
    assert story["id"] not in [each["id"] for each in listed]


async def test_a_scheduled_story_answers_exactly_as_an_unknown_one(server: Server) -> None:
    story = await server.story(status="scheduled", slug="secret", coverage_start="2100-01-01T00:00:00Z")
    for end in ("", "/entries", "/changes", "/changes?after=0", "/corrections"):
        headers = {"x-request-id": "same"}
        hidden = await server.client.get(f"/v1/stories/secret{end}", headers=headers)
        unknown = await server.client.get(f"/v1/stories/other1{end}", headers=headers)
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.text == unknown.text.replace("other1", "secret")
    assert story["status"] == "scheduled"


async def test_the_list_has_first_what_goes_on_and_then_what_will_and_what_is_over(server: Server) -> None:
    made = {}
    for status in ("live", "upcoming", "ended", "archived", "paused"):
        story = made[status] = await server.story(status="upcoming" if status == "upcoming" else "live")
        for step in {"ended": ["ended"], "archived": ["ended", "archived"], "paused": ["paused"]}.get(status, []):
            await _patch(server, story, status=step)
    walked: list[str] = []
    url: str | None = "/v1/stories?limit=2"
    pages: list[list[str]] = []
    back: str | None = None
    while url is not None:
        page = (await server.client.get(url)).json()
        walked += [story["status"] for story in page["items"]]
        pages.append([story["id"] for story in page["items"]])
        back, url = page["prev"], page["next"]
    assert walked == ["paused", "live", "upcoming", "ended", "archived"]
    assert back is not None
    assert [story["id"] for story in (await server.client.get(back)).json()["items"]] == pages[-2]
