"""The AsyncAPI document: its operations by channel, and validators of its messages in its own dialect."""

from __future__ import annotations

from typing import Any

from jsonschema_rs import Draft7Validator

Json = dict[str, Any]


class MessageDescription:
    """One AsyncAPI document; `operations` has the names of messages by channel and by `send` or `receive`."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.messages: Json = document["components"]["messages"]
        self.names = set(self.messages)
        self.operations = {
            (_last(each["channel"]), each["action"]): [self._message(reference) for reference in each["messages"]]
            for each in document["operations"].values()
        }
        self._validators: dict[str, Draft7Validator] = {}

    def fitting(self, place: tuple[str, str], value: Any) -> set[str]:
        """Name the messages of a channel, in one direction, that a value is valid by."""
        return {name for name in self.operations[place] if not self.errors(name, value)}

    def errors(self, name: str, value: Any) -> list[str]:
        """List what is wrong with a value as that message."""
        if name not in self._validators:
            schema = {**self.messages[name]["payload"], "components": self.document["components"]}
            # In this dialect nothing stands beside a reference: one that is the whole schema is put one step down.
            whole = {"allOf": [self.messages[name]["payload"]], "components": schema["components"]}
            self._validators[name] = Draft7Validator(whole, validate_formats=True)
        return [f"{list(error.instance_path)}: {error.message}" for error in self._validators[name].iter_errors(value)]

    def _message(self, reference: Json) -> str:
        """Return the name of the message that an operation refers to through its channel."""
        _, _, channel, _, name = reference["$ref"].split("/")
        return _last(self.document["channels"][channel]["messages"][name])


def _last(reference: Json) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
