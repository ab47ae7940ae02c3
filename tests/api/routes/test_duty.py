"""Who is on duty for a story, the people its editors may name, and a freeze that its editors can do by themselves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.api.server import Server
from tests.storage.dumps import find_in, read_all_bytes

pytestmark = pytest.mark.anyio
FREEZE = "/v1/newsroom/freeze"


async def _person(server: Server, name: str, **fields: Any) -> str:
    made = await server.admin.post("/v1/newsroom/people", json={"name": name, "role": "reporter"} | fields)
    assert made.is_success, made.text
    ident: str = made.json()["id"]
    return ident


@asynccontextmanager
async def _as(server: Server, person: str | None = None, **token: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a token of a person, or of a bot."""
    draft = {"label": "desk", **({} if person is None else {"person": person}), **token}
    made = (await server.admin.post("/v1/newsroom/tokens", json=draft)).json()
    transport = httpx.ASGITransport(server.app, client=("192.0.2.9", 50_000))
    headers = {"authorization": f"Bearer {made['token']}", "x-token-id": made["id"]}
    async with httpx.AsyncClient(transport=transport, base_url=str(server.client.base_url), headers=headers) as client:
        yield client


async def _on_duty(server: Server, story: str) -> str | None:
    duty = (await server.admin.get(f"/v1/newsroom/stories/{story}")).json()["on_duty"]
    return None if duty is None else duty["name"]


async def test_a_reporter_takes_over_hands_over_and_leaves(server: Server) -> None:
    story = (await server.story())["id"]
    path = f"/v1/newsroom/stories/{story}/duty"
    ada, bo = await _person(server, "Ada"), await _person(server, "Bo")
    assert await _on_duty(server, story) is None
    async with _as(server, ada) as client, _as(server, bo) as other:
        taken = await client.put(path, json={"person": ada})
        assert (taken.status_code, taken.json()["on_duty"]["name"]) == (200, "Ada")
        again = await client.put(path, json={"person": ada})
        assert again.json()["on_duty"] == taken.json()["on_duty"]  # since when they were
        assert (await other.put(path, json={"person": None})).json()["code"] == "not_allowed"
        assert (await client.put(path, json={"person": bo})).json()["on_duty"]["name"] == "Bo"
        assert (await client.put(path, json={"person": None})).status_code == 403  # no longer theirs
        assert (await client.put(path, json={"person": ada})).status_code == 200  # but they may take over
        assert (await client.put(path, json={"person": None})).json()["on_duty"] is None
    lines = (await server.admin.get("/v1/newsroom/audit", params={"action": "hand_over"})).json()["items"]
    assert [(line["object"], line["name"]) for line in lines] == [("story", "Ada")] * 4


async def _authors(server: Server, story: str) -> list[str]:
    """The authors that readers are shown, the same in the story, its changes and its page."""
    state = (await server.client.get(f"/v1/stories/{story}")).json()
    names = [author["name"] for author in state["authors"]]
    changes = (await server.client.get(f"/v1/stories/{story}/changes?after=0")).json()["events"]
    told = [event["fields"]["authors"] for event in changes if "authors" in (event.get("fields") or {})]
    assert told[-1:] in ([], [state["authors"]]), told
    page = (await server.client.get(f"/stories/{state['slug']}")).text
    data = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    posting = data["@graph"][0] if "@graph" in data else data
    by = posting["author"] if isinstance(posting["author"], list) else [posting["author"]]
    assert not names or [each["name"] for each in by] == names
    return names


