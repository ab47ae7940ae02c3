"""The simulation counts every reader once, does the same for the same seed, and knows what a queue is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from app.live.session.goodbyes import drain_window_ms
from benchmarks.simulation.clients import BackOff
from benchmarks.simulation.fleet import (
    DELIVERY_CPU_SECONDS,
    PROXIED_CPU_SECONDS,
    RESUME_CPU_SECONDS,
    TLS_CPU_SECONDS,
    Fleet,
)
from benchmarks.simulation.scenarios import Outcome, Setting, blip, cut_one_off, deploy, kill_one
from benchmarks.simulation.site import Site, State
from tests.commands import ROOT

SIMULATED = 600
FLEET = Fleet(60_000, cores=1)
SCENARIOS: dict[str, Callable[[Setting], Outcome]] = {
    "kill": kill_one,
    "cut": cut_one_off,
    "blip": partial(blip, seconds=30.0),
    "short": partial(blip, seconds=1.0),
    "deploy": deploy,
}


def _count(site: Site) -> None:
    states = Counter(reader.state for reader in site.readers)
    assert sum(states.values()) == SIMULATED
    assert states == +site.counts
    placed = Counter(reader.node.number for reader in site.readers if reader.node is not None)
    assert placed == +Counter({node.number: node.load for node in site.nodes})
    for reader in site.readers:
        assert (reader.node is None) <= (reader.state is not State.CONNECTED), "connected to nothing"
        assert (reader.node is not None) <= (reader.state is not State.WAITING), "waits, and has a place"


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_reader_is_in_one_place_at_every_step(name: str) -> None:
    looked: list[None] = []

    def look(site: Site) -> None:
        if len(looked) % 37 == 0:  # each look counts all of them
            _count(site)
        looked.append(None)

    outcome = SCENARIOS[name](Setting(FLEET, simulated=SIMULATED, look=look))
    assert len(looked) > SIMULATED / 4
    assert outcome.requests >= outcome.given_up


@pytest.mark.parametrize("name", SCENARIOS)
def test_one_seed_is_one_outcome_and_another_seed_another(name: str) -> None:
    first, again, other = (SCENARIOS[name](Setting(FLEET, simulated=SIMULATED, seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_node_that_is_killed_sends_its_readers_and_no_others_to_the_rest() -> None:
    outcome = kill_one(Setting(FLEET, simulated=SIMULATED))
    assert FLEET.nodes == 4
    assert outcome.requests == FLEET.readers / FLEET.nodes
    assert 1.5 < outcome.all_back < 3.0, "within the two seconds of the first wait, and a queue"


def test_who_is_cut_off_silently_comes_back_once_two_heartbeats_were_missed() -> None:
    outcome = cut_one_off(Setting(FLEET, simulated=SIMULATED))
    assert 50 < outcome.all_back < 60
    assert outcome.load < 0.5


def test_a_deploy_moves_every_reader_and_keeps_none_away_for_longer_than_its_window() -> None:
    outcome = deploy(Setting(FLEET, simulated=SIMULATED))
    assert FLEET.readers <= outcome.requests < 2 * FLEET.readers
    assert 0.9 < outcome.away < 1.1, "a second to come back in"
    assert not outcome.is_overloaded


def test_a_deploy_without_a_drain_gives_readers_a_second_for_each_thousand() -> None:
    outcome = deploy(Setting(FLEET, simulated=SIMULATED, drain_seconds=0.0))
    of_a_process = FLEET.readers / FLEET.nodes / FLEET.cores
    assert drain_window_ms(round(of_a_process), spread_seconds=0) == round(of_a_process)
    assert 0.9 * of_a_process < 1000 * outcome.away < 1.4 * of_a_process, "those of the later nodes are more by then"
    assert not outcome.is_overloaded


def test_a_site_that_is_too_full_gives_tries_up_and_one_with_room_does_not() -> None:
    once = {"back_off": BackOff(once=0.5)}
    seconds = FLEET.readers / FLEET.proxied_per_second

    def cut(fleet: Fleet) -> Outcome:
        return blip(Setting(fleet, simulated=SIMULATED, **once), seconds=1.0)  # type: ignore[arg-type]

    assert seconds < 15
    assert not cut(FLEET).is_overloaded
    too_full = Fleet(60_000, cores=1, proxy_cores=1)
    assert too_full.readers / too_full.proxied_per_second > 15
    assert cut(too_full).is_overloaded


def test_the_document_reckons_with_what_is_simulated() -> None:
    text = (ROOT / "docs" / "sizing.md").read_text(encoding="utf-8")
    for cost in (RESUME_CPU_SECONDS, TLS_CPU_SECONDS, DELIVERY_CPU_SECONDS, PROXIED_CPU_SECONDS):
        assert re.search(rf"\| [^|]*\b{cost * 1e6:.4g} µs[^|]*\|$", text, re.MULTILINE), cost
    for readers in (1, 3, 10):
        fleet = Fleet(readers * 1_000_000)
        assert f"| {fleet.readers:,} | {fleet.nodes} of {fleet.cores} cores |" in text
    assert f"{Fleet(1).readers_per_core:,} readers for each core" in text


def test_nobody_is_admitted_faster_than_was_measured() -> None:
    outcome = blip(Setting(Fleet(60_000, cores=1, proxy_cores=1_000), simulated=SIMULATED), seconds=1.0)
    least = 60_000 / outcome.fleet.nodes * RESUME_CPU_SECONDS
    assert outcome.all_back >= least - 1.0
