"""Follows the sites: what another process has changed of one, this process knows a moment later.

Its own changes are known with their commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.domain.sites import SiteList
from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import read_sites_version
from app.storage.newsroom.sites import list_sites

PAUSE_SECONDS = 1.0
"""One read of one row; so much later another process answers as the changed site."""
LIMIT_SECONDS = 15.0


class SitesWatch:
    """The count of changes known to the process."""

    def __init__(self, database: Database, *, take: Callable[[SiteList], None]) -> None:
        """`take` lets the process follow the sites, and drops what it caches; it is called on the event loop."""
        self._database = database
        self._take = take
        self._known: int | None = None

    async def run(self) -> None:
        """Look once."""
        found = await run_in_thread(self._read_changed)
        if found is not None:
            self._take(found)
            self._known = found.version

    def _read_changed(self) -> SiteList | None:
        with self._database.snapshot() as tx:
            return None if read_sites_version(tx) == self._known else list_sites(tx)


def sites_watch_job(database: Database, *, take: Callable[[SiteList], None], woken: asyncio.Event | None = None) -> Job:
    """Make the job that follows the sites; it looks at once when it is `woken`."""
    watch = SitesWatch(database, take=take)
    return Job(
        "sites watch", run=watch.run, pause_seconds=lambda: PAUSE_SECONDS, limit_seconds=LIMIT_SECONDS, woken=woken
    )
