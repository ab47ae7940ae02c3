"""Deletes uploads that nothing has used for a long time, and files that no upload has.

The time outlasts a backup: what a copy of the tables names is still there when its files are copied. Files without a
row are what an upload or a purge left that was killed between the two: they go once no upload can be about to write
their row, so that what a court has ordered away is gone within two hours even then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial

import structlog

from app.domain.clock import Micros
from app.domain.errors import Unavailable
from app.jobs.job import Job, run_in_thread
from app.media.files import MediaFiles
from app.media.incoming import IncomingFolder
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.media.unused import delete_unused_media, find_unknown_names

PAUSE_SECONDS = 3_600.0
WITHOUT_ROW_SECONDS = 3_600.0
"""Far more than an upload needs from its files to its row, and than clocks of a store and of us differ."""
BATCH = 20
NAMES_AT_ONCE = 500
_DAY_SECONDS = 86_400

_log = structlog.get_logger(__name__)


def media_collection_job(newsroom: Newsroom, files: MediaFiles, incoming: IncomingFolder, *, kept_days: int) -> Job:
    """Make the job that collects what is not used after `kept_days`, and what ended processes left coming in."""

    async def collect() -> None:
        if left := await incoming.delete_leftovers():
            _log.info("uploads_left_deleted", uploads=left)
        await collect_media(newsroom, files, kept_seconds=kept_days * _DAY_SECONDS)

    return Job("media collection", run=collect, pause_seconds=lambda: PAUSE_SECONDS, limit_seconds=PAUSE_SECONDS)


async def collect_media(newsroom: Newsroom, files: MediaFiles, *, kept_seconds: float) -> int:
    """Delete what has not been used for `kept_seconds`, and files without a row; return how many objects that were.

    What cannot be deleted keeps nothing else; it is tried again next time. Raises Unavailable.
    """
    deleted, failed = 0, None
    while True:
        before = Micros(int(newsroom.clock() - kept_seconds * 1_000_000))
        names = await run_in_thread(partial(delete_unused_media, newsroom, before=before, limit=BATCH))
        failed = await _delete(files, names) or failed
        deleted += len(names)
        if len(names) < BATCH:
            break
        await asyncio.sleep(0)
    waiting: list[str] = []
    async for kept in files.names():
        if kept.age_seconds > min(WITHOUT_ROW_SECONDS, kept_seconds):
            waiting.append(kept.name)
        if len(waiting) >= NAMES_AT_ONCE:
            unknown, waiting = await _find_unknown(newsroom, waiting), []
            failed = await _delete(files, unknown) or failed
            deleted += len(unknown)
    unknown = await _find_unknown(newsroom, waiting)
    failed = await _delete(files, unknown) or failed
    deleted += len(unknown)
    if failed is not None:
        raise failed
    if deleted:
        _log.info("media_collected", objects=deleted)
    return deleted


async def _find_unknown(newsroom: Newsroom, names: list[str]) -> set[str]:
    return await run_in_thread(partial(find_unknown_names, newsroom, names)) if names else set()


async def _delete(files: MediaFiles, names: Iterable[str]) -> Unavailable | None:
    """Delete objects; return the last error, if some could not be."""
    failed = None
    for name in names:
        try:
            await files.delete(name)
        except Unavailable as error:
            failed = error
    return failed
