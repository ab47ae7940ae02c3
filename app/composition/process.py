"""The process that a server runs in: what all of its parts are made from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TextIO

from app.api.http.machine.siblings import NoSiblings, Siblings
from app.api.layers.access_log import AccessLog
from app.api.layers.request_ids import RequestIds
from app.composition.capacity import Capacity, capacity_of, is_shared
from app.composition.limits import links_of
from app.composition.roles import ALONE, Worker
from app.domain.clock import Clock
from app.domain.identifiers import RandomSource
from app.domain.sites import SiteList
from app.settings import Settings
from app.wire.links import Links


@dataclass(frozen=True, slots=True)
class Process:
    """One process's settings, capacity, time and randomness, with the log and the ids that its layers share."""

    settings: Settings
    clock: Clock
    random: RandomSource
    follows_database: bool
    """Whether the newsroom's time is that of a database which other processes share, and `clock` a guess at it."""
    capacity: Capacity
    links: Links
    access_log: AccessLog | None
    """None where the operator does not want to see lines of its level."""
    worker: Worker = ALONE
    """Its role, and its place among the processes of its machine."""
    siblings: Siblings = field(default_factory=NoSiblings)
    """Those processes, as this one asks them."""
    request_ids: RequestIds = field(default_factory=RequestIds)
    own_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """Opens this process alone, with the admin's rights, to what it does itself: commands, and the demo's story."""

    def take_sites(self, sites: SiteList) -> bool:
        """Let every link follow these sites from now on, in any thread; return whether that changed any.

        What is cached is to be dropped after it.
        """
        return self.links.known is not None and self.links.known.replace(self.links, sites)


def make_process(
    settings: Settings,
    *,
    clock: Clock,
    random: RandomSource,
    access_stream: TextIO,
    follows_database: bool,
    worker: Worker = ALONE,
    siblings: Siblings | None = None,
) -> Process:
    """Make the process from its settings; the access log goes to `access_stream`.

    `follows_database`: see Process; a database that is this process's alone has its clock.
    """
    is_logged = settings.log_level in {"debug", "info"}
    return Process(
        settings=settings,
        clock=clock,
        random=random,
        follows_database=follows_database and is_shared(settings),
        capacity=capacity_of(settings, worker),
        links=links_of(settings),
        access_log=_access_log(settings, access_stream, clock) if is_logged else None,
        worker=worker,
        siblings=siblings or NoSiblings(),
    )


def _access_log(settings: Settings, stream: TextIO, clock: Clock) -> AccessLog:
    return AccessLog(form=settings.log_format, stream=stream, clock=clock, addresses=settings.log_addresses)