async def test_readers_see_who_is_on_duty_behind_the_authors_set_by_hand_while_they_are(server: Server) -> None:
    story = (await server.story(authors=["Hand Set"]))["id"]
    path = f"/v1/newsroom/stories/{story}/duty"
    ada = await _person(server, "Ada of the account", byline="A. Line", email="ada@post.example")
    bo = await _person(server, "Bo", url="https://bo.example/")
    assert await _authors(server, story) == ["Hand Set"]
    await server.admin.put(path, json={"person": ada})
    assert await _authors(server, story) == ["Hand Set", "A. Line"]
    event = (await server.client.get(f"/v1/stories/{story}/changes?after=0")).json()["events"][-1]
    assert (event["changed"], len(event["fields"]["authors"])) == (["authors"], 2)
    shown = (await server.client.get(f"/v1/stories/{story}")).json()["authors"][1]
    assert {name: value for name, value in shown.items() if value is not None} == {"id": ada, "name": "A. Line"}
    kept = (await server.admin.get(f"/v1/newsroom/stories/{story}")).json()
    assert [author["name"] for author in kept["authors"]] == ["Hand Set"]
    await server.admin.put(path, json={"person": bo})
    assert await _authors(server, story) == ["Hand Set", "Bo"]
    for part in ("", "/changes?after=0&body=both"):
        assert "A. Line" not in (await server.client.get(f"/v1/stories/{story}{part}")).text
    await server.admin.patch(f"/v1/stories/{story}", json={"authors": ["BO", "Cy"]}, headers={"If-Match": "*"})
    assert await _authors(server, story) == ["BO", "Cy"]  # once, and where it was put
    await server.admin.put(path, json={"person": None})
    await server.admin.patch(f"/v1/stories/{story}", json={"authors": []}, headers={"If-Match": "*"})
    assert await _authors(server, story) == []


async def test_what_changes_about_who_is_on_duty_changes_for_readers(server: Server) -> None:
    story = (await server.story())["id"]
    ada = await _person(server, "Ada")
    at = f"/v1/newsroom/people/{ada}"
    await server.admin.put(f"/v1/newsroom/stories/{story}/duty", json={"person": ada})
    await server.admin.patch(at, json={"byline": "Ada Byline"})
    assert await _authors(server, story) == ["Ada Byline"]
    await server.admin.post(f"{at}/disable", json={})
    assert (await _authors(server, story), await _on_duty(server, story)) == ([], None)
    await server.admin.post(f"{at}/enable", json={})
    assert await _authors(server, story) == ["Ada Byline"]
    await server.admin.patch(
        f"/v1/stories/{story}", json={"settings": {"members_only": True}}, headers={"If-Match": "*"}
    )
    assert await _authors(server, story) == ["Ada Byline"]  # readers notice no setting of the newsroom


async def test_in_a_freeze_readers_authors_stay_and_follow_the_thaw(server: Server) -> None:
    story, site_wide = (await server.story())["id"], {"frozen": True}
    ada, bo = await _person(server, "Ada"), await _person(server, "Bo")
    path = f"/v1/newsroom/stories/{story}/duty"
    await server.admin.put(path, json={"person": ada})
    for freeze in ({**site_wide, "story": story}, site_wide):
        await server.admin.post(FREEZE, json=freeze)
        before = await _authors(server, story)
        await server.admin.put(path, json={"person": bo if before == ["Ada"] else ada})
        assert await _authors(server, story) == before
        await server.admin.post(FREEZE, json={**freeze, "frozen": False})
        assert await _authors(server, story) == (["Bo"] if before == ["Ada"] else ["Ada"])


async def test_a_story_that_is_over_keeps_who_was_on_duty_when_it_ended(server: Server) -> None:
    story = (await server.story())["id"]
    ada, bo = await _person(server, "Ada"), await _person(server, "Bo")
    path = f"/v1/newsroom/stories/{story}/duty"

    async def become(status: str) -> None:
        done = await server.admin.patch(f"/v1/stories/{story}", json={"status": status}, headers={"If-Match": "*"})
        assert done.is_success, done.text

    await server.admin.put(path, json={"person": ada})
    await become("ended")
    for person, name in ((bo, "Bo"), (None, None)):
        await server.admin.put(path, json={"person": person})
        assert (await _authors(server, story), await _on_duty(server, story)) == (["Ada"], name)
    await server.admin.put(path, json={"person": bo})
    await become("live")
    assert await _authors(server, story) == ["Bo"]


