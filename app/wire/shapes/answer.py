"""The base of every shape of an answer, and how a shape says what is open and what may be absent."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Answer(BaseModel):
    """A part of an answer. It describes answers and does not validate them.

    Members may be added to each, which JSON Schema allows where nothing is said of it: said aloud, it would become an
    index signature in generated types, and every misspelt member would have a type.
    """

    model_config = ConfigDict(defer_build=True)


_Shape = TypeVar("_Shape")


class OneOf(RootModel[_Shape]):
    """One of several shapes. Like them it describes, and is not built until the description is asked for."""

    model_config = ConfigDict(defer_build=True)


def sometimes(description: str | None = None) -> Any:
    """Describe a member that is absent where there is nothing to say; it is never null."""
    return Field(None, description=description, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class ToldApartByType:
    """Metadata of a union: its members are told apart by the constant that is their `type`.

    A member without one is what stands for all types that are not known yet; whatever constants there are, it has none
    of them, so that exactly one member fits.
    """

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        members = described.pop("anyOf")
        kinds = [(each["$ref"], handler.resolve_ref_schema(each)["properties"]["type"]) for each in members]
        mapping = {kind["const"]: reference for reference, kind in kinds if "const" in kind}
        for _, kind in kinds:
            if "const" not in kind:
                kind["not"] = {"enum": list(mapping)}
        return {**described, "oneOf": members, "discriminator": {"propertyName": "type", "mapping": mapping}}
