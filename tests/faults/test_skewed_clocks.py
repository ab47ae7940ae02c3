"""A node whose clock is wrong publishes nothing early and nothing late: due is what the database's clock says."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from app.domain.clock import Micros, format_time, system_clock
from tests.api.server import Server, running
from tests.postgres import ReusedDatabases

pytestmark = pytest.mark.anyio

HOUR = 3_600_000_000
PATIENCE_SECONDS = 20


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
async def test_what_is_due_is_published_by_the_databases_clock_alone(
    anyio_backend: str, reused_databases: ReusedDatabases, tmp_path: Path, ahead: int
) -> None:
    with reused_databases.lend() as name:
        url = reused_databases.server.url(name)
        async with running(url, tmp_path, clock=lambda: Micros(system_clock() + ahead)) as server:
            story = await server.story()
            early = await _schedule(server, story["id"], "In half an hour.", system_clock() + HOUR // 2)
            soon = system_clock() + 5_000_000  # a machine that others use too may take a second to be told
            due = await _schedule(server, story["id"], "In five seconds.", soon)
            published = await _await_published(server, due)
            assert published["published_at"] >= format_time(Micros(soon)), "never early"
            where = f"/v1/newsroom/stories/{story['id']}/entries/{early['id']}"
            waiting = (await server.admin.get(where)).json()
            assert waiting["status"] == "scheduled"
            await _await_skewed(server)
            metrics = (await server.admin.get("/metrics")).text
            (skew,) = [line for line in metrics.splitlines() if line.startswith("liveblog_clock_skew_seconds ")]
            assert float(skew.split()[1]) == pytest.approx(ahead / 1e6, abs=30)


async def _await_skewed(server: Server) -> None:
    """Wait until readiness says of the clock alone that it is wrong: of the broker it may at first."""
    expected = {"status": "degraded", "reasons": ["clock"]}
    with anyio.fail_after(PATIENCE_SECONDS):
        while (await server.client.get("/readyz")).json() != expected:  # noqa: ASYNC110 - as a probe would
            await anyio.sleep(0.05)  # between two looks of a probe


async def _schedule(server: Server, story: str, text: str, at: int) -> dict[str, object]:
    body = {"text": text, "status": "scheduled", "publish_at": format_time(Micros(at))}
    reply = await server.admin.post(f"/v1/stories/{story}/entries", json=body)
    assert reply.status_code == 202, reply.text
    entry: dict[str, object] = reply.json()
    return entry


async def _await_published(server: Server, entry: dict[str, object]) -> dict[str, str]:
    where = f"/v1/stories/{entry['story']}/entries/{entry['id']}"
    with anyio.fail_after(PATIENCE_SECONDS):
        while (reply := await server.client.get(where)).status_code != 200:  # noqa: ASYNC110 - as a reader would
            await anyio.sleep(0.05)  # between two looks of a reader
    published: dict[str, str] = reply.json()
    return published
