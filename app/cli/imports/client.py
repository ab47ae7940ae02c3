"""A story brought into a server from records of another system: sent in batches, shown, and counted.

It may be interrupted anywhere and run again: what is there already is not brought twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import httpx

from app.cli.control import ask
from app.newsroom.imports.record_json import entry_json, story_json
from app.newsroom.imports.records import ImportedEntry, ImportedStory
from app.wire.encoding import encode_json

BATCH_ENTRIES = 200
BATCH_BYTES = 4 * 1024 * 1024

_Item = TypeVar("_Item")

ImportedSoFar = Callable[[str, int], None]
"""Is called with what is being done, and with how many entries it has been done to."""


@dataclass(slots=True)
class ImportOutcome:
    """The outcome of an import. `is_new` says that this run has made the story public, or a draft."""

    story: str
    slug: str
    status: str
    is_new: bool
    added: int = 0
    changed: int = 0
    same: int = 0
    left_alone: list[tuple[str, str]] = field(default_factory=list)
    """External ids of entries that were not brought up to date, each with the reason."""


async def import_story(
    api: httpx.AsyncClient,
    story: ImportedStory,
    entries: Iterable[ImportedEntry],
    *,
    opens: bool = False,
    progress: ImportedSoFar = lambda _, __: None,
) -> ImportOutcome:
    """Bring a story with its entries into the server of `api`, and open it once all are there. Raises Refused.

    A story that was brought before, and is complete, gets what is new by the ordinary door. One of which a part is
    there goes on where it was, and one that came as a draft is opened if this run `opens` it.
    """
    begun = await ask(api, "POST", "/control/imports", {"story": story_json(story), "opens": opens})
    outcome = ImportOutcome(begun["story"], begun["slug"], begun["status"], is_new=begun["state"] != "complete")
    if begun["state"] in {"showing", "opening"}:
        await _show(api, outcome, progress)
    done = 0
    async for batch in in_threads(_batches(entries)):
        taken = await ask(api, "POST", f"/control/imports/{outcome.story}/entries", {"entries": batch})
        outcome.added += taken["added"]
        outcome.changed += taken["changed"]
        outcome.same += taken["same"]
        outcome.left_alone += [(external_id, reason) for external_id, reason in taken["left_alone"]]
        done += len(batch)
        progress("entries", done)
    if begun["state"] == "taking":
        await _show(api, outcome, progress)
    return outcome


async def _show(api: httpx.AsyncClient, outcome: ImportOutcome, progress: ImportedSoFar) -> None:
    shown, state = 0, "showing"
    while state != "complete":
        answer = await ask(api, "POST", f"/control/imports/{outcome.story}/show", {})
        state, shown = answer["state"], shown + answer["shown"]
        progress("shown", shown)


async def in_threads(items: Iterable[_Item]) -> AsyncIterator[_Item]:
    """Yield what takes time to make, each made in a thread: the event loop may be that of an application."""
    iterator = iter(items)
    end = object()
    while (item := await asyncio.to_thread(next, iterator, end)) is not end:
        yield cast("_Item", item)


def _batches(entries: Iterable[ImportedEntry]) -> Iterable[list[dict[str, Any]]]:
    """Yield the entries as JSON's values, so many at once that a request is neither long nor large."""
    batch: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        members = entry_json(entry)
        size += len(encode_json(members))
        if batch and (len(batch) == BATCH_ENTRIES or size > BATCH_BYTES):
            yield batch
            batch, size = [], len(encode_json(members))
        batch.append(members)
    if batch:
        yield batch
