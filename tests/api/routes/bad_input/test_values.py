"""A value that is not what is wanted, or looks like something else, is named with its place and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.routes.bad_input.sending import read_everything, send_entry
from tests.api.server import Server

pytestmark = pytest.mark.anyio


NOT_WHAT_IS_WANTED: dict[str, tuple[bytes, str]] = {
    "a list": (b"[]", ""),
    "null": (b"null", ""),
    "a string": (b'"text"', ""),
    "an unknown field": (b'{"text": "a", "txet": "b"}', "/txet"),
    "an unknown field deep inside": (b'{"text": "a", "authors": [{"name": "Ada", "x/y": 1}]}', "/authors/0/x~1y"),
    "NUL, escaped": (b'{"text": "a\\u0000b"}', "/text"),
    "a huge number": (b'{"text": "a", "key_event": 1e400}', "/key_event"),
    "a number for text": (b'{"text": 12}', "/text"),
    "an object for text": (b'{"text": {}}', "/text"),
    "an unknown word": (b'{"text": "a", "kind": "advert"}', "/kind"),
    "an id that is none": (b'{"text": "a", "id": "1"}', "/id"),
    "an id in capitals": (b'{"text": "a", "id": "0F4B3C2D-1E5A-4B6C-8D7E-9F0A1B2C3D4E"}', "/id"),
    "two bodies": (b'{"text": "a", "html": "<p>a</p>"}', ""),
    "nothing to say": (b"{}", ""),
    "a script for an address": (b'{"text": "a", "source": {"url": "javascript:alert(1)"}}', "/source/url"),
    "a heading of level 9": (b'{"blocks": [{"type": "heading", "level": 9, "text": "a"}]}', "/blocks/0"),
    "lists in lists in lists": (
        b'{"blocks": [{"type": "list", "items": [' + b'{"html": "a", "items": [' * 60 + b"]}" * 60 + b"]}]}",
        "/blocks/0",
    ),
    "201 blocks": (json.dumps({"blocks": [{"type": "divider"}] * 201}).encode(), "/blocks"),
    "a headline too long": (json.dumps({"headline": "a" * 301}).encode(), "/headline"),
    "a text too long": (json.dumps({"text": "a" * 1_048_577}).encode(), "/text"),
}

OVERRIDE, UNSEEN, LONG = "Ada\u202edniL", "Ada\u3164", "a" * 61
PICTURE = {"type": "image", "url": "https://e.example/a.jpg"}

REFUSED: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("POST", "/v1/stories", {"title": "A", "time_zone": "localtime"}, "/time_zone", "invalid_value"),
    ("POST", "/v1/stories", {"title": "A", "time_zone": "Factory"}, "/time_zone", "invalid_value"),
    ("PATCH", "/v1/stories/election", {"time_zone": "posix/Europe/Lisbon"}, "/time_zone", "invalid_value"),
    (
        "PATCH",
        "/v1/stories/election",
        {"canonical_url": "http://site@other.example/"},
        "/canonical_url",
        "invalid_value",
    ),
    ("PATCH", "/v1/stories/election", {"settings": {"hold_seconds": True}}, "/settings/hold_seconds", "int_type"),
    ("PATCH", "/v1/stories/election", {"settings": {"auto_end_after": True}}, "/settings/auto_end_after", "int_type"),
    ("PATCH", "/v1/stories/election", {"title": OVERRIDE}, "/title", "bidi_control"),
    ("PATCH", "/v1/stories/election", {"section": UNSEEN}, "/section", "invisible_character"),
    ("PATCH", "/v1/stories/election", {"standfirst": OVERRIDE}, "/standfirst", "bidi_control"),
    ("PUT", "/v1/stories/election/key-points", {"items": [{"text": OVERRIDE}]}, "/items/0/text", "bidi_control"),
    ("PATCH", "/v1/stories/election", {"intro": {"text": "a", "html": "b"}}, "/intro", "invalid_value"),
    ("PATCH", "/v1/stories/election", {"intro": {}}, "/intro", "invalid_value"),
    ("PATCH", "/v1/stories/election", {"intro": ""}, "/intro", "blank"),
    ("PATCH", "/v1/stories/election", {"authors": ["Ada", OVERRIDE]}, "/authors/1/name", "bidi_control"),
    ("PATCH", "/v1/stories/election", {"sponsor": {"name": "A", "url": "ftp://a"}}, "/sponsor/url", "invalid_value"),
    (
        "PATCH",
        "/v1/stories/election",
        {"sponsor": {"name": "A", "label": "a" * 61}},
        "/sponsor/label",
        "string_too_long",
    ),
    ("PATCH", "/v1/stories/election", {"seo": {"title": UNSEEN}}, "/seo/title", "invisible_character"),
    ("PATCH", "/v1/stories/election", {"seo": {"keywords": "a"}}, "/seo/keywords", "unknown_field"),
    ("ENTRY", "", {"label": OVERRIDE}, "/label", "bidi_control"),
    ("ENTRY", "", {"label": LONG}, "/label", "string_too_long"),
    ("ENTRY", "", {"icon": "goat"}, "/icon", "literal_error"),
    ("ENTRY", "", {"headline": OVERRIDE}, "/headline", "bidi_control"),
    ("ENTRY", "", {"headline": UNSEEN}, "/headline", "invisible_character"),
    ("ENTRY", "", {"authors": [{"name": OVERRIDE}]}, "/authors/0/name", "bidi_control"),
    ("ENTRY", "", {"authors": [{"name": "A", "url": "http://a@b.example"}]}, "/authors/0/url", "invalid_value"),
    ("ENTRY", "", {"source": {"url": "http://a:b@c.example"}}, "/source/url", "invalid_value"),
    ("ENTRY", "", {"tags": [{"slug": "a", "label": UNSEEN}]}, "/tags/0/label", "invisible_character"),
    ("BLOCK", "", {**PICTURE, "width": True}, "/blocks/0/width", "int_type"),
    ("BLOCK", "", {**PICTURE, "url": "http://a@b.example/a.jpg"}, "/blocks/0/url", "invalid_value"),
    ("BLOCK", "", {"type": "heading", "text": "A", "level": True}, "/blocks/0/level", "int_type"),
    (
        "BLOCK",
        "",
        {"type": "table", "rows": [[{"html": "a", "colspan": True}]]},
        "/blocks/0/rows/0/0/colspan",
        "int_type",
    ),
    ("POST", "/v1/newsroom/people", {"name": UNSEEN, "role": "editor"}, "/name", "invisible_character"),
    ("POST", "/v1/newsroom/people", {"name": "A", "role": "editor", "byline": OVERRIDE}, "/byline", "bidi_control"),
    (
        "POST",
        "/v1/newsroom/people",
        {"name": "A", "role": "editor", "email": "a\u3164@b.c"},
        "/email",
        "invisible_character",
    ),
    (
        "POST",
        "/v1/newsroom/people",
        {"name": "A", "role": "editor", "avatar": "https://a@b.c"},
        "/avatar",
        "invalid_value",
    ),
    ("POST", "/v1/newsroom/tokens", {"label": OVERRIDE, "role": "editor"}, "/label", "bidi_control"),
    (
        "POST",
        "/v1/newsroom/tokens",
        {"label": "A", "role": "editor", "expires_in_days": True},
        "/expires_in_days",
        "int_type",
    ),
]
"""What looks like something it is not, and where it is refused. ENTRY: in each way to write one; BLOCK: as its body."""


@pytest.mark.parametrize(("content", "pointer"), NOT_WHAT_IS_WANTED.values(), ids=NOT_WHAT_IS_WANTED.keys())
@pytest.mark.usefixtures("story")
async def test_what_is_not_wanted_is_422_with_a_pointer_and_changes_nothing(
    server: Server, content: bytes, pointer: str
) -> None:
    before = await read_everything(server)
    reply = await send_entry(server, content)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.text
    assert reply.json()["errors"][0]["pointer"].startswith(pointer), reply.text
    assert await read_everything(server) == before


@pytest.mark.parametrize(("method", "path", "body", "pointer", "code"), REFUSED)
@pytest.mark.usefixtures("story")
async def test_what_looks_like_something_else_is_refused_in_each_way_it_can_be_sent(
    server: Server, method: str, path: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    entries = "/v1/stories/election/entries"
    if method in {"ENTRY", "BLOCK"}:
        body = {"text": "a", **body} if method == "ENTRY" else {"blocks": [body]}
        ways = [("POST", entries, body), ("PUT", f"{entries}/by-external-id/a", body)]
        written = (await server.admin.post(entries, json={"text": "Polls."})).json()
        ways += [("PATCH", f"{entries}/{written['id']}", body), ("POST", f"{entries}:batch", {"items": [body]})]
    else:
        ways = [(method, path, body)]
    before = await read_everything(server)
    for way, where, content in ways:
        problem = (await server.admin.request(way, where, json=content, headers={"if-match": "*"})).json()
        problem = problem["items"][0]["problem"] if "items" in problem else problem
        assert problem["status"] == 422, problem
        assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [(pointer, code)]
    assert await read_everything(server) == before


@pytest.mark.usefixtures("story")
async def test_what_people_really_write_is_taken(server: Server) -> None:
    hebrew = {"headline": "C++\u200f של", "text": "\u202bשלום", "authors": [{"name": "می\u200cرا 👩\u200d🚒"}]}
    assert (await send_entry(server, json.dumps(hebrew).encode())).status_code == 201
    linked = {"text": "[a](http://site@other.example) http://site@other.example @ada https://e.example/@ada"}
    entry = (await send_entry(server, json.dumps(linked).encode())).json()
    assert entry["body_html"].count("<a ") == 1
    assert 'href="https://e.example/@ada"' in entry["body_html"]
    story = await server.story(
        slug="wide", time_zone="Asia/Kathmandu", settings={"hold_seconds": 1, "auto_end_after": 60}
    )
    assert story["time_zone"] == "Asia/Kathmandu"
