"""The hub is alive as long as each of its own tasks runs."""

from __future__ import annotations

import pytest

from tests.live.hubs import hub_over
from tests.live.model import ModelLog
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_a_hub_is_alive_from_its_start_to_its_stop() -> None:
    hub = hub_over(ModelLog())
    states = [hub.is_alive]
    await hub.start()
    states.append(hub.is_alive)
    await hub.stop()
    states.append(hub.is_alive)
    assert states == [False, True, False]


async def test_a_hub_is_not_alive_once_one_of_its_tasks_has_failed() -> None:
    is_broken = False

    def monotonic() -> float:
        if is_broken:
            raise RuntimeError("no clock")
        return 0.0

    hub = hub_over(ModelLog(), monotonic=monotonic)
    await hub.start()
    is_broken = True
    await until(lambda: not hub.is_alive)
    await hub.stop()
