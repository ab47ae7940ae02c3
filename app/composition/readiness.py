"""The readiness of one process: what is asked, and what is known already, by its role."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.api.forwarding.writer_link import WriterLink
from app.api.http.readiness import Readiness
from app.api.http.state import MediaServices
from app.brokers.broker import Broker
from app.composition.media import can_read_files, works
from app.composition.process import Process
from app.jobs.job import JobRecords
from app.live.hub.hub import Hub
from app.reading.reading import Reading
from app.storage.database.database_clock import DatabaseClock
from app.storage.database.transactions import Database

RECONCILE_LATE_SECONDS = 10.0
"""Readers may be behind when their stories have not been compared with the tables for so long: readiness says so."""


def make_readiness(
    process: Process,
    database: Database,
    database_clock: DatabaseClock | None,
    *,
    reading: Reading,
    hub: Hub,
    broker: Broker,
    media: MediaServices,
    records: JobRecords,
    has_themes: Callable[[], bool],
    writer: WriterLink | None,
) -> Readiness:
    """Make the readiness of a process, whose phase is `starting` yet.

    A process that reads forwards to `writer`: it takes no uploads, and has none of the jobs that write.
    """
    return Readiness(
        probes={
            "database": reading.snapshots.probe,
            "broker": partial(_is_connected, broker),
            "media": partial(works if process.worker.duties.writes else can_read_files, media),
        },
        states={
            "writes": lambda: database.health.is_writable,
            "schema": lambda: database.health.has_our_schema,
            "copy": lambda: database.health.gate.closing is None,
            "reconcile": lambda: hub.stories.reconcile_age_seconds <= RECONCILE_LATE_SECONDS,
            "clock": lambda: database_clock is None or not database_clock.is_skewed,
            "theme": has_themes,
            "due_work": lambda: not records.is_late("due work"),
            "checkpointing": lambda: not records.is_late("checkpointing"),
            "writer": lambda: writer is None or writer.is_up,
        },
        is_alive=lambda: hub.is_alive,
    )


async def _is_connected(broker: Broker) -> bool:
    return broker.health().is_connected
