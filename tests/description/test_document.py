"""The description by itself: credentials, names, enums, unions, and examples that are valid by their own schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from app.content.blocks import BLOCK_SHAPES
from app.domain import comments
from app.domain.permissions import Extra
from app.domain.statuses import BY_THE_CLOCK, Action
from app.media.formats import MediaKind
from app.newsroom.publication.publication import EntryHidden
from app.wire.messages import GoodbyeReason, Resume, SnapshotReason
from app.wire.newsroom_stream_messages import Doing
from app.wire.shapes import values
from tests.description.recorder import Description, Json
from tests.e2e.server import Server

TRUE_MAPS = {
    ("AuditItem", "before"),
    ("AuditItem", "after"),
    ("CommentBatch", "versions"),
    ("CommentNumbers", "counts"),
    ("Heartbeat", "heads"),
    ("NewsroomComments", "counts"),
    ("NewsroomComments", "reasons"),
    ("Page", "comment_counts"),
    ("StoryState", "comment_counts"),
    ("NewsroomStoryWithCounts", "entries"),
    ("Me", "sites"),
    ("Person", "sites"),
    ("Token", "sites"),
    ("NewToken", "sites"),
    ("PersonDraft", "sites"),
    ("PersonPatch", "sites"),
    ("TokenDraft", "sites"),
}
"""Members that are objects with any names: what a write changed, cursors by story, counts by status or entry, the
versions of comments, the sentence of a reason, roles by site."""

OPEN_UNIONS = {"Block", "NewsroomBlock", "Event", "LiveMessage", "NewsroomMessage"}


def operations(description: Description) -> Iterator[tuple[str, str, str, Json]]:
    """List name, method, path and operation."""
    for name, (method, path, operation) in description.operations.items():
        yield name, method, path, operation


def parts(part: Any) -> Iterator[Json]:
    """List every object in a part of the document, but for values that are shown."""
    if isinstance(part, dict):
        yield part
        for name, each in part.items():
            if name not in {"example", "examples", "default"}:
                yield from parts(each)
    elif isinstance(part, list):
        for each in part:
            yield from parts(each)


def test_every_operation_says_who_may_call_it(description: Description) -> None:
    schemes = description.document["components"]["securitySchemes"]
    for name, _, path, operation in operations(description):
        named = {scheme for either in operation["security"] for scheme in either}
        assert named <= schemes.keys(), name
        is_open = path.startswith(("/v1/stories", "/v1/site", "/v1/previews")) and operation["tags"] == ["Reading"]
        is_open = is_open or operation["tags"] == ["Comments"]
        is_open = is_open or path.startswith(("/media/", "/media-previews/"))
        is_open = is_open or path in {"/healthz", "/readyz", "/version", "/v1/newsroom/sessions"}
        assert (operation["security"] == []) is is_open, name
    assert [used for _, _, _, each in operations(description) for used in each["security"]].count({}) == 1, "/metrics"


def test_the_server_asks_for_credentials_where_that_is_described_and_nowhere_else(
    server: Server, description: Description
) -> None:
    with server.reader() as reader:
        for name, method, path, operation in operations(description):
            if name == "follow_story":
                continue
            address = re.sub(r"\{\w+\}", "nobody", path)
            answer = reader.request(method, address, json=None if method in {"get", "delete"} else {})
            needs = bool(operation["security"]) and {} not in operation["security"]
            assert (answer.status_code == 401) is needs, (name, answer.text)


def test_every_schema_has_a_title_of_its_own_and_nothing_else_has_one(description: Description) -> None:
    schemas = description.schemas
    assert [schema["title"] for schema in schemas.values()] == list(schemas)
    assert not [name for name in schemas if not name.isalnum()], "one model in two versions, or two of one name"
    titled = [each for each in parts([description.document["paths"], schemas]) if isinstance(each.get("title"), str)]
    assert len(titled) == len(schemas)


def test_every_schema_is_used(description: Description) -> None:
    used = description.reachable([description.document["paths"], description.document["x-websockets"]])
    assert description.schemas.keys() - used == set()


def test_an_object_is_open_where_anything_may_come_and_closed_where_we_take_it(description: Description) -> None:
    taken = description.reachable([each.get("requestBody", {}) for _, _, _, each in operations(description)])
    for name, schema in description.schemas.items():
        if "properties" in schema or schema.get("type") == "object":
            assert schema.get("additionalProperties") == (False if name in taken else None), name
        for member, described in schema.get("properties", {}).items():
            maps = [each for each in parts(described) if each.get("additionalProperties", False) is not False]
            assert bool(maps) is ((name, member) in TRUE_MAPS), (name, member)
    for each in parts(description.document["paths"]):
        assert "additionalProperties" not in each, "an answer without a shape"


def test_an_enum_is_closed_where_we_take_it_and_open_where_it_is_read(description: Description) -> None:
    taken = description.reachable([each.get("requestBody", {}) for _, _, _, each in operations(description)])
    enums = {name for name, schema in description.schemas.items() if "enum" in schema}
    opened: set[tuple[str, str]] = set()
    inputs = {"BodyVariant", "ReaderMessage", "NewsroomRequest", "PresenceMessage", "SubscribeMessage"}
    for name, schema in description.schemas.items():
        if name in taken or name in enums or name in inputs:
            continue
        for each in parts(schema):
            known = [one for one in each.get("anyOf", ()) if one.get("$ref", "").rpartition("/")[2] in enums]
            if known:
                assert {"type": "string"} in each["anyOf"], (name, each)
                opened |= {(name, one["$ref"].rpartition("/")[2]) for one in known}
        bare = [
            each for each in schema.get("properties", {}).values() if each.get("$ref", "").rpartition("/")[2] in enums
        ]
        assert bare == [], name
    assert {("PublicEntry", "PublicEntryStatus"), ("StoryFields", "PublicStoryStatus"), ("Me", "Right")} <= opened
    assert len(opened) > 40
    for name in taken - enums:
        for each in parts(description.schemas[name]):
            if any(one.get("$ref", "").rpartition("/")[2] in enums for one in each.get("anyOf", ())):
                assert {"type": "string"} not in each["anyOf"], name


def test_a_union_of_types_names_each_of_them_and_has_one_member_for_those_to_come(description: Description) -> None:
    found = {name for name, schema in description.schemas.items() if "discriminator" in schema}
    assert found >= OPEN_UNIONS | {"ReaderMessage", "NewsroomRequest"}
    for name in found:
        schema = description.schemas[name]
        members = {each["$ref"] for each in schema["oneOf"]}
        mapping = schema["discriminator"]["mapping"]
        unknown = members - set(mapping.values())
        assert len(unknown) == (name in OPEN_UNIONS), name
        for value, reference in mapping.items():
            assert description.schemas[reference.rpartition("/")[2]]["properties"]["type"]["const"] == value
    later = {"id": "x", "type": "hologram", "html": "<p>Later</p>", "depth": 3}
    assert description.errors({"$ref": "#/components/schemas/Block"}, later) == []
    assert description.errors({"$ref": "#/components/schemas/Block"}, {"id": "x", "type": "image", "html": ""})


def test_every_example_is_valid_by_its_schema(description: Description) -> None:
    count = 0
    for name, _, _, operation in operations(description):
        for content in contents(operation):
            schema = content["schema"]
            shown = [each["value"] for each in content.get("examples", {}).values()]
            for example in [
                *shown,
                *([content["example"]] if "example" in content else []),
                *schema.get("examples", ()),
            ]:
                assert description.errors(schema, example) == [], name
                count += 1
        for parameter in operation.get("parameters", ()):
            for example in [*parameter["schema"].get("examples", ()), *parameter.get("examples", ())]:
                assert description.errors(parameter["schema"], example) == [], (name, parameter["name"])
    assert count > 130


def contents(operation: Json) -> Iterator[Json]:
    """List what is sent and answered, each with its schema."""
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for answer in operation["responses"].values():
        yield from answer.get("content", {}).values()


@pytest.mark.parametrize("block_type", sorted(BLOCK_SHAPES))
def test_blocks_are_described_with_the_fields_they_are_stored_with(description: Description, block_type: str) -> None:
    hints = get_type_hints(BLOCK_SHAPES[block_type], include_extras=True)
    for union, kept_back in (("NewsroomBlock", set()), ("Block", {"media"})):
        mapping = description.schemas[union]["discriminator"]["mapping"]
        schema = description.schemas[mapping[block_type].rpartition("/")[2]]
        assert set(schema["properties"]) == set(hints) - kept_back
        assert set(schema["required"]) == {name for name, hint in hints.items() if "NotRequired" not in repr(hint)}


def test_the_known_values_of_comments_are_those_that_are_sent() -> None:
    for enum, sent in (
        (values.CommentingMode, get_args(comments.Mode)),
        (values.CommentState, comments.CommentStatus),
        (values.ReceiptState, set(comments.CommentStatus) - {"spam"}),
        (values.CommentRefusal, comments.REASONS),
        (values.NoticeCategory, comments.REPORT_CATEGORIES),
        (values.ModeratorAction, [*comments.CommentAction, "answer", "make_entry"]),
    ):
        assert {each.value for each in enum} == set(sent), enum


def test_the_known_values_are_those_that_are_sent() -> None:
    assert {each.value for each in values.EntryAction} == {
        *(each.value for each in Action if each is not Action.CREATE and each not in BY_THE_CLOCK),
        *(each.value for each in Extra),
    }
    assert {each.value for each in values.MediaKind} == {each.value for each in MediaKind}
    for enum, sent in (
        (values.ResumeKind, Resume),
        (values.SnapshotCause, SnapshotReason),
        (values.GoodbyeCause, GoodbyeReason),
        (values.Activity, Doing),
        (values.RemovalCause, get_type_hints(EntryHidden)["cause"]),
    ):
        assert {each.value for each in enum} == set(get_args(sent)), enum


def test_the_event_stream_and_the_websockets_are_described_with_their_messages(description: Description) -> None:
    _, path, operation = description.operations["follow_story"]
    assert path == "/v1/stories/{story}/events"
    schema = operation["responses"]["200"]["content"]["text/event-stream"]["schema"]
    assert schema["contentSchema"] == {"$ref": "#/components/schemas/LiveMessage"}
    sockets = description.document["x-websockets"]
    assert set(sockets) == {"/v1/stories/{story}/live", "/v1/live", "/v1/newsroom/live"}
    protocol = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
    for each in sockets.values():
        assert {each["sends"]["$ref"].rpartition("/")[2], each["takes"]["$ref"].rpartition("/")[2]} <= set(
            description.schemas
        )
        assert all(f"| {row['code']} |" in protocol for row in each["closeCodes"])


def test_a_default_is_told_in_words(description: Description) -> None:
    """openapi-typescript takes a member with a default for one that is always there, and asks for it in requests."""
    assert [each for each in parts(description.schemas) if "default" in each] == []
    assert description.schemas["EntryDraft"]["properties"]["kind"]["description"] == 'Without it: `"update"`.'
