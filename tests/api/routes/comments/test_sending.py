"""What readers send is taken once, or refused with the reason, in any script and from any form."""

from __future__ import annotations

import json
import uuid

import pytest

from tests.api.routes.comments.sending import ADDRESS, decide, send
from tests.api.server import Server

pytestmark = pytest.mark.anyio


async def test_nobody_answers_an_answer_to_a_comment(site: Server) -> None:
    story = (await site.story())["id"]
    above = await send(site, story)
    await decide(site, above["id"], "approve")
    below = (await site.admin.post(f"/v1/newsroom/comments/{above['id']}/answer", json={"text": "Two."})).json()
    assert (below["by_newsroom"], below["parent"]) == (True, above["id"])
    draft = {"name": "Ann", "text": "Really?", "parent": below["id"]}
    reply = await site.client.post(f"/v1/stories/{story}/comments", json=draft)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "too_deep")


async def test_a_retry_with_the_same_key_is_one_comment_whatever_its_address_is(site: Server) -> None:
    story = (await site.story())["id"]
    key = {"idempotency-key": str(uuid.uuid4())}
    draft = {"name": "Ann", "text": "Once."}
    url = f"/v1/stories/{story}/comments"
    first = await site.client.post(url, json={**draft, "email": ADDRESS}, headers=key)
    again = await site.client.post(url, json={**draft, "email": "other@mail.example"}, headers=key)
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = await site.client.post(url, json={**draft, "text": "Twice."}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    waiting = (await site.admin.get("/v1/newsroom/comments?status=pending")).json()
    assert [item["text"] for item in waiting["items"]] == ["Once."]


async def test_a_key_that_somebody_could_guess_is_refused(site: Server) -> None:
    story = (await site.story())["id"]
    reply = await site.client.post(
        f"/v1/stories/{story}/comments", json={"name": "Ann", "text": "x"}, headers={"idempotency-key": "1"}
    )
    assert (reply.status_code, reply.json()["code"]) == (400, "bad_idempotency_key")


async def test_the_same_text_sent_twice_is_said_to_have_arrived(site: Server) -> None:
    story = (await site.story())["id"]
    await send(site, story)
    draft = {"name": "Ann", "text": "which  districts are missing?"}
    reply = await site.client.post(f"/v1/stories/{story}/comments", json=draft)
    assert (reply.status_code, reply.json()["code"]) == (409, "comment_repeated")


async def test_comments_close_with_the_story(site: Server) -> None:
    story = await site.story()
    changed = await site.admin.patch(f"/v1/stories/{story['id']}", json={"status": "ended"}, headers={"if-match": "*"})
    assert changed.is_success, changed.text
    reply = await site.client.post(f"/v1/stories/{story['id']}/comments", json={"name": "Ann", "text": "Late."})
    assert (reply.status_code, reply.json()["code"]) == (409, "comments_closed")


async def test_a_story_that_takes_none_says_so(site: Server) -> None:
    off = (await site.story(settings={"comments": {"mode": "off"}}))["id"]
    elsewhere = {"mode": "external", "url": "https://talk.example/1", "count": 12}
    external = (await site.story(settings={"comments": elsewhere}))["id"]
    codes = []
    for story in (off, external):
        reply = await site.client.post(f"/v1/stories/{story}/comments", json={"name": "Ann", "text": "x"})
        codes.append((reply.status_code, reply.json()["code"]))
    assert codes == [(409, "comments_off"), (409, "comments_elsewhere")]
    await site.app_state.hub.stories.reconcile()
    state = (await site.client.get(f"/v1/stories/{external}")).json()
    assert state["comments"] == {"mode": "external", "url": "https://talk.example/1"}
    assert state["comment_count"] == 12


async def test_a_hidden_story_and_an_unknown_one_are_answered_alike(site: Server) -> None:
    hidden = (await site.story(status="draft"))["id"]
    bodies = []
    for story in (hidden, str(uuid.uuid4())):
        sent = {"x-request-id": "one"}
        reply = await site.client.post(f"/v1/stories/{story}/comments", json={"name": "Ann", "text": "x"}, headers=sent)
        bodies.append((reply.status_code, reply.text.replace(story, "?")))
    assert bodies[0] == bodies[1]
    assert bodies[0][0] == 404


async def test_what_a_form_must_keep_to_is_said_in_a_sentence(site: Server) -> None:
    story = (await site.story())["id"]
    url = f"/v1/stories/{story}/comments"
    cases = {
        "looks_automated": {"website": "https://spam.example"},
        "form_forged": {"token": "1.0"},
        "too_many_links": {"text": "http://a.example https://b.example www.c.example"},
        "invalid_email": {"email": "nobody"},
        "bidi_control": {"name": "A\u202egnp"},
    }
    codes = {}
    for expected, wrong in cases.items():
        reply = await site.client.post(url, json={"name": "Ann", "text": f"Text of {expected}", **wrong})
        assert reply.status_code == 422, reply.text
        problem = reply.json()
        codes[expected] = problem["code"] if problem["code"] != "invalid" else problem["errors"][0]["code"]
    assert codes == {**{name: name for name in cases}, "invalid_email": "email"}


async def test_one_address_is_limited_before_its_body_is_read(site: Server) -> None:
    story = (await site.story())["id"]
    url = f"/v1/stories/{story}/comments"
    statuses = [(await site.client.post(url, content=b"no json")).status_code for _ in range(12)]
    assert statuses == [415] * 10 + [429] * 2
    reply = await site.client.post(url, content=b"no json")
    assert reply.json()["code"] == "too_many_comments"
    assert int(reply.headers["retry-after"]) >= 1


async def test_a_form_without_scripts_is_led_to_the_page_of_its_receipt(site: Server) -> None:
    story = (await site.story())["id"]
    form = (await site.client.get(f"/v1/stories/{story}/comments/form")).json()
    early = {"name": "Ann", "email": "", "text": "Good evening.", "website": "", "token": form["token"]}
    reply = await site.client.post(f"/v1/stories/{story}/comments", data=early)
    assert (reply.status_code, reply.headers["location"]) == (
        303,
        f"/stories/{story}?refused=form_too_fast#comments",
    )
    signer, clock = site.app_state.comments.signer, site.app_state.newsroom.clock
    token = signer.make_form_token(story, clock() - 60_000_000)  # type: ignore[arg-type]
    reply = await site.client.post(f"/v1/stories/{story}/comments", data={**early, "token": token})
    assert reply.status_code == 303
    assert reply.headers["location"].startswith("/receipts/")


@pytest.mark.parametrize("character", ["\U0001f62e", "न"])
async def test_four_thousand_characters_are_taken_in_any_script_and_any_spelling(site: Server, character: str) -> None:
    story = (await site.story())["id"]
    url, text = f"/v1/stories/{story}/comments", character * 4_000
    signer, clock = site.app_state.comments.signer, site.app_state.newsroom.clock
    escaped = json.dumps({"name": character * 60, "text": text})
    reply = await site.client.post(url, content=escaped, headers={"Content-Type": "application/json"})
    assert reply.status_code == 202, reply.text
    token = signer.make_form_token(story, clock() - 60_000_000)  # type: ignore[arg-type]
    reply = await site.client.post(url, data={"name": "Ann", "text": f"{text[:-1]}!", "token": token})
    assert reply.status_code == 303, reply.text
    assert reply.headers["location"].startswith("/receipts/")


async def test_no_address_of_a_reader_has_what_a_database_or_a_screen_does_not_take(site: Server) -> None:
    story = (await site.story())["id"]
    taken = await send(site, story)
    await decide(site, taken["id"], "approve")
    comment, notice = {"name": "Ann", "text": "Good evening."}, {"category": "hate", "text": "Good evening."}
    for url, body in (("", comment), (f"/{taken['id']}/reports", notice)):
        for hidden in ("\x00", "\x1a", "\u202e", "\u3164"):
            reply = await site.client.post(
                f"/v1/stories/{story}/comments{url}", json={**body, "email": f"ann{hidden}@mail.example"}
            )
            assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/email"), reply.text