async def test_a_purge_takes_a_person_out_of_the_authors_also_in_a_freeze(server: Server, sqlite_url: str) -> None:
    ada = await _person(server, "Ada Canary")
    story = (await server.story(authors=["Ada Canary", "Bo"]))["id"]
    other = (await server.story())["id"]
    await server.admin.put(f"/v1/newsroom/stories/{other}/duty", json={"person": ada})
    assert await _authors(server, other) == ["Ada Canary"]
    await server.admin.post(FREEZE, json={"frozen": True})
    target = {"person": ada, "bylines": True}
    prepared = (await server.admin.post("/v1/newsroom/purge", json=target)).json()
    done = await server.admin.post("/v1/newsroom/purge/confirm", json={"confirm": prepared["confirm"]})
    assert done.is_success, done.text
    assert (await _authors(server, story), await _authors(server, other)) == (["Bo"], [])
    assert await _on_duty(server, other) is None
    await server.admin.post(FREEZE, json={"frozen": False})
    assert await asyncio.to_thread(server.app_state.newsroom.database.scrub)
    assert find_in(await asyncio.to_thread(read_all_bytes, sqlite_url), ["Ada Canary"]) == {}


async def test_only_who_works_here_and_sees_the_story_can_be_on_duty(server: Server) -> None:
    story = (await server.story(settings={"members_only": True}))["id"]
    path = f"/v1/newsroom/stories/{story}/duty"
    ada = await _person(server, "Ada")
    for person in (ada, "00000000-0000-4000-8000-000000000000"):
        assert (await server.admin.put(path, json={"person": person})).json()["code"] == "person_not_found"
    await server.admin.put(f"/v1/newsroom/stories/{story}/members/{ada}", json={"role": "reporter"})
    assert (await server.admin.put(path, json={"person": ada})).status_code == 200
    await server.admin.post(f"/v1/newsroom/people/{ada}/disable", json={})
    await server.admin.put(path, json={"person": None})
    assert (await server.admin.put(path, json={"person": ada})).json()["code"] == "person_not_found"
    assert (await server.admin.put(path, json={"person": ada}, headers={"If-Match": '"v1"'})).status_code == 412


async def test_a_bot_names_people_as_an_editor_and_is_never_on_duty_itself(server: Server) -> None:
    story = (await server.story())["id"]
    path, ada = f"/v1/newsroom/stories/{story}/duty", await _person(server, "Ada")
    async with _as(server, role="reporter") as bot:
        assert (await bot.put(path, json={"person": ada})).status_code == 403
    async with _as(server, role="editor") as bot:
        assert (await bot.put(path, json={"person": ada})).json()["on_duty"]["name"] == "Ada"


async def test_what_a_stolen_token_did_to_the_duty_is_undone(server: Server) -> None:
    story = (await server.story())["id"]
    path = f"/v1/newsroom/stories/{story}/duty"
    ada, eve = await _person(server, "Ada"), await _person(server, "Eve")
    await server.admin.put(path, json={"person": ada})
    async with _as(server, eve) as stolen:
        assert (await stolen.put(path, json={"person": eve})).status_code == 200
        token = stolen.headers["x-token-id"]
    since = {"since": "2026-01-01T00:00:00Z"}
    reverted = await server.admin.post(f"/v1/newsroom/tokens/{token}/revert", json=since)
    assert {"field": "duty", "done": "restored"}.items() <= reverted.json()["items"][0].items()
    assert await _on_duty(server, story) == "Ada"


