"""The delivery of one event to the readers of several processes, from what each of them knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.live.hub.cluster import ProcessReceipt
from app.live.story.deliveries import Receipt


def receipt_figures(receipt: Receipt) -> dict[str, Any]:
    """Return a process's receipt as it is told to siblings; `marks` are seconds since the commit and writes then."""
    marks = [[receipt.late_seconds + seconds, count] for seconds, count in receipt.delivery.marks]
    return {"seq": receipt.seq, "readers": receipt.delivery.readers, "behind": receipt.behind, "marks": marks}


def cluster_figures(receipt: ProcessReceipt) -> dict[str, Any]:
    """Return what another process has said of its readers, in the same form."""
    marks = [[seconds, count] for seconds, count in receipt.moments]
    return {"seq": receipt.seq, "readers": receipt.readers, "behind": receipt.behind, "marks": marks}


def join_receipts(figures: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Join the receipts of processes to one, as the API has it; None without any.

    A process that has not heard of the newest event yet is left out.
    """
    known = list(figures)
    if not known:
        return None
    seq = max(each["seq"] for each in known)
    newest = [each for each in known if each["seq"] == seq]
    marks = sorted((seconds, count) for each in newest for seconds, count in each["marks"])
    return {
        "seq": seq,
        "readers": sum(each["readers"] for each in newest),
        "handed_over": sum(count for _, count in marks),
        "behind": sum(each["behind"] for each in newest),
        "median_ms": _milliseconds_at(marks, 0.5),
        "p99_ms": _milliseconds_at(marks, 0.99),
    }


def _milliseconds_at(marks: list[tuple[float, int]], share: float) -> float | None:
    """Return how long after the commit that share of the writes was done; None without any."""
    wanted, done = share * sum(count for _, count in marks), 0
    for seconds, count in marks:
        done += count
        if count and done >= wanted:
            return round(seconds * 1000, 1)
    return None
