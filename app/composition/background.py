"""The background jobs of one process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

import httpx

from app.api.http.state import AppState
from app.composition.capacity import Capacity
from app.domain.clock import Clock
from app.jobs.checkpointing import checkpoint_job
from app.jobs.demo import demo_job
from app.jobs.demo_story import DEMO_STORY, load_demo_story
from app.jobs.due_work import DueWork
from app.jobs.job import Job
from app.jobs.retention import retention_job
from app.jobs.token_usage import token_usage_job
from app.newsroom.due.due_work import run_due_work
from app.settings import Settings


def make_jobs(
    app_state: AppState,
    *,
    settings: Settings,
    capacity: Capacity,
    clock: Clock,
    connect: Callable[[], httpx.AsyncClient],
) -> list[Job]:
    """Make every job of a server. The demo story posts its entries through the API, which `connect` reaches."""
    newsroom = app_state.newsroom
    database = newsroom.database
    due_work = DueWork(
        partial(run_due_work, newsroom, app_state.backoff),
        clock=clock,
        look_seconds=capacity.due_look_seconds,
    )
    demo = demo_job(
        database,
        load_demo_story(settings.public_url),
        count_readers=lambda: app_state.hub.reader_count(DEMO_STORY),
        connect=connect,
        random=Random(),  # noqa: S311 - how long until the next entry is no secret
    )
    return [
        due_work.job(),
        checkpoint_job(database),
        retention_job(database, clock=clock),
        token_usage_job(newsroom),
        demo,
    ]
