"""Time from a POST at one node of a PostgreSQL database to a reader of another, by each broker and by none."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvloop

from benchmarks.figures import Figure, Table, percentile
from benchmarks.http_client import connect
from benchmarks.posting import Poster, PostTimes, post_all
from benchmarks.readers import Audience
from benchmarks.requests import live_path
from benchmarks.servers import Running, await_answer, free_port, migrate, running
from tests.postgres import PostgresServer, find_programs, run_postgres
from tests.redis import RedisServer, run_redis

BARS_SECONDS = {"Redis": 0.005, "NOTIFY": 0.020, "no broker": 0.300}
AWAY_SECONDS = 1.0
"""What a broker that is away may cost more than having it."""


def measure_nodes(folder: Path, *, long: bool) -> Table:
    """Measure two nodes that hear each other by Redis, by NOTIFY, by a Redis that is away, and by the tables alone."""
    posts = 300 if long else 100
    programs = find_programs()
    if programs is None:
        return Table("From node to node", (Figure("two nodes", "PostgreSQL is not installed here"),))
    if shutil.which("redis-server") is None:
        return Table("From node to node", (Figure("two nodes", "Redis is not installed here"),))
    with run_postgres(programs) as postgres, run_redis() as redis:
        urls = {"Redis": redis.url, "NOTIFY": "auto", "no broker": "none"}
        figures = [
            _judge(name, _measure_pair(folder, postgres, url, posts=posts), bar_seconds=BARS_SECONDS[name])
            for name, url in urls.items()
        ]
        times = _measure_pair(folder, postgres, redis.url, posts=posts // 4, lost=redis)
        figures.append(_judge("Redis killed meanwhile", times, bar_seconds=AWAY_SECONDS, share=100))
    return Table(
        "From node to node",
        tuple(figures),
        (f"{posts} posts each, one at a time; both nodes on one core, PostgreSQL and the client on the other.",),
    )


def _measure_pair(
    folder: Path, postgres: PostgresServer, broker: str, *, posts: int, lost: RedisServer | None = None
) -> PostTimes:
    """Measure two nodes with that broker, which is killed before the first post if it is to be `lost`."""
    database = postgres.create_database()
    within = folder / database
    within.mkdir()
    with _two_nodes(within, {"DATABASE_URL": postgres.url(database), "BROKER_URL": broker}) as (posting, reading):
        return uvloop.run(_measure(posting, reading, posts=posts, lost=lost))


def _judge(name: str, times: PostTimes, *, bar_seconds: float, share: int = 50) -> Figure:
    answered, heard = percentile(times.acknowledged, 50), percentile(times.last, share)
    return Figure(
        f"{name}: POST at one node → reader of the other",
        f"p50 {percentile(times.last, 50) * 1e3:.1f} ms, p99 {percentile(times.last, 99) * 1e3:.1f} ms",
        f"p{share} {(heard - answered) * 1e3:+.1f} ms after the 201",
        f"p{share} ≤ {bar_seconds * 1e3:.0f} ms after the 201",
        heard - answered <= bar_seconds,
    )


@contextmanager
def _two_nodes(folder: Path, settings: dict[str, str]) -> Iterator[tuple[Running, Running]]:
    migrate(folder, settings)
    with ExitStack() as stack:
        nodes = []
        for name in ("a", "b"):
            data, port = folder / name, free_port()
            data.mkdir()
            command = [sys.executable, "-m", "app.cli", "serve"]
            pid = stack.enter_context(running(command, folder=data, port=port, settings=settings))
            await_answer(port, "/readyz")
            nodes.append(Running(pid, port))
        yield nodes[0], nodes[1]


async def _measure(posting: Running, reading: Running, *, posts: int, lost: RedisServer | None) -> PostTimes:
    story = posting.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
    audience = Audience(reading.port, live_path(story))
    await audience.join(1)
    if lost is not None:
        lost.kill()
    poster = Poster(await connect(posting.port))
    times = await post_all(poster, story, audience, posts)
    audience.leave()
    poster.connection.close()
    return times
