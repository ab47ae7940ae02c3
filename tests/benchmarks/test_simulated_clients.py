"""The simulated page connects when, and by what, the real one does."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from benchmarks.simulation.clients import Client
from tests.commands import ROOT
from tests.needs import require

ROUND_TRIP = 0.02
UP_SECONDS, AWAY_SECONDS = 60.0, 200.0

# One real follower on the crowd's clock, in an outage; what it tries from then on, and when.
PROGRAM = """
import { Crowd } from "./tests/web/js/crowd.mjs";
const [drawn, up, away] = process.argv.slice(1).map(Number);
const crowd = new Crowd({ count: 1, seed: 1, chance: () => drawn });
await crowd.pass(1000 * up);
crowd.tried.length = 0;
crowd.goAway();
await crowd.pass(1000 * away);
console.log(JSON.stringify(crowd.tried.map(([name, at]) => [name, at / 1000 - up])));
"""


def _real(drawn: float, up: float) -> list[tuple[str, float]]:
    node = shutil.which("node")
    require("node", found=node is not None, reason="install Node.js 18 or newer to test the browser's scripts")
    assert node is not None
    command = [node, "--input-type=module", "--eval", PROGRAM, str(drawn), str(up), str(AWAY_SECONDS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return [(str(name), float(at)) for name, at in json.loads(done.stdout)]


def _simulated(drawn: float, up: float) -> list[tuple[str, float]]:
    client, tried, at = Client(), [], 0.0
    wait = client.closed(lambda: drawn, heard=True, lived=up)
    while (at := at + wait) <= AWAY_SECONDS:
        tried.append((client.transport, at))
        at += ROUND_TRIP
        wait = client.closed(lambda: drawn, heard=False)
    return tried


@pytest.mark.parametrize("drawn", [0.05, 0.5, 0.999])
@pytest.mark.parametrize("up", [UP_SECONDS, 5.0])
def test_after_a_cut_the_simulated_page_tries_what_the_real_one_tries_and_then(drawn: float, up: float) -> None:
    real, simulated = _real(drawn, up), _simulated(drawn, up)
    assert [name for name, _ in simulated] == [name for name, _ in real]
    assert [at for _, at in simulated] == pytest.approx([at for _, at in real], abs=1e-6)
    assert len(real) > 15
