"""What another process has changed of a site is followed, once each time."""

from __future__ import annotations

import pytest

from app.domain.sites import Site, SiteList
from app.jobs.sites_watch import SitesWatch, sites_watch_job
from app.storage.database.transactions import Database
from app.storage.newsroom.sites import insert_site, lock_sites, update_site

pytestmark = pytest.mark.anyio

SITE = Site("evening", "The Evening Post", "https://evening.example", hosts=("live.evening.example",))


async def test_a_change_by_another_process_is_taken_once(database: Database) -> None:
    taken: list[SiteList] = []
    watch = SitesWatch(database, take=taken.append)
    await watch.run()
    assert taken == [SiteList(0, ())]
    with database.transaction() as tx:
        lock_sites(tx)
        insert_site(tx, SITE)
    await watch.run()
    await watch.run()
    assert taken[1:] == [SiteList(1, (SITE,))]
    with database.transaction() as tx:
        lock_sites(tx)
        update_site(tx, SITE)
    await watch.run()
    assert taken[2:] == [SiteList(2, (SITE,))]


def test_it_looks_once_a_second(database: Database) -> None:
    assert sites_watch_job(database, take=lambda _: None).pause_seconds() == 1.0
