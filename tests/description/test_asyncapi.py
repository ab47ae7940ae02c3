"""The AsyncAPI document by itself: valid by AsyncAPI's schema, the same as OpenAPI's, drawn whole on its page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema_rs import Draft7Validator

from tests.description.messages import Json, MessageDescription
from tests.description.recorder import Description
from tests.description.tools import require_node_tools
from tests.e2e.server import Server

pytestmark = pytest.mark.timeout(600)  # the first run installs what package-lock.json names

NOT_IN_DRAFT_7 = {"$defs", "prefixItems", "dependentSchemas", "unevaluatedProperties", "minContains", "$dynamicRef"}


@pytest.fixture(scope="module")
def answer(server: Server) -> httpx.Response:
    """The server's answer."""
    with server.reader() as reader:
        return reader.get("/asyncapi.json").raise_for_status()


@pytest.fixture(scope="module")
def document(answer: httpx.Response) -> Json:
    """The document that it serves."""
    found: Json = answer.json()
    return found


@pytest.fixture(scope="module")
def page(server: Server) -> str:
    """The page that draws it."""
    with server.reader() as reader:
        return reader.get("/docs/messages").raise_for_status().text


def parts(part: Any) -> Iterator[Json]:
    """List every object in a part of the document, but for values that are shown."""
    if isinstance(part, dict):
        yield part
        for name, each in part.items():
            if name not in {"example", "examples"}:
                yield from parts(each)
    elif isinstance(part, list):
        for each in part:
            yield from parts(each)


def test_it_is_valid_by_the_schema_of_asyncapi_3(document: Json) -> None:
    schemas = require_node_tools().parent / "@asyncapi" / "specs" / "schemas"
    validator = Draft7Validator(json.loads((schemas / "3.0.0-without-$id.json").read_text(encoding="utf-8")))
    assert [f"{list(error.instance_path)}: {error.message[:300]}" for error in validator.iter_errors(document)] == []
    wrong = {**document, "channels": {**document["channels"], "news": {"addres": "/news"}}}
    assert not validator.is_valid(wrong)


def test_every_reference_leads_somewhere_and_no_word_is_of_a_newer_json_schema(document: Json) -> None:
    for each in parts(document):
        reference = each.get("$ref")
        if isinstance(reference, str):
            found: Any = document
            for name in reference.removeprefix("#/").split("/"):
                assert name in found, reference
                found = found[name]
            assert list(each) == ["$ref"], "beside a reference nothing is read"
        assert not NOT_IN_DRAFT_7 & each.keys()


def test_it_has_every_live_connection_of_openapi_with_the_same_messages(
    document: Json, description: Description
) -> None:
    sockets = description.document["x-websockets"]
    addresses = {each["address"]: name for name, each in document["channels"].items()}
    assert set(addresses) == {*sockets, "/v1/stories/{story}/events", "/v1/stories/{story}/changes"}
    messages = MessageDescription(document)
    for address, described in sockets.items():
        for action, union in (("send", described["sends"]), ("receive", described["takes"])):
            members = description.schemas[union["$ref"].rpartition("/")[2]]["oneOf"]
            names = [each["$ref"].rpartition("/")[2] for each in members]
            assert messages.operations[addresses[address], action] == names
        assert document["channels"][addresses[address]]["x-close-codes"] == described["closeCodes"]
    for name, schema in document["components"]["schemas"].items():
        assert set(schema.get("properties", ())) == set(description.schemas[name].get("properties", ())), name


def test_every_message_has_an_example_that_is_valid_as_it_and_as_no_other(document: Json) -> None:
    messages = MessageDescription(document)
    without = {name for name, each in messages.messages.items() if "examples" not in each}
    assert without == {"UnknownMessage", "UnknownNewsroomMessage"}
    for place, names in messages.operations.items():
        for name in set(names) - without:
            for example in messages.messages[name]["examples"]:
                assert messages.fitting(place, example["payload"]) == {name}, messages.errors(name, example["payload"])


def test_it_is_known_by_its_etag_and_open_to_any_page(server: Server, answer: httpx.Response) -> None:
    with server.reader() as reader:
        again = reader.get("/asyncapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert answer.headers["access-control-allow-origin"] == "*"


def test_its_page_draws_every_channel_message_shape_and_member(document: Json, page: str) -> None:
    for channel in document["channels"].values():
        assert f"<code>GET {channel['address']}</code>" in page
    for name, schema in document["components"]["schemas"].items():
        section = page[page.index(f'<section id="{name}"') :].partition("</section>")[0]
        for member in schema.get("properties", ()):
            assert f'<th scope="row"><code>{member}</code></th>' in section, (name, member)
    targets = set(re.findall(r'href="#(\w+)"', page))
    assert targets == set(document["components"]["schemas"]), "links of the page, and what they lead to"
    assert "<script" not in page
    assert "anything" not in re.findall(r"<td>([^<]*)</td>", page)


def test_the_page_of_the_api_leads_to_it(server: Server) -> None:
    with server.reader() as reader:
        assert '<a href="/docs/messages">' in reader.get("/docs").text