async def test_editors_find_people_by_name_without_anything_private_and_reporters_do_not(server: Server) -> None:
    story = (await server.story())["id"]
    path = f"/v1/newsroom/stories/{story}/people"
    ada = await _person(server, "Ada Müller", email="ada@post.example")
    gone = await _person(server, "Adam Gone")
    await server.admin.post(f"/v1/newsroom/people/{gone}/disable", json={})
    await server.admin.put(f"/v1/newsroom/stories/{story}/members/{ada}", json={"role": "editor"})
    for number in range(21):
        await _person(server, f"Zoe {number:02}")
    editor = await _person(server, "Ed", role="editor")
    async with (
        _as(server, editor) as client,
        _as(server, ada) as member,
        _as(server, await _person(server, "R")) as other,
    ):
        found = await client.get(path, params={"q": "muller AD"})
        assert found.json() == {"items": [{"person": ada, "name": "Ada Müller", "member": "editor"}], "more": False}
        assert (await member.get(path, params={"q": "ada"})).json()["items"] == found.json()["items"]
        everybody = (await client.get(path)).json()
        assert (len(everybody["items"]), everybody["more"]) == (20, True)
        assert "post.example" not in (await client.get(path)).text
        assert (await other.get(path)).json()["code"] == "not_allowed"
        assert (await client.get("/v1/newsroom/people")).status_code == 403  # which stays for admins


async def test_an_editor_freezes_and_thaws_a_story_of_theirs_but_not_what_an_admin_froze(server: Server) -> None:
    story, other = (await server.story())["id"], (await server.story())["id"]
    reporter, editor = await _person(server, "Ada"), await _person(server, "Ed", role="editor")
    await server.admin.put(f"/v1/newsroom/stories/{story}/members/{reporter}", json={"role": "editor"})

    async def can(client: httpx.AsyncClient, of: str) -> bool:
        return "freeze_story" in (await client.get(f"/v1/newsroom/stories/{of}")).json()["can"]

    async with _as(server, reporter) as member, _as(server, editor) as client:
        assert (await member.post(FREEZE, json={"frozen": True})).json()["code"] == "not_allowed"  # not the site
        assert (await member.post(FREEZE, json={"story": other, "frozen": True})).json()["code"] == "not_allowed"
        assert (await can(member, story), await can(member, other), await can(client, other)) == (True, False, True)
        assert (await member.post(FREEZE, json={"story": story, "frozen": True})).json() == {
            "story": story,
            "frozen": True,
        }
        refused = await client.post(f"/v1/stories/{story}/entries", json={"text": "Now."})
        assert (refused.status_code, "until an editor thaws it" in refused.json()["detail"]) == (409, True)
        assert (await client.post(FREEZE, json={"story": story, "frozen": False})).status_code == 200
        assert (await client.post(f"/v1/stories/{story}/entries", json={"text": "Now."})).status_code == 201
        await member.post(FREEZE, json={"story": story, "frozen": True})
        await server.admin.post(FREEZE, json={"story": story, "frozen": True})  # an admin's from now on
        assert (await member.post(FREEZE, json={"story": story, "frozen": False})).json()["code"] == "not_allowed"
        assert (await member.post(FREEZE, json={"story": story, "frozen": True})).json()["code"] == "not_allowed"
        assert not await can(client, story)
        refused = await client.post(f"/v1/stories/{story}/entries", json={"text": "Now."})
        assert "until an admin thaws it" in refused.json()["detail"]
        await server.admin.post(FREEZE, json={"story": story, "frozen": False})
        assert await can(member, story)
    async with _as(server, editor, scopes=["read", "write", "publish"]) as limited:
        assert (await limited.post(FREEZE, json={"story": story, "frozen": True})).json()["code"] == "not_allowed"


async def test_in_a_freeze_the_duty_changes_hands(server: Server) -> None:
    story, ada = (await server.story())["id"], await _person(server, "Ada")
    await server.admin.post(FREEZE, json={"frozen": True})
    assert (await server.admin.put(f"/v1/newsroom/stories/{story}/duty", json={"person": ada})).status_code == 200
    await server.admin.post(FREEZE, json={"frozen": False})
