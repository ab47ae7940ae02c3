"""The client law: the messages that a reader applies, those that it drops, and the gaps after which it must resume.

Pure. `receive` and `fold_changes` take a Reader and return the next one with a verdict; the shell around them opens
sockets and, on `Verdict.RESUME`, subscribes again from `reader.state["head"]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from liveblog_client.apply import State, apply, seq_of, with_counters
from liveblog_client.window import Reply


class Mode(StrEnum):
    """The state of the subscription, which decides about the next event."""

    LIVE = "live"
    """Events must be consecutive."""
    CATCHING_UP = "catching_up"
    """Between `subscribed` or `catching_up` and `caught_up`: events ascend, and leave out what was superseded."""
    WAITING = "waiting"
    """A gap was found and the story subscribed again: until `subscribed`, messages belong to the former catch-up."""


class Verdict(StrEnum):
    """The effect of a message."""

    APPLIED = "applied"
    """The state changed, or its head moved."""
    IGNORED = "ignored"
    """Already known, not for this story, or not about its content."""
    REPLACED = "replaced"
    """A snapshot replaced everything; pages requested before it are void."""
    RESUME = "resume"
    """Events are missing: subscribe again from `state["head"]`."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One story of one reader. `state` is the snapshot or page it began with, with every change since."""

    state: State
    mode: Mode = Mode.LIVE

    @property
    def last(self) -> int:
        """Return the number of the newest event applied."""
        return seq_of(self.state["head"])


def empty_state(story_id: str) -> dict[str, Any]:
    """Return the state of a reader that asks for everything (`after=0`) instead of beginning with a snapshot."""
    return {"id": story_id, "timeline": {"items": [], "next": None, "prev": None}, "included": [], "head": "0"}


def receive(reader: Reader, message: Mapping[str, Any]) -> tuple[Reader, Verdict]:
    """Process one message of any transport. Raises MalformedCursor when a cursor in it is none."""
    if message["type"] == "heartbeat":
        return _compare(reader, message["heads"].get(reader.state["id"]))
    if message.get("story") != reader.state["id"]:
        return reader, Verdict.IGNORED
    if "seq" in message:
        return _receive_event(reader, message)
    match message["type"]:
        case "subscribed":
            return replace(reader, mode=Mode.CATCHING_UP), Verdict.IGNORED
        case "catching_up" if reader.mode is not Mode.WAITING:
            return replace(reader, mode=Mode.CATCHING_UP), Verdict.IGNORED
        case "snapshot":
            seq_of(message["state"]["head"])
            return replace(reader, state=message["state"]), Verdict.REPLACED
        case "caught_up":
            return _finish(reader, message)
    return reader, Verdict.IGNORED


def fold_changes(reader: Reader, reply: Reply) -> tuple[Reader, Verdict]:
    """Process a `changes` reply to a request after this reader's head or an earlier one; RESUME while there is more."""
    state = reader.state
    for event in reply["events"]:
        if event["seq"] > seq_of(state["head"]):
            state = apply(state, event)
    if seq_of(reply["cursor"]) > seq_of(state["head"]):
        state = {**state, "head": reply["cursor"]}
    if reply["more"]:
        return replace(reader, state=state), Verdict.RESUME
    return replace(reader, state=state), Verdict.IGNORED if state is reader.state else Verdict.APPLIED


def _receive_event(reader: Reader, event: Mapping[str, Any]) -> tuple[Reader, Verdict]:
    if reader.mode is Mode.WAITING or event["seq"] <= reader.last:
        return reader, Verdict.IGNORED
    if reader.mode is Mode.LIVE and event["seq"] > reader.last + 1:
        return _resume(reader)
    return replace(reader, state=apply(reader.state, event)), Verdict.APPLIED


def _finish(reader: Reader, message: Mapping[str, Any]) -> tuple[Reader, Verdict]:
    if reader.mode is not Mode.CATCHING_UP:
        return _compare(reader, message["cursor"])
    live = replace(reader, mode=Mode.LIVE)
    if seq_of(message["cursor"]) < reader.last:
        return live, Verdict.IGNORED
    return replace(live, state=with_counters({**reader.state, "head": message["cursor"]}, message)), Verdict.APPLIED


def _compare(reader: Reader, head: str | None) -> tuple[Reader, Verdict]:
    """Compare a cursor sent as proof. A greater number is a gap; the same number in another text is another history."""
    if head is None or reader.mode is not Mode.LIVE or head == reader.state["head"] or seq_of(head) < reader.last:
        return reader, Verdict.IGNORED
    return _resume(reader)


def _resume(reader: Reader) -> tuple[Reader, Verdict]:
    return replace(reader, mode=Mode.WAITING), Verdict.RESUME
