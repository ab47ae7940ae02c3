"""The API's description is complete; tests/description holds it to its own rules and to what is really answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio


async def document(server: Server) -> dict[str, Any]:
    """Read the OpenAPI document."""
    reply = await server.client.get("/openapi.json")
    assert reply.status_code == 200
    described: dict[str, Any] = reply.json()
    return described


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """List method, path and operation of every operation."""
    return [
        (method, path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


async def test_every_operation_has_its_own_name_a_tag_and_a_summary(server: Server) -> None:
    described = await document(server)
    assert described["openapi"].startswith("3.1")
    found = operations(described)
    names = [operation["operationId"] for _, _, operation in found]
    assert len(names) == len(set(names))
    tags = {tag["name"] for tag in described["tags"]}
    for method, path, operation in found:
        assert set(operation["tags"]) <= tags, (method, path)
        assert operation["description"], (method, path)


async def test_every_operation_has_an_example_of_its_good_answer(server: Server) -> None:
    for method, path, operation in operations(await document(server)):
        good = [answer for status, answer in operation["responses"].items() if status in {"200", "201", "202"}]
        assert good, (method, path)
        for answer in good:
            assert answer["content"], (method, path)
            for content in answer["content"].values():
                assert content.get("example") or content.get("examples"), (method, path)


async def test_every_reference_leads_somewhere_and_validation_errors_are_problems(server: Server) -> None:
    described = await document(server)

    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [each for value in part.values() for each in references(value)]
        return [each for value in part for each in references(value)] if isinstance(part, list) else []

    for reference in references(described):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in described["components"][kind], reference
    for method, path, operation in operations(described):
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")) and path not in {"/readyz"}:
                assert set(answer["content"]) == {"application/problem+json"}, (method, path, status)


async def test_every_read_of_a_story_says_that_it_may_be_withdrawn_or_have_another_name(server: Server) -> None:
    reads = {
        path: operation["responses"]
        for method, path, operation in operations(await document(server))
        if method == "get" and path.startswith("/v1/stories/{story}") and not path.endswith("/events")
    }
    assert "/v1/stories/{story}/entries/{entry}" in reads
    for path, responses in reads.items():
        assert "story_withdrawn" in responses["410"]["content"]["application/problem+json"]["examples"], path
        assert ("308" in responses) is not path.endswith("/changes"), path


async def test_whoever_reads_only_the_description_learns_where_stories_are_followed_live(server: Server) -> None:
    description = (await server.client.get("/openapi.json")).json()["info"]["description"]
    for address in ("/v1/stories/{story}/live", "/v1/live", "/v1/stories/{story}/events", "/v1/newsroom/live"):
        assert f"`{address}" in description
