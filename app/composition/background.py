"""The background jobs of one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from starlette.types import ASGIApp

from app.api.http.machine.machine import count_readers
from app.api.http.state import AppState
from app.composition.cached_text import CachedText
from app.composition.capacity import is_shared
from app.composition.process import Process
from app.domain.sites import SiteList
from app.jobs.checkpointing import checkpoint_job
from app.jobs.comment_counts import comment_counts_job
from app.jobs.comment_retention import comment_retention_job
from app.jobs.demo import demo_job, local_api
from app.jobs.demo_story import DEMO_STORY, load_demo_story
from app.jobs.disk_watch import disk_watch_job
from app.jobs.due_work import DueWork
from app.jobs.job import Job
from app.jobs.media_collection import media_collection_job
from app.jobs.memory_return import find_trim, memory_return_job
from app.jobs.purge_watch import purge_watch_job
from app.jobs.retention import retention_job
from app.jobs.schema_watch import schema_watch_job
from app.jobs.shared_secrets_watch import shared_secrets_watch_job
from app.jobs.sites_watch import sites_watch_job
from app.jobs.token_usage import token_usage_job
from app.jobs.write_probe import write_probe_job
from app.newsroom.due.due_work import run_due_work
from app.settings import Settings
from app.storage.database.opening import database_folder
from app.storage.newsroom.site_control import SharedSecrets


@dataclass(frozen=True, slots=True)
class Looking:
    """The wake-up of the jobs that follow what other processes change, so that they look at once."""

    sites: asyncio.Event = field(default_factory=asyncio.Event)
    purges: asyncio.Event = field(default_factory=asyncio.Event)

    def all(self) -> None:
        """Let each of them look."""
        self.sites.set()
        self.purges.set()


def make_jobs(
    process: Process,
    app_state: AppState,
    *,
    api: ASGIApp,
    cached_text: CachedText,
    looking: Looking,
    follow: Callable[[SharedSecrets], None],
) -> list[Job]:
    """Make every job of a process: those that write for one that does, and those that keep any process right.

    The demo story posts its entries through `api`, as any newsroom would. `follow` is told what the processes of one
    database share as secrets.
    """
    newsroom = app_state.newsroom
    database = newsroom.database

    def follow_sites(sites: SiteList) -> None:
        if process.take_sites(sites):
            cached_text.forget()

    trim = find_trim()
    own_upkeep = [
        schema_watch_job(database),
        purge_watch_job(database, forget=cached_text.forget, woken=looking.purges),
        sites_watch_job(database, take=follow_sites, woken=looking.sites),
        *([shared_secrets_watch_job(database, take=follow)] if is_shared(process.settings) else []),
        *([] if trim is None else [memory_return_job(trim)]),
    ]
    if not process.worker.duties.runs_due_work:
        return own_upkeep
    demo = demo_job(
        database,
        load_demo_story(process.settings.public_url),
        count_readers=lambda: count_readers(app_state, DEMO_STORY),
        connect=lambda: local_api(api, process.own_token),
        random=Random(),  # noqa: S311 - how long until the next entry is no secret
    )
    due_work = DueWork(
        partial(run_due_work, newsroom, app_state.backoff, app_state.due_lateness),
        clock=newsroom.clock,
        look_seconds=process.capacity.due_look_seconds,
    )
    retention = retention_job(database, clock=newsroom.clock)
    return [
        due_work.job(),
        checkpoint_job(database),
        write_probe_job(database),
        retention,
        comment_counts_job(database, clock=newsroom.clock),
        comment_retention_job(
            database,
            clock=newsroom.clock,
            email_days=process.settings.comment_email_days,
            address_days=process.settings.comment_address_days,
        ),
        token_usage_job(newsroom),
        media_collection_job(
            newsroom,
            app_state.media.files,
            app_state.media.incoming,
            kept_days=process.settings.media_orphan_days,
        ),
        disk_watch_job(app_state.disk_room, _folders(process.settings), data_dir=process.settings.data_dir),
        *own_upkeep,
        demo,
    ]


def _folders(settings: Settings) -> dict[str, Path]:
    """Return the folders that are written to, by what they hold; PostgreSQL's own is its host's to watch."""
    database = database_folder(settings.database_url)
    return {"data": settings.data_dir} | ({} if database is None else {"database": database})
