"""The process that a server runs in: what all of its parts are made from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TextIO

from app.api.layers.access_log import AccessLog
from app.api.layers.request_ids import RequestIds
from app.composition.capacity import Capacity, capacity_of
from app.composition.limits import links_of
from app.domain.clock import Clock
from app.domain.identifiers import RandomSource
from app.settings import Settings
from app.wire.links import Links


@dataclass(frozen=True, slots=True)
class Process:
    """One process's settings, capacity, time and randomness, with the log and the ids that its layers share."""

    settings: Settings
    clock: Clock
    random: RandomSource
    capacity: Capacity
    links: Links
    access_log: AccessLog | None
    """None where the operator does not want to see lines of its level."""
    request_ids: RequestIds = field(default_factory=RequestIds)
    own_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """Opens this process alone, with the admin's rights, to what it does itself: commands, and the demo's story."""


def make_process(settings: Settings, *, clock: Clock, random: RandomSource, access_stream: TextIO) -> Process:
    """Make the process from its settings; the access log goes to `access_stream`."""
    is_logged = settings.log_level in {"debug", "info"}
    return Process(
        settings=settings,
        clock=clock,
        random=random,
        capacity=capacity_of(settings),
        links=links_of(settings),
        access_log=AccessLog(form=settings.log_format, stream=access_stream, clock=clock) if is_logged else None,
    )
