"""An entry's life over HTTP: what each step answers, what is waited for, and what cannot be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.clock import Micros, format_time
from app.wire.shapes.newsroom import NewsroomEntry
from tests.api.server import PUBLIC_URL, Server, running

pytestmark = pytest.mark.anyio

START = 1_790_000_000_000_000
MINUTE = 60_000_000
HOUR = 60 * MINUTE


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> Micros:
        return Micros(self.now)

    def later(self, micros: int) -> str:
        """Return the clock's time in `micros` from now, as the API writes it."""
        return format_time(Micros(self.now + micros))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def server(anyio_backend: str, sqlite_url: str, tmp_path: Path, watch: Watch) -> AsyncIterator[Server]:
    async with running(sqlite_url, tmp_path / "data", clock=watch) as opened:
        yield opened


async def write(server: Server, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    conditions = {"if-match": "*"} if method == "PATCH" else {}
    return await server.admin.request(method, path, json=body, headers={**conditions, **headers})


async def held_story(server: Server, seconds: int = 60) -> str:
    story: str = (await server.story(settings={"hold_seconds": seconds}))["id"]
    return story


async def test_what_goes_out_later_is_answered_with_202_and_the_newsrooms_address(server: Server, watch: Watch) -> None:
    story = (await server.story())["id"]
    body = {"text": "Later.", "status": "scheduled", "publish_at": watch.later(HOUR)}
    made = await write(server, "POST", f"/v1/stories/{story}/entries", body)
    ref = f"{PUBLIC_URL}/v1/newsroom/stories/{story}/entries/{made.json()['id']}"
    assert (made.status_code, made.headers["location"]) == (202, ref)
    assert made.json()["publish_at"] == watch.later(HOUR)
    assert (await server.client.get(f"/v1/stories/{story}/entries/{made.json()['id']}")).status_code == 404
    assert (await server.admin.get(ref)).json() == made.json()


async def test_each_step_says_whether_it_is_done_or_will_be(server: Server, watch: Watch) -> None:
    story = (await server.story())["id"]
    entry = await server.post(story, status="draft")
    ref = f"/v1/stories/{story}/entries/{entry['id']}"
    steps: list[tuple[str, str, Any, int, str]] = [
        ("POST", "/submit", None, 200, "submitted"),
        ("POST", "/return", {"note": "Who says so?"}, 200, "draft"),
        ("POST", "/schedule", {"publish_at": watch.later(HOUR)}, 202, "scheduled"),
        ("PATCH", "", {"text": "Written anew."}, 202, "scheduled"),
        ("POST", "/cancel", {}, 200, "draft"),
        ("PATCH", "", {"text": "And again."}, 200, "draft"),
        ("POST", "/publish", None, 200, "published"),
        ("PATCH", "", {"text": "Aside.", "publish": False}, 200, "published"),
        ("POST", "/schedule", {"publish_at": watch.later(HOUR)}, 202, "published"),
        ("POST", "/corrections", {"text": "A word."}, 200, "published"),
        ("POST", "/cancel", {}, 200, "published"),
        ("POST", "/discard", {}, 200, "published"),
        ("PATCH", "", {"text": "And again."}, 200, "published"),
        ("POST", "/retract", {"reason": "It was wrong."}, 200, "retracted"),
    ]
    for method, path, body, code, status in steps:
        answer = await write(server, method, ref + path, body)
        assert (path, answer.status_code, answer.json()["status"]) == (path, code, status)
        assert "location" not in answer.headers
        assert answer.headers["etag"] == f'"v{answer.json()["version"]}"'


async def test_a_hold_answers_202_to_publications_and_edits_and_to_nothing_else(server: Server, watch: Watch) -> None:
    story = await held_story(server)
    ref = f"/v1/stories/{story}/entries"
    first = await write(server, "POST", ref, {"text": "One."})
    assert (first.status_code, first.json()["held"]) == (202, True)
    assert first.json()["publish_at"] == watch.later(MINUTE)
    batch = await write(
        server, "POST", f"{ref}:batch", {"items": [{"text": "Two."}, {"text": "3.", "status": "draft"}]}
    )
    assert [item["status"] for item in batch.json()["items"]] == [202, 201]
    put = await write(server, "PUT", f"{ref}/by-external-id/wire-1", {"text": "Four.", "external_version": 1})
    assert put.status_code == 202
    again = await write(server, "PUT", f"{ref}/by-external-id/wire-1", {"text": "Five.", "external_version": 2})
    assert (again.status_code, again.json()["publish_at"]) == (202, put.json()["publish_at"])
    draft = batch.json()["items"][1]["entry"]["id"]
    published = await write(server, "POST", f"{ref}/{draft}/publish")
    assert (published.status_code, published.json()["status"], published.json()["held"]) == (202, "scheduled", True)
    assert (await server.client.get(ref)).json()["items"] == []
    assert (await write(server, "POST", f"{ref}/{draft}/remove")).status_code == 200


async def test_a_hold_that_a_request_asks_for_is_answered_like_the_storys_and_is_part_of_the_request(
    server: Server, watch: Watch
) -> None:
    ref = f"/v1/stories/{(await server.story())['id']}/entries"
    entry_id = "0a8f6a0e-6f0e-4c55-9d5a-0c8f5f0f2f11"
    body = {"id": entry_id, "text": "One.", "hold_seconds": 60}
    made = await write(server, "POST", ref, body, **{"idempotency-key": "one"})
    assert (made.status_code, made.json()["held"], made.json()["publish_at"]) == (202, True, watch.later(MINUTE))
    assert (await write(server, "POST", ref, body, **{"idempotency-key": "one"})).content == made.content
    longer = await write(server, "POST", ref, {**body, "hold_seconds": 90}, **{"idempotency-key": "one"})
    assert (longer.status_code, longer.json()["code"]) == (422, "idempotency_key_reused")
    assert (await write(server, "POST", ref, {**body, "hold_seconds": 90})).json()["code"] == "id_taken"
    form = await server.admin.post(ref, data={"text": "By a form.", "hold_seconds": "60"})
    assert (form.status_code, form.json()["publish_at"]) == (202, watch.later(MINUTE))
    batch = await write(server, "POST", f"{ref}:batch", {"items": [{"text": "Two.", "hold_seconds": 60}]})
    assert [item["status"] for item in batch.json()["items"]] == [202]
    assert (await write(server, "POST", f"{ref}/{entry_id}/cancel")).json()["status"] == "draft"
    held = await write(server, "POST", f"{ref}/{entry_id}/publish", {"hold_seconds": 60})
    assert (held.status_code, held.json()["held"]) == (202, True)
    await write(server, "POST", f"{ref}/{entry_id}/cancel")
    assert (await write(server, "POST", f"{ref}/{entry_id}/publish", {"hold_seconds": 0})).status_code == 200
    edit = await write(server, "PATCH", f"{ref}/{entry_id}", {"text": "Three.", "hold_seconds": 60})
    assert (edit.status_code, edit.json()["working"]["held"]) == (202, True)
    assert [item["body_html"] for item in (await server.client.get(ref)).json()["items"]] == ["<p>One.</p>"]
    for action in ("retract", "unpublish", "remove"):
        refused = await write(server, "POST", f"{ref}/{entry_id}/{action}", {"reason": "x", "hold_seconds": 5})
        assert (refused.status_code, refused.json()["errors"][-1]["code"]) == (422, "unknown_field")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"status": "scheduled"}, "/publish_at", "invalid_value"),
        ({"status": "scheduled", "publish_at": None}, "/publish_at", "invalid_value"),
        ({"publish_at": "2030-01-01T00:00:00Z"}, "/publish_at", "invalid_value"),
        ({"status": "draft", "publish_at": "2030-01-01T00:00:00Z"}, "/publish_at", "invalid_value"),
        ({"status": "scheduled", "publish_at": "2020-01-01T00:00:00Z"}, "/publish_at", "not_in_future"),
        ({"status": "scheduled", "publish_at": "tomorrow"}, "/publish_at", "invalid_value"),
        ({"status": "scheduled", "publish_at": "2030-01-01T00:00:00"}, "/publish_at", "invalid_value"),
        ({"status": "scheduled", "publish_at": "2030-02-30T00:00:00Z"}, "/publish_at", "invalid_value"),
        ({"status": "scheduled", "publish_at": 1_893_456_000}, "/publish_at", "string_type"),
        ({"status": "scheduled", "publish_at": "9999-12-31T23:59:59-10:00"}, "/publish_at", "invalid_value"),
        ({"expires_at": "0001-01-01T00:00:00+10:00"}, "/expires_at", "invalid_value"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "not_in_future"),
        ({"expires_at": []}, "/expires_at", "string_type"),
        ({"status": "expired"}, "/status", "literal_error"),
        ({"status": "unpublished"}, "/status", "literal_error"),
        ({"held": True}, "/held", "unknown_field"),
        ({"note": "For colleagues."}, "/note", "unknown_field"),
        (
            {"status": "scheduled", "publish_at": "2030-01-02T00:00:00Z", "expires_at": "2030-01-01T00:00:00Z"},
            "/expires_at",
            "out_of_range",
        ),
    ],
)
async def test_times_that_cannot_be_are_pointed_at_and_nothing_is_written(
    server: Server, body: dict[str, Any], pointer: str, code: str
) -> None:
    story = (await server.story())["id"]
    answer = await write(server, "POST", f"/v1/stories/{story}/entries", {"text": "Lost?", **body})
    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert (await server.admin.get(f"/v1/newsroom/stories/{story}/entries")).json()["items"] == []


