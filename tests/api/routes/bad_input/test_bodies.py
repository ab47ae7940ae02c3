"""A body that cannot be read, is of another type or too large gets a clear error and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.routes.bad_input.sending import ENTRY_LIMIT_BYTES, JSON, read_everything, send_entry
from tests.api.server import Server

pytestmark = pytest.mark.anyio


BATCH_LIMIT_BYTES = 8 * 1024 * 1024


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


@pytest.mark.parametrize("content", NOT_JSON.values(), ids=NOT_JSON.keys())
@pytest.mark.usefixtures("story")
async def test_what_is_no_json_is_400_and_changes_nothing(server: Server, content: bytes) -> None:
    before = await read_everything(server)
    reply = await send_entry(server, content)
    assert (reply.status_code, reply.json()["code"]) == (400, "malformed_json"), reply.text
    assert await read_everything(server) == before


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
    before = await read_everything(server)
    reply = await send_entry(server, b'{"text": "Polls have closed."}', kind=kind)
    assert (reply.status_code, reply.json()["code"]) == (415, code)
    assert await read_everything(server) == before


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
    before = await read_everything(server)
    too_large = await server.admin.post(path, content=b" " * (limit + 1), headers=JSON)
    assert (too_large.status_code, too_large.json()["code"]) == (413, "body_too_large")
    assert too_large.json()["detail"] == f"This address takes bodies of at most {limit:,} bytes."
    fits = await server.admin.post(path, content=b" " * limit, headers=JSON)
    assert (fits.status_code, fits.json()["code"]) == (400, "malformed_json")
    assert await read_everything(server) == before


async def test_an_entry_too_large_to_be_pushed_is_413_and_changes_nothing(
    server: Server, story: dict[str, Any]
) -> None:
    before = await read_everything(server)
    reply = await send_entry(server, json.dumps({"text": "a" * 140_000}).encode())
    assert reply.status_code == 413
    assert await read_everything(server) == before


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
    before = await read_everything(server)
    reply = await send_entry(server, content, kind="application/x-www-form-urlencoded")
    assert reply.status_code == status, reply.text
    assert await read_everything(server) == before


@pytest.mark.usefixtures("story")
async def test_a_form_that_has_a_field_twice_is_told_which(server: Server) -> None:
    reply = await send_entry(server, b"text=One&headline=A&text=Two", kind="application/x-www-form-urlencoded")
    assert (reply.status_code, reply.json()["code"]) == (400, "malformed_form")
    assert reply.json()["detail"] == "The form has more than one text: send each field once."
