"""What happens to a site: a node is lost, a cable cut, all connections are, a release is rolled out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.live.session.goodbyes import drain_window_ms
from benchmarks.figures import percentile
from benchmarks.simulation.clients import PRESENT, WATCHDOG_HEARTBEATS, BackOff
from benchmarks.simulation.fleet import Fleet
from benchmarks.simulation.site import Node, Site, State

HEARTBEAT_SECONDS = 25.0
"""LIVEBLOG_HEARTBEAT_SECONDS."""
DRAIN_SECONDS = 30.0
"""LIVEBLOG_DRAIN_SECONDS with PostgreSQL."""
START_SECONDS = 5.0
"""A node's start until it is ready."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. Seconds count from when connections were let through; `away` is the 99th percentile."""

    what: str
    fleet: Fleet
    all_back: float
    away: float
    busiest_second: float
    longest_queue: float
    requests: float
    given_up: float

    @property
    def load(self) -> float:
        """Return the busiest second of one node as a share of what it was measured to admit."""
        return self.busiest_second / self.fleet.handshakes_per_second

    @property
    def is_overloaded(self) -> bool:
        """Return whether tries were given up in a queue: work for nobody, which only brings more of it."""
        return self.given_up > 0


@dataclass(frozen=True, slots=True)
class Setting:
    """How a scenario is run."""

    fleet: Fleet
    simulated: int
    seed: int = 1
    back_off: BackOff = PRESENT
    drain_seconds: float = DRAIN_SECONDS
    look: Callable[[Site], None] = lambda site: None

    def site(self) -> Site:
        """Make the site."""
        return Site(self.fleet, simulated=self.simulated, seed=self.seed, back_off=self.back_off)


def kill_one(setting: Setting) -> Outcome:
    """Kill one node: all of its readers know at once."""
    site = setting.site()
    site.at(0.0, lambda: site.lose(site.nodes[0]))
    return _outcome("one node killed", setting, site)


def cut_one_off(setting: Setting) -> Outcome:
    """Cut one node's cable: each of its readers notices by the heartbeats that do not come."""
    site = setting.site()
    patience = WATCHDOG_HEARTBEATS * HEARTBEAT_SECONDS
    site.at(
        0.0,
        lambda: site.lose_silently(site.nodes[0], noticed=lambda: patience - site.random() * HEARTBEAT_SECONDS),
    )
    return _outcome("one node silent", setting, site)


def blip(setting: Setting, *, seconds: float) -> Outcome:
    """Cut every connection, and let none through for some seconds."""
    site = setting.site()
    site.at(0.0, site.cut_all)
    site.at(seconds, site.come_back)
    return _outcome(f"all cut for {seconds:g} s", setting, site, since=seconds)


def deploy(setting: Setting) -> Outcome:
    """Replace every node, one after the other, in its place."""
    site = setting.site()

    def replace(number: int) -> None:
        node = site.nodes[number]
        of_a_process = round(node.load * site.weight / setting.fleet.cores)
        window_ms = drain_window_ms(of_a_process, spread_seconds=setting.drain_seconds)
        site.drain(
            node,
            over_seconds=setting.drain_seconds,
            window_seconds=window_ms / 1000,
            then=lambda: site.at(site.now + START_SECONDS, lambda: started(node)),
        )

    def started(node: Node) -> None:
        site.replace(node)
        if node.number + 1 < len(site.nodes):
            replace(node.number + 1)

    site.at(0.0, lambda: replace(0))
    return _outcome("rolling deploy", setting, site)


def _outcome(what: str, setting: Setting, site: Site, *, since: float = 0.0) -> Outcome:
    site.run(until=86_400.0, look=lambda: setting.look(site))
    assert site.counts[State.CONNECTED] == setting.simulated, "somebody never came back"
    return Outcome(
        what=what,
        fleet=setting.fleet,
        all_back=site.last_connected - since,
        away=percentile(site.away, 99) if site.away else 0.0,
        busiest_second=site.busiest_second(),
        longest_queue=site.longest_queue,
        requests=site.requests * site.weight,
        given_up=site.given_up * site.weight,
    )