@pytest.mark.parametrize(
    ("action", "body", "pointer", "code"),
    [
        ("schedule", {}, "/publish_at", "missing"),
        ("schedule", {"publish_at": None}, "/publish_at", "string_type"),
        ("schedule", {"publish_at": "2020-01-01T00:00:00Z"}, "/publish_at", "not_in_future"),
        ("schedule", {"publish_at": "2030-01-01T00:00:00Z", "held": True}, "/held", "unknown_field"),
        ("return", {"note": 7}, "/note", "string_type"),
        ("return", {"note": "x" * 4_001}, "/note", "string_too_long"),
        ("reject", {"reason": "Notes are called notes."}, "/reason", "unknown_field"),
        ("cancel", {"note": "Not here."}, "/note", "unknown_field"),
        ("publish", {"publish_at": "2030-01-01T00:00:00Z"}, "/publish_at", "unknown_field"),
    ],
)
async def test_an_action_takes_what_it_takes_and_changes_nothing_otherwise(
    server: Server, action: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    story = (await server.story())["id"]
    entry = await server.post(story, status="submitted")
    answer = await write(server, "POST", f"/v1/stories/{story}/entries/{entry['id']}/{action}", body)
    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    now = (await server.admin.get(f"/v1/newsroom/stories/{story}/entries/{entry['id']}")).json()
    assert now == entry


async def test_a_patch_says_what_is_wrong_with_its_times(server: Server, watch: Watch) -> None:
    story = (await server.story())["id"]
    entry = await server.post(story, status="scheduled", publish_at=watch.later(HOUR))
    ref = f"/v1/stories/{story}/entries/{entry['id']}"
    for body, pointer in (
        ({"publish_at": None}, ""),
        ({"publish_at": watch.later(-HOUR)}, "/publish_at"),
        ({"expires_at": watch.later(MINUTE)}, "/expires_at"),
        ({"status": "published"}, "/status"),
        ({"text": "Lost?", "expires_at": watch.later(0)}, "/expires_at"),
    ):
        answer = await write(server, "PATCH", ref, body)
        assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert (await server.admin.get(ref.replace("/v1/", "/v1/newsroom/"))).json() == entry


async def test_what_the_drawing_has_no_arrow_for_is_409_and_says_what_can_be_done(server: Server) -> None:
    story = (await server.story())["id"]
    ref = f"/v1/stories/{story}/entries"
    entry = await server.post(story)
    for action in ("submit", "return", "reject", "cancel", "publish", "reinstate", "discard"):
        answer = await write(server, "POST", f"{ref}/{entry['id']}/{action}")
        assert answer.status_code == 409
        assert answer.json()["code"] in {"wrong_status", "nothing_to_discard"}
    possible = (await write(server, "POST", f"{ref}/{entry['id']}/cancel")).json()["detail"]
    assert possible.endswith("possible now: correct, edit, move, remove, retract, unpublish.")


async def test_what_has_ended_is_gone_for_readers_with_its_cause(server: Server, watch: Watch) -> None:
    story = (await server.story())["id"]
    entry = await server.post(story, expires_at=watch.later(HOUR))
    draft = await server.post(story, "A draft.", status="draft", expires_at=watch.later(HOUR))
    ref = f"/v1/stories/{story}/entries"
    assert "expires_at" not in (await server.client.get(f"{ref}/{entry['id']}")).json()
    head = (await server.client.get(f"/v1/stories/{story}")).json()["head"]
    watch.now += 2 * HOUR
    told = (await server.client.get(f"/v1/stories/{story}/changes?after={head}&wait=20")).json()["events"]
    assert [(event["type"], event["cause"]) for event in told] == [("entry.removed", "expired")]
    answer = await server.client.get(f"{ref}/{entry['id']}")
    assert (answer.status_code, answer.json()["cause"]) == (410, "expired")
    late = await write(server, "POST", f"{ref}/{draft['id']}/publish")
    assert (late.status_code, late.json()["code"]) == (409, "past_its_end")


async def test_a_repeated_schedule_with_its_key_is_done_once(server: Server, watch: Watch) -> None:
    story = (await server.story())["id"]
    entry = await server.post(story, status="draft")
    ref = f"/v1/stories/{story}/entries/{entry['id']}"
    body = {"publish_at": watch.later(HOUR)}
    first, second = [
        await write(server, "POST", f"{ref}/schedule", body, **{"idempotency-key": "once"}) for _ in range(2)
    ]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.headers["idempotent-replayed"] == "true"
    assert (await write(server, "POST", f"{ref}/schedule", body)).status_code == 409


async def test_a_form_may_be_scheduled(server: Server, watch: Watch) -> None:
    story = (await server.story())["id"]
    form = {"text": "Later.", "status": "scheduled", "publish_at": watch.later(HOUR)}
    answer = await server.admin.post(f"/v1/stories/{story}/entries", data=form)
    assert (answer.status_code, answer.json()["publish_at"]) == (202, watch.later(HOUR))


@pytest.mark.parametrize("seconds", [-1, 3601, "soon", 1.5, None])
async def test_a_hold_is_a_number_of_seconds_up_to_an_hour(server: Server, seconds: object) -> None:
    story = (await server.story())["id"]
    answer = await write(server, "PATCH", f"/v1/stories/{story}", {"settings": {"hold_seconds": seconds}})
    assert answer.status_code == 422
    assert [error["pointer"][:9] for error in answer.json()["errors"]] == ["/settings"]


async def test_every_action_is_described_with_an_entry_as_it_is_after_it(server: Server) -> None:
    paths = (await server.client.get("/openapi.json")).json()["paths"]
    statuses = {}
    for path, operations in paths.items():
        for code, answer in operations.get("post", {}).get("responses", {}).items():
            if "/entries/{entry}/" in path and code in {"200", "202"}:
                example = answer["content"]["application/json"]["example"]
                NewsroomEntry.model_validate(example)
                statuses[f"{path.rpartition('/')[2]} {code}"] = example["status"]
    assert statuses == {
        "submit 200": "submitted",
        "return 200": "draft",
        "reject 200": "rejected",
        "schedule 202": "scheduled",
        "cancel 200": "draft",
        "publish 200": "published",
        "publish 202": "scheduled",
        "discard 200": "published",
        "unpublish 200": "unpublished",
        "retract 200": "retracted",
        "reinstate 200": "published",
        "remove 200": "removed",
        "move 200": "published",
        "corrections 200": "published",
    }
