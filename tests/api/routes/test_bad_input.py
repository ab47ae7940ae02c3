"""Bad input gets a clear error and changes nothing."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import httpx
import pytest

from tests.api.server import PUBLIC_URL, Server

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}
BATCH_LIMIT_BYTES = 8 * 1024 * 1024
ENTRY_LIMIT_BYTES = 2 * 1024 * 1024

NOT_JSON = {
    "nothing but white space": b"  ",
    "half an object": b'{"text": "Polls',
    "two values": b'{"text": "a"} {}',
    "a comma at the end": b'{"text": "a",}',
    "single quotes": b"{'text': 'a'}",
    "not a number": b'{"text": "a", "key_event": NaN}',
    "infinity": b'{"external_version": Infinity}',
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "an overlong encoding": b'{"text": "\xc0\xaf"}',
    "a raw surrogate": b'{"text": "\xed\xa0\x80"}',
    "an escaped surrogate alone": b'{"text": "\\ud800"}',
    "a surrogate as a name": b'{"\\ud800": "a"}',
    "surrogates the wrong way round": b'{"text": "\\udc00\\ud800"}',
    "a control character": b'{"text": "a\x01b"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"text": "a"}',
    "a number of 5,000 digits": b'{"text": "a", "key_event": ' + b"9" * 5_000 + b"}",
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets, closed": b"[" * 100_000 + b"]" * 100_000,
    "100,000 braces": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}

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

OVERRIDE, UNSEEN = "Ada\u202edniL", "Ada\u3164"
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

PATHS = {
    "/v1/stories/..%2f": 404,
    "/v1/stories/%2e%2e%2fsite": 404,
    "/v1//stories": 404,
    "//v1/stories": 404,
    "/v1/stories//entries": 404,
    "/v1/stories/%00": 400,
    "/v1/stories/a%00b/entries": 400,
    "/v1/stories/%ff": 400,
    "/v1/stories%0a": 400,
    "/newsroom%0A": 400,
    "/static/apply.js%0a": 400,
    "/v1/stories/election%7f": 400,
    "/v1/stories/%ed%a0%80": 400,
    "/v1/stories;v=1": 404,
    "/v1/stories/election;x=1/entries": 404,
    "/v1/stories/election%3Bx/entries": 404,
    "/v1/stories/election/entries/..%2f..%2f": 404,
    "/v1/stories/" + "a" * 5_000: 404,
    "/V1/STORIES": 404,
    "/v1/stories/ELECTION%E2%80%8B": 404,
    "/v1/stories/election/entries%3Abatch": 405,
}


@pytest.fixture
async def story(server: Server) -> dict[str, Any]:
    """Create the story that every request of this file names."""
    return await server.story(slug="election")


async def _everything(server: Server) -> tuple[Any, ...]:
    """Read everything there is, for the public and for the newsroom."""
    paths = ("/v1/stories/election", "/v1/stories/election/changes?after=0", "/v1/newsroom/stories/election/entries")
    return tuple([(await server.admin.get(path)).json() for path in (*paths, "/v1/newsroom/stories")])


async def _send(server: Server, content: bytes, *, kind: str = "application/json") -> httpx.Response:
    return await server.admin.post("/v1/stories/election/entries", content=content, headers={"content-type": kind})


@pytest.mark.parametrize("content", NOT_JSON.values(), ids=NOT_JSON.keys())
@pytest.mark.usefixtures("story")
async def test_what_is_no_json_is_400_and_changes_nothing(server: Server, content: bytes) -> None:
    before = await _everything(server)
    reply = await _send(server, content)
    assert (reply.status_code, reply.json()["code"]) == (400, "malformed_json"), reply.text
    assert await _everything(server) == before


@pytest.mark.parametrize(("content", "pointer"), NOT_WHAT_IS_WANTED.values(), ids=NOT_WHAT_IS_WANTED.keys())
@pytest.mark.usefixtures("story")
async def test_what_is_not_wanted_is_422_with_a_pointer_and_changes_nothing(
    server: Server, content: bytes, pointer: str
) -> None:
    before = await _everything(server)
    reply = await _send(server, content)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.text
    assert reply.json()["errors"][0]["pointer"].startswith(pointer), reply.text
    assert await _everything(server) == before


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
    before = await _everything(server)
    for way, where, content in ways:
        problem = (await server.admin.request(way, where, json=content, headers={"if-match": "*"})).json()
        problem = problem["items"][0]["problem"] if "items" in problem else problem
        assert problem["status"] == 422, problem
        assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [(pointer, code)]
    assert await _everything(server) == before


@pytest.mark.usefixtures("story")
async def test_what_people_really_write_is_taken(server: Server) -> None:
    hebrew = {"headline": "C++\u200f של", "text": "\u202bשלום", "authors": [{"name": "می\u200cرا 👩\u200d🚒"}]}
    assert (await _send(server, json.dumps(hebrew).encode())).status_code == 201
    linked = {"text": "[a](http://site@other.example) http://site@other.example @ada https://e.example/@ada"}
    entry = (await _send(server, json.dumps(linked).encode())).json()
    assert entry["body_html"].count("<a ") == 1
    assert 'href="https://e.example/@ada"' in entry["body_html"]
    story = await server.story(
        slug="wide", time_zone="Asia/Kathmandu", settings={"hold_seconds": 1, "auto_end_after": 60}
    )
    assert story["time_zone"] == "Asia/Kathmandu"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("text/plain", "unsupported_type"),
        ("application/xml", "unsupported_type"),
        ("multipart/form-data; boundary=x", "unsupported_type"),
        ("application/json; charset=iso-8859-1", "unsupported_charset"),
        ("application/jsonx", "unsupported_type"),
        ("", "unsupported_type"),
    ],
)
@pytest.mark.usefixtures("story")
async def test_another_type_is_415_and_changes_nothing(server: Server, kind: str, code: str) -> None:
    before = await _everything(server)
    reply = await _send(server, b'{"text": "Polls have closed."}', kind=kind)
    assert (reply.status_code, reply.json()["code"]) == (415, code)
    assert await _everything(server) == before


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/v1/stories/election/entries", ENTRY_LIMIT_BYTES),
        ("/v1/stories/election/entries:batch", BATCH_LIMIT_BYTES),
        ("/v1/stories", ENTRY_LIMIT_BYTES),
        ("/v1/newsroom/sessions", 4 * 1024),
        ("/v1/newsroom/tokens", 64 * 1024),
        ("/v1/stories/election/retract-last", 64 * 1024),
    ],
)
@pytest.mark.usefixtures("story")
async def test_a_body_one_byte_too_large_is_413_and_one_that_just_fits_is_read(
    server: Server, path: str, limit: int
) -> None:
    before = await _everything(server)
    too_large = await server.admin.post(path, content=b" " * (limit + 1), headers=JSON)
    assert (too_large.status_code, too_large.json()["code"]) == (413, "body_too_large")
    assert too_large.json()["detail"] == f"This address takes bodies of at most {limit:,} bytes."
    fits = await server.admin.post(path, content=b" " * limit, headers=JSON)
    assert (fits.status_code, fits.json()["code"]) == (400, "malformed_json")
    assert await _everything(server) == before


@pytest.mark.usefixtures("story")
async def test_of_many_faults_the_first_are_named_and_all_are_counted_at_little_cost(server: Server) -> None:
    unknown = json.dumps({f"{number:x}": 1 for number in range(200_000)}, separators=(",", ":")).encode()
    assert len(unknown) < ENTRY_LIMIT_BYTES
    started = process_time()
    reply = await _send(server, unknown)
    spent_seconds = process_time() - started
    problem = reply.json()
    assert (reply.status_code, problem["code"], len(problem["errors"])) == (422, "invalid", 20)
    assert {each["code"] for each in problem["errors"]} == {"unknown_field"}
    assert "200,000 values are wrong" in problem["detail"]
    assert len(reply.content) < 4_000
    started = process_time()
    json.loads(unknown)
    assert spent_seconds < 12 * (process_time() - started), "more than reading it a few times"
    refused = await server.client.post("/v1/newsroom/sessions", content=unknown, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        ({"type": "table", "rows": [[{"html": "a"}, *[{}] * 99]] * 100}, "/blocks/0/rows/0/1/html"),
        ({"type": "list", "items": [{"html": "a"}, *[{}] * 9_999]}, "/blocks/0/items/1/html"),
        ({"type": "list", "items": [{"html": "a", "items": [{}] * 9_999}]}, "/blocks/0/items/0/items/0/html"),
    ],
)
@pytest.mark.usefixtures("story")
async def test_of_many_wrong_cells_or_items_the_first_is_named(
    server: Server, block: dict[str, Any], pointer: str
) -> None:
    problem = (await _send(server, json.dumps({"blocks": [block]}).encode())).json()
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [(pointer, "missing")]


@pytest.mark.usefixtures("story")
async def test_a_batch_counts_the_faults_of_each_item(server: Server) -> None:
    items = [{"text": "a", **{f"x{number}": 1 for number in range(90)}}]
    reply = await server.admin.post("/v1/stories/election/entries:batch", json={"items": items})
    problem = reply.json()["items"][0]["problem"]
    assert len(problem["errors"]) == 20
    assert "90 values are wrong" in problem["detail"]


@pytest.mark.usefixtures("story")
async def test_an_object_within_a_body_has_so_many_members_and_no_more(server: Server) -> None:
    for count, code, detail in (
        (99, "unknown_field", "99 values are wrong"),
        (100, "too_many_members", "has 101 members"),
    ):
        author = {"name": "Ada", **{f"x{number}": 1 for number in range(count)}}
        reply = await _send(server, json.dumps({"text": "a", "authors": [author]}).encode())
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, code)
        assert len(reply.json()["errors"]) <= 20
        assert detail in reply.json()["detail"]


async def test_an_entry_too_large_to_be_pushed_is_413_and_changes_nothing(
    server: Server, story: dict[str, Any]
) -> None:
    before = await _everything(server)
    reply = await _send(server, json.dumps({"text": "a" * 140_000}).encode())
    assert reply.status_code == 413
    assert await _everything(server) == before


async def test_what_is_not_there_is_404_and_what_was_removed_410(server: Server, story: dict[str, Any]) -> None:
    entry = await server.post(story["id"])
    nobody = "0f4b3c2d-1e5a-4b6c-8d7e-9f0a1b2c3d4e"
    for path, code in (
        (f"/v1/stories/{nobody}/entries", "story_not_found"),
        ("/v1/stories/nothing/entries", "story_not_found"),
        (f"/v1/stories/election/entries/{nobody}/publish", "entry_not_found"),
        (f"/v1/stories/nothing/entries/{entry['id']}/publish", "story_not_found"),
    ):
        body = {"text": "a"} if path.endswith("entries") else {}
        reply = await server.admin.post(path, json=body)
        assert (reply.status_code, reply.json()["code"]) == (404, code)
    await server.act("remove", entry)
    gone = await server.client.get(f"/v1/stories/election/entries/{entry['id']}")
    assert (gone.status_code, gone.json()["code"], gone.json()["cause"]) == (410, "entry_gone", "removed")


@pytest.mark.parametrize("path", ["/v1/stories/election", "entry"])
async def test_an_edit_needs_the_etag_of_today(server: Server, story: dict[str, Any], path: str) -> None:
    entry = await server.post(story["id"])
    where = f"/v1/stories/election/entries/{entry['id']}" if path == "entry" else path
    patch = {"text": "Edited."} if path == "entry" else {"title": "Edited"}
    before = await _everything(server)
    for headers, status, code in (
        ({}, 428, "if_match_required"),
        ({"if-match": '"v999"'}, 412, "stale"),
        ({"if-match": '"r999"'}, 412, "stale"),
        ({"if-match": "v1"}, 400, "bad_if_match"),
        ({"if-match": ""}, 400, "bad_if_match"),
        ({"if-match": '"' + "v" * 5_000 + '"'}, None, None),
        ({"if-match": '"v' + "9" * 5_000 + '"'}, None, None),
    ):
        reply = await server.admin.patch(where, json=patch, headers=headers)
        if status is None:
            assert reply.status_code in {400, 412}
        else:
            assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert await _everything(server) == before


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer lb_person_" + "x" * 36, "Bearer x", "Bearer " + "x" * 5_000, "x"],
)
async def test_a_bad_token_is_401_and_changes_nothing(server: Server, authorization: str) -> None:
    before = await _everything(server)
    headers = {**JSON, "authorization": authorization}
    for content in (b'{"text": "a"}', b"[" * 100_000, b""):
        reply = await server.client.post("/v1/stories/election/entries", content=content, headers=headers)
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"].startswith("Bearer")
    assert await _everything(server) == before


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("name", ["authorization", "idempotency-key", "if-match"])
async def test_a_header_that_came_twice_is_refused_and_changes_nothing(server: Server, name: str) -> None:
    before = await _everything(server)
    own = server.admin.headers["authorization"]
    value = own if name == "authorization" else '"v1"'
    headers = [("content-type", "application/json"), (name, value), (name, value)]
    headers += [] if name == "authorization" else [("authorization", own)]
    reply = await server.client.post("/v1/stories/election/entries", content=b'{"text": "a"}', headers=headers)
    assert reply.status_code == (401 if name == "authorization" else 400)
    assert await _everything(server) == before


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(("path", "status"), PATHS.items())
async def test_a_path_that_is_a_trick_leads_nowhere(server: Server, path: str, status: int) -> None:
    before = await _everything(server)
    for method in ("GET", "HEAD"):
        url = httpx.URL(PUBLIC_URL).copy_with(raw_path=path.encode())
        reply = await server.client.request(method, url)
        assert reply.status_code == status, f"{method} {path}: {reply.text}"
    url = httpx.URL(PUBLIC_URL).copy_with(raw_path=path.encode())
    written = await server.admin.post(url, json={"text": "a"})
    assert written.status_code in {400, 404, 405, 422}
    assert await _everything(server) == before


@pytest.mark.usefixtures("story")
async def test_a_batch_says_of_each_item_what_is_wrong_with_it(server: Server) -> None:
    items = [{"text": "One"}, {"text": 2}, None, {"txet": "x"}, {"text": "\x00"}, [], {"text": "Two"}]
    reply = await server.admin.post("/v1/stories/election/entries:batch", json={"items": items})
    assert [result["status"] for result in reply.json()["items"]] == [201, 422, 422, 422, 422, 422, 201]
    assert (await server.client.get("/v1/stories/election")).json()["entry_count"] == 2
    refusals: tuple[dict[str, Any], ...] = ({"items": []}, {"items": [{"text": "a"}] * 101}, {}, {"items": {}})
    for bad in refusals:
        refused = await server.admin.post("/v1/stories/election/entries:batch", json=bad)
        assert refused.status_code == 422
    assert (await server.client.get("/v1/stories/election")).json()["entry_count"] == 2


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"text=Polls+have+closed.&txet=a", 422),
        (b"text=%ff%fe", 400),
        (b"text=a%00b", 422),
        (b"=&&==", 400),
        (b"&".join(b"f%d=a" % n for n in range(60)), 400),
        (b"text=%ed%a0%80", 400),
        (b"text=One&text=Two", 400),
        (b"text=One&status=draft&status=published", 400),
        (b"text=One&te%78t=Two", 400),
        (b"text=%e2%80%8b", 422),
    ],
)
async def test_a_bad_form_is_refused_and_changes_nothing(server: Server, content: bytes, status: int) -> None:
    before = await _everything(server)
    reply = await _send(server, content, kind="application/x-www-form-urlencoded")
    assert reply.status_code == status, reply.text
    assert await _everything(server) == before


@pytest.mark.usefixtures("story")
async def test_a_form_that_has_a_field_twice_is_told_which(server: Server) -> None:
    reply = await _send(server, b"text=One&headline=A&text=Two", kind="application/x-www-form-urlencoded")
    assert (reply.status_code, reply.json()["code"]) == (400, "malformed_form")
    assert reply.json()["detail"] == "The form has more than one text: send each field once."
