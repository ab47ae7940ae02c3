"""The background jobs of one process."""

from __future__ import annotations

from functools import partial
from random import Random

from starlette.types import ASGIApp

from app.api.http.state import AppState
from app.composition.cached_text import CachedText
from app.composition.process import Process
from app.domain.sites import SiteList
from app.jobs.checkpointing import checkpoint_job
from app.jobs.comment_counts import comment_counts_job
from app.jobs.comment_retention import comment_retention_job
from app.jobs.demo import demo_job, local_api
from app.jobs.demo_story import DEMO_STORY, load_demo_story
from app.jobs.due_work import DueWork
from app.jobs.job import Job
from app.jobs.media_collection import media_collection_job
from app.jobs.memory_return import find_trim, memory_return_job
from app.jobs.purge_watch import purge_watch_job
from app.jobs.retention import retention_job
from app.jobs.schema_watch import schema_watch_job
from app.jobs.sites_watch import sites_watch_job
from app.jobs.token_usage import token_usage_job
from app.jobs.write_probe import write_probe_job
from app.newsroom.due.due_work import run_due_work


def make_jobs(process: Process, app_state: AppState, *, api: ASGIApp, cached_text: CachedText) -> list[Job]:
    """Make every job of a server. The demo story posts its entries through `api`, as any newsroom would."""
    newsroom = app_state.newsroom
    database = newsroom.database

    def follow_sites(sites: SiteList) -> None:
        if process.take_sites(sites):
            cached_text.forget()

    demo = demo_job(
        database,
        load_demo_story(process.settings.public_url),
        count_readers=lambda: app_state.hub.reader_count(DEMO_STORY),
        connect=lambda: local_api(api, process.own_token),
        random=Random(),  # noqa: S311 - how long until the next entry is no secret
    )
    due_work = DueWork(
        partial(run_due_work, newsroom, app_state.backoff),
        clock=newsroom.clock,
        look_seconds=process.capacity.due_look_seconds,
    )
    retention = retention_job(database, clock=newsroom.clock)
    trim = find_trim()
    memory_return = [] if trim is None else [memory_return_job(trim)]
    return [
        due_work.job(),
        checkpoint_job(database),
        write_probe_job(database),
        schema_watch_job(database),
        retention,
        comment_counts_job(database, clock=newsroom.clock),
        comment_retention_job(
            database,
            clock=newsroom.clock,
            email_days=process.settings.comment_email_days,
            address_days=process.settings.comment_address_days,
        ),
        token_usage_job(newsroom),
        purge_watch_job(database, forget=cached_text.forget),
        sites_watch_job(database, take=follow_sites),
        media_collection_job(
            newsroom,
            app_state.media.files,
            app_state.media.incoming,
            kept_days=process.settings.media_orphan_days,
        ),
        *memory_return,
        demo,
    ]
