"""The figures of the whole machine, whichever process is asked: its own, and those that its siblings tell."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from pydantic_core import from_json

from app.api.http.machine.joined_metrics import join_metrics
from app.api.http.machine.receipts import cluster_figures, join_receipts, receipt_figures
from app.api.http.machine.sibling_answers import METRICS, READERS, READINESS, RECEIPT
from app.api.http.metrics.exposition import render_metrics
from app.api.http.metrics.families import counter, gauge
from app.api.http.state import AppState
from app.domain.identifiers import EntryId, StoryId


async def read_metrics(app_state: AppState) -> str:
    """Return the metrics of every process that answers, and how many do."""
    siblings = app_state.siblings
    told = await siblings.ask(METRICS)
    texts = {siblings.name: render_metrics(app_state)}
    texts |= {name: text.decode() for name, text in told.items() if text is not None}
    replaced = {f'{{cause="{cause}"}}': number for cause, number in siblings.count_replaced().items()}
    own = [
        *gauge("processes", {"": len(told) + 1}),
        *gauge("processes_answering", {"": len(texts)}),
        *counter("processes_replaced", replaced),
        "",
    ]
    return (join_metrics(texts) if told else texts[siblings.name]) + "\n".join(own)


async def check_readiness(app_state: AppState) -> tuple[int, str, list[str]]:
    """Return this process's readiness as `Readiness.check` does; its siblings' trouble is a reason.

    Trouble of a sibling is "degraded", for this process serves.
    """
    (status, word, reasons), told = await asyncio.gather(app_state.readiness.check(), app_state.siblings.ask(READINESS))
    for name, answer in told.items():
        if answer is None:
            reasons = [*reasons, f"{name} does not answer"]
            continue
        found = from_json(answer)
        if found["status"] not in {"ready", "degraded"}:
            reasons = [*reasons, f"{name} is {found['status']}"]
        reasons = [*reasons, *(f"{name}: {reason}" for reason in found["reasons"])]
    return status, "degraded" if word == "ready" and reasons else word, reasons


async def read_receipt(app_state: AppState, story: StoryId, entry: EntryId) -> dict[str, Any] | None:
    """Return how the entry's newest event reached its readers, as the API has it.

    They are those of all processes that tell each other over a broker, else those of this machine.
    """
    if app_state.cluster is not None:
        return join_receipts(cluster_figures(each) for each in app_state.cluster.receipts(story, entry))
    told = await app_state.siblings.ask(f"{RECEIPT}?{urlencode({'story': story, 'entry': entry})}")
    own = app_state.hub.delivery(story, entry)
    known = [from_json(answer) for answer in told.values() if answer is not None]
    return join_receipts([each for each in ([] if own is None else [receipt_figures(own)]) + known if each is not None])


async def count_readers(app_state: AppState, story: StoryId) -> int:
    """Count who follows the story now: at all processes that tell each other over a broker, or on this machine."""
    if app_state.cluster is not None:
        return app_state.cluster.reader_count(story)
    told = await app_state.siblings.ask(f"{READERS}?{urlencode({'story': story})}")
    return app_state.hub.reader_count(story) + sum(int(answer) for answer in told.values() if answer is not None)
