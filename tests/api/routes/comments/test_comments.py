"""Readers' comments over HTTP: sent, waiting, approved, read, counted, taken away."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.api.commenting import ADDRESS, decide, send
from tests.api.server import Server

pytestmark = pytest.mark.anyio


async def read(site: Server, story: str, **query: str) -> list[dict[str, Any]]:
    """Read the first page of comments as a reader."""
    reply = await site.client.get(f"/v1/stories/{story}/comments", params=query)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


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


async def test_nobody_answers_an_answer_to_a_comment(site: Server) -> None:
    story = (await site.story())["id"]
    above = await send(site, story)
    await decide(site, above["id"], "approve")
    below = (await site.admin.post(f"/v1/newsroom/comments/{above['id']}/answer", json={"text": "Two."})).json()
    assert (below["by_newsroom"], below["parent"]) == (True, above["id"])
    draft = {"name": "Ann", "text": "Really?", "parent": below["id"]}
    reply = await site.client.post(f"/v1/stories/{story}/comments", json=draft)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "too_deep")


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
    made = await site.admin.post(f"/v1/newsroom/comments/{taken['id']}/entry", json={"status": "published"})
    entry = (await site.client.get(made.headers["location"])).json()
    assert entry["authors"] == [{"name": "Ann", "role": "a reader, by reply"}]
    assert "*there*" in entry["body_html"]


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
