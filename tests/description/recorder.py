"""The API's description, and a client that calls by operation and holds every answer to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

Json = dict[str, Any]
LIVE_SHAPES = {"LiveMessage", "ReaderMessage", "NewsroomMessage", "NewsroomRequest", "Changes"}


class Description:
    """One OpenAPI document, its operations by their names, and validators of its schemas."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.schemas: Json = document["components"]["schemas"]
        self.operations: dict[str, tuple[str, str, Json]] = {
            operation["operationId"]: (method, path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        }
        self._validators: dict[str, Draft202012Validator] = {}

    def errors(self, schema: Json, value: Any) -> list[str]:
        """List what is wrong with a value by its schema."""
        return [f"{list(error.instance_path)}: {error.message}" for error in self._validator(schema).iter_errors(value)]

    def fits(self, schema: Json, value: Any) -> bool:
        """Return whether a value is valid by its schema."""
        return self._validator(schema).is_valid(value)

    def reachable(self, part: Any, known: set[str] | None = None) -> set[str]:
        """Name every component that is referred to from a part of the document, at any depth."""
        found = set() if known is None else known
        if isinstance(part, dict):
            reference = part.get("$ref")
            if isinstance(reference, str) and (name := name_of(reference)) not in found:
                found.add(name)
                self.reachable(self.schemas[name], found)
            part = list(part.values())
        for each in part if isinstance(part, list) else ():
            self.reachable(each, found)
        return found

    def _validator(self, schema: Json) -> Draft202012Validator:
        key = repr(schema)
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = Draft202012Validator(whole, validate_formats=True)
        return self._validators[key]


def name_of(reference: str) -> str:
    """Return the name of the component that a reference leads to."""
    return reference.removeprefix("#/components/schemas/")


@dataclass
class Recorder:
    """Which members the objects of each shape had: in any of the answers, and in all of them."""

    description: Description
    called: set[str] = field(default_factory=set)
    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    always: dict[str, set[str]] = field(default_factory=dict)
    heard: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    """The live messages and replies of the log, by the shape under which they were recorded."""

    def call(
        self,
        client: httpx.Client,
        operation_id: str,
        *,
        path: Json | None = None,
        expect: int | None = None,
        **sent: Any,
    ) -> Any:
        """Call an operation; the answer is one that is described, by status, type and shape."""
        method, template, operation = self.description.operations[operation_id]
        answer = client.request(method, template.format(**(path or {})), **sent)
        assert expect is None or answer.status_code == expect, f"{operation_id}: {answer.status_code} {answer.text}"
        assert expect is not None or answer.is_success, f"{operation_id}: {answer.status_code} {answer.text}"
        if answer.is_success:
            self.called.add(operation_id)
        described = operation["responses"][str(answer.status_code)]
        if not answer.content:
            return None
        media_type = answer.headers["content-type"].partition(";")[0]
        schema = {named.partition(";")[0]: each for named, each in described["content"].items()}[media_type]["schema"]
        if "json" not in media_type or media_type == "application/x-ndjson":
            return answer.text
        body = answer.json()
        self.record(schema, body, where=operation_id)
        return body

    def record(self, schema: Json, value: Any, *, where: str) -> None:
        """Hold a value to its schema, and note the members of every object in it."""
        assert self.description.errors(schema, value) == [], where
        if (name := name_of(schema.get("$ref", ""))) in LIVE_SHAPES:
            self.heard[name].append(value)
        self._note(schema, value)

    def _note(self, schema: Json, value: Any) -> None:
        if "$ref" in schema:
            name = name_of(schema["$ref"])
            shape = self.description.schemas[name]
            if isinstance(value, dict) and "properties" in shape:
                self.seen[name] |= value.keys()
                self.always[name] = self.always.get(name, set(value)) & value.keys()
            self._note(shape, value)
        for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            if self.description.fits(each, value):
                self._note(each, value)
                break
        if isinstance(value, list):
            for place, item in enumerate(value):
                before = schema.get("prefixItems", ())
                self._note(before[place] if place < len(before) else schema.get("items", {}), item)
        if isinstance(value, dict):
            for key, item in value.items():
                extra = schema.get("additionalProperties")
                self._note(schema.get("properties", {}).get(key) or (extra if isinstance(extra, dict) else {}), item)
