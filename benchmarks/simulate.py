"""Large sites, simulated: a node lost, a deploy, a blip, at one, three and ten million readers; other waits beside."""

from __future__ import annotations

from pathlib import Path

from benchmarks.figures import Figure, Table
from benchmarks.simulation.clients import PRESENT, BackOff
from benchmarks.simulation.fleet import Fleet
from benchmarks.simulation.scenarios import Outcome, Setting, blip, cut_one_off, deploy, kill_one

MILLIONS = (1, 3, 10)
BLIP_SECONDS = 30.0
SHORT_BLIP_SECONDS = 1.0
SEED = 1
RULES = (PRESENT, BackOff(0.5, 0.5, 15.0), BackOff(15.0, 0.5, 15.0), BackOff(30.0, 30.0, 30.0))
"""The waits in use, those before, and two that are longer."""
DRAINS = (0.0, 10.0, 30.0, 60.0)


def measure_simulate(folder: Path, *, long: bool) -> Table:
    """Simulate sites of one, three and ten million readers. Nothing is measured here: what goes in was."""
    figures: list[Figure] = []
    for millions in MILLIONS:
        fleet = Fleet(millions * 1_000_000)
        setting = Setting(fleet, simulated=(400 if long else 100) * fleet.nodes * fleet.cores, seed=SEED)
        outcomes = (
            kill_one(setting),
            cut_one_off(setting),
            blip(setting, seconds=SHORT_BLIP_SECONDS),
            blip(setting, seconds=BLIP_SECONDS),
            deploy(setting),
        )
        figures += [
            _figure(f"{millions} million, {fleet.nodes} nodes of {fleet.cores} cores", each) for each in outcomes
        ]
    figures += _alternatives(long=long)
    return Table(
        "Large sites, simulated",
        tuple(figures),
        (
            f"Seed {SEED}. {Fleet(1).readers_per_core:,} readers a core and one node to spare, an event every two "
            "seconds; as many cores of proxies as of nodes. Load is the busiest second of one node by what it was "
            "measured to admit. Given up: tries that stood in a queue for 15 s.",
        ),
    )


def _alternatives(*, long: bool) -> list[Figure]:
    """Return what other waits would do to a site as it should be, and to one with twice the readers for each core."""
    figures = []
    for name, fleet in (("", Fleet(1_000_000)), ("twice as full, ", Fleet(1_000_000, readers_per_core=50_000))):
        simulated = (400 if long else 100) * fleet.nodes * fleet.cores
        for rule in RULES:
            setting = Setting(fleet, simulated=simulated, seed=SEED, back_off=rule)
            wait = f"{name}{rule.once:g} s once, then {rule.first:g} s · 2ⁿ, {rule.most:g} s at most"
            for seconds in (SHORT_BLIP_SECONDS, BLIP_SECONDS):
                figures.append(_figure(wait, blip(setting, seconds=seconds)))
            figures.append(_figure(wait, kill_one(setting)))
        for drain_seconds in DRAINS:
            outcome = deploy(Setting(fleet, simulated=simulated, seed=SEED, drain_seconds=drain_seconds))
            figures.append(_figure(f"{name}readers sent away over {drain_seconds:g} s", outcome))
    return figures


def _figure(site: str, outcome: Outcome) -> Figure:
    return Figure(
        f"{site}: {outcome.what}",
        f"all back after {outcome.all_back:.1f} s",
        f"away p99 {outcome.away:.1f} s; busiest second {outcome.busiest_second:,.0f} handshakes at one node, "
        f"{outcome.load:.0%}; longest queue {outcome.longest_queue:.1f} s; "
        f"{outcome.requests / outcome.fleet.readers:.2f} requests a reader",
        "nothing given up",
        not outcome.is_overloaded,
    )
