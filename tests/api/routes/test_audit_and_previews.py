"""The audit as a file, and a preview as a stranger gets it: headers and refusals."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

AUDIT = "/v1/newsroom/audit"


async def test_the_audit_is_a_list_or_if_asked_for_a_file(server: Server) -> None:
    story = await server.story()
    for _ in range(3):
        await server.post(story["id"])
    listed = (await server.admin.get(f"{AUDIT}?limit=2&action=create")).json()
    assert (len(listed["items"]), listed["next"]) == (2, str(listed["items"][-1]["id"]))
    for asked, headers in (("?format=csv", {}), ("", {"accept": "text/csv"})):
        reply = await server.admin.get(AUDIT + asked, headers=headers)
        assert reply.headers["content-type"].startswith("text/csv")
        assert reply.headers["content-disposition"] == 'attachment; filename="audit.csv"'
        assert reply.headers["cache-control"] == "no-store"
        assert len(list(csv.DictReader(io.StringIO(reply.text)))) == 4
    for asked, headers in (("?format=ndjson", {}), ("", {"accept": "application/x-ndjson"})):
        reply = await server.admin.get(AUDIT + asked, headers=headers)
        assert reply.headers["content-type"].startswith("application/x-ndjson")
        assert [json.loads(line)["action"] for line in reply.text.splitlines()] == ["create"] * 4


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=yesterday", 422),
        ("until=2026-13-01T00:00:00Z", 422),
        ("limit=0", 422),
        ("limit=101", 422),
        ("format=xml", 422),
        ("position=x", 400),
        ("person=%00", 400),
    ],
)
async def test_a_question_that_cannot_be_read_is_refused(server: Server, query: str, status: int) -> None:
    assert (await server.admin.get(f"{AUDIT}?{query}")).status_code == status


async def test_a_file_is_refused_before_anything_of_it_is_sent(server: Server) -> None:
    made = await server.admin.post("/v1/newsroom/tokens", json={"label": "e", "role": "editor"})
    editor = {"authorization": f"Bearer {made.json()['token']}"}
    reply = await server.client.get(f"{AUDIT}?format=csv", headers=editor)
    assert (reply.status_code, reply.headers["content-type"]) == (403, "application/problem+json")


async def test_a_preview_is_kept_by_nobody_and_found_by_no_search_engine(server: Server) -> None:
    story = await server.story()
    draft = await server.post(story["id"], status="draft")
    made = await server.admin.post(f"/v1/newsroom/stories/{story['id']}/entries/{draft['id']}/preview")
    assert made.status_code == 201
    shown = await server.client.get(made.json()["url"])
    assert (shown.status_code, shown.json()["body_html"]) == (200, "<p>Polls have closed.</p>")
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["x-robots-tag"] == "noindex"
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert "etag" not in shown.headers
    assert (await server.client.head(made.json()["url"])).status_code == 200


async def test_every_link_that_shows_nothing_is_the_same_404(server: Server) -> None:
    story = await server.story()
    draft = await server.post(story["id"], status="draft")
    url = (await server.admin.post(f"/v1/newsroom/stories/{story['id']}/entries/{draft['id']}/preview")).json()["url"]
    await server.act("remove", draft)
    answers = set()
    for refused in (url, url[:-1] + ("0" if url[-1] != "0" else "1"), f"{url.rpartition('/')[0]}/x.y"):
        reply = await server.client.get(refused, headers={"x-request-id": "same"})
        assert reply.status_code == 404
        answers.add(reply.text.replace(reply.json()["instance"], ""))
    assert len(answers) == 1
