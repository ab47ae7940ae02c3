"""The rows of the failure matrix: each fault, from its first moment to the one at which all is there again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import psycopg

from benchmarks.chaos.deployment import Deployment
from benchmarks.chaos.probes import ANY_TROUBLE, NO_ANSWER, Probes
from benchmarks.chaos.traffic import PATIENCE_SECONDS, until_true
from tests.postgres import crash, frozen, on_slow_disk

WORKER = "worker-2"
PRESSED_SECONDS = 0.3
"""Between two of the blows of a fault that is many."""

FSYNC_SECONDS = 0.5
"""What a slow disk takes longer for each."""

Fault = Callable[[Deployment, Probes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `tells` is the reason that /readyz of each node concerned must give meanwhile."""

    name: str
    inject: Fault
    tells: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_broker_away: bool = False
    """Whether readers are late by one comparison with the tables at most."""


async def nothing(deployment: Deployment, probes: Probes) -> None:
    """Let everything be as it is."""
    await probes.hold()


async def kill_worker(deployment: Deployment, probes: Probes) -> None:
    """Kill one of node a's workers; the supervisor starts another."""
    os.kill(deployment.workers()[WORKER], signal.SIGKILL)
    await probes.await_told()


async def hang_worker(deployment: Deployment, probes: Probes) -> None:
    """Stop one of node a's workers where it is, until the supervisor has replaced it."""
    hung = deployment.workers()[WORKER]
    os.kill(hung, signal.SIGSTOP)
    await probes.await_told()
    await until_true(lambda: deployment.workers().get(WORKER, hung) != hung, seconds=PATIENCE_SECONDS)


async def kill_node(deployment: Deployment, probes: Probes) -> None:
    """Kill node b and start it again later."""
    deployment.b.kill()
    await probes.hold()
    await asyncio.to_thread(deployment.b.start)


async def kill_supervisor(deployment: Deployment, probes: Probes) -> None:
    """Kill node a's supervisor, with which its workers end, and start the node again later."""
    deployment.a.kill()
    await probes.hold()
    await asyncio.to_thread(deployment.a.start)


async def freeze_node(deployment: Deployment, probes: Probes) -> None:
    """Stop node b where it is."""
    with _stopped(deployment.pid_of(deployment.b)):
        await probes.hold()


async def freeze_postgres(deployment: Deployment, probes: Probes) -> None:
    """Stop PostgreSQL where it is."""
    with frozen(deployment.postgres):
        await probes.hold()


async def slow_disk_down(deployment: Deployment, probes: Probes) -> None:
    """Let each fsync of PostgreSQL take half a second longer."""
    with on_slow_disk(deployment.postgres, seconds=FSYNC_SECONDS):
        await probes.hold()


async def restart_postgres(deployment: Deployment, probes: Probes) -> None:
    """Let PostgreSQL crash (an immediate shutdown) and start it at once."""
    await asyncio.to_thread(crash, deployment.postgres)
    await asyncio.to_thread(deployment.postgres.start)


async def lose_postgres(deployment: Deployment, probes: Probes) -> None:
    """Let PostgreSQL crash and start it later."""
    await asyncio.to_thread(crash, deployment.postgres)
    await probes.hold()
    await asyncio.to_thread(deployment.postgres.start)


async def end_sessions(deployment: Deployment, probes: Probes) -> None:
    """End every session of PostgreSQL, again and again."""

    def end() -> None:
        with deployment.postgres.connect("postgres") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname IS NOT NULL AND pid <> pg_backend_pid()"
            )

    await _again_and_again(end, probes)


async def take_sessions(deployment: Deployment, probes: Probes) -> None:
    """Take every session that PostgreSQL has to give, those of the nodes with them."""
    taken: list[psycopg.Connection[Any]] = []

    def take() -> None:
        while True:
            with suppress(psycopg.OperationalError):  # there are no more
                while True:
                    taken.append(deployment.postgres.connect("postgres"))
            ours = [each.info.backend_pid for each in taken]
            others = "datname IS NOT NULL AND pid <> ALL(%s)"
            ended = taken[0].execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}", [ours])  # noqa: S608 - no input
            if ended.rowcount == 0:
                return

    try:
        await _again_and_again(take, probes)
    finally:
        for each in taken:
            each.close()


async def cut_database(deployment: Deployment, probes: Probes) -> None:
    """Lose everything between node b and PostgreSQL, both ways."""
    deployment.database_link.fall_silent()
    try:
        await probes.hold()
    finally:
        deployment.database_link.speak()


async def cut_database_one_way(deployment: Deployment, probes: Probes) -> None:
    """Lose what PostgreSQL answers node b, which it hears and does."""
    deployment.database_link.pass_requests_only()
    try:
        await probes.hold()
    finally:
        deployment.database_link.speak()


async def lose_redis(deployment: Deployment, probes: Probes) -> None:
    """Kill Redis and start it later, empty."""
    deployment.redis.kill()
    try:
        await probes.hold()
    finally:
        await asyncio.to_thread(deployment.redis.start)


async def restart_redis(deployment: Deployment, probes: Probes) -> None:
    """Kill Redis and start it at once, empty."""
    deployment.redis.kill()
    await asyncio.to_thread(deployment.redis.start)


async def freeze_redis(deployment: Deployment, probes: Probes) -> None:
    """Stop Redis where it is."""
    deployment.redis.freeze()
    try:
        await probes.hold()
    finally:
        deployment.redis.thaw()


async def deafen(deployment: Deployment, probes: Probes) -> None:
    """Let node b's subscription hear nothing more, though it stays open; b replaces it."""
    deployment.broker_link.lose_oldest()
    await probes.hold()


async def cut_broker_one_way(deployment: Deployment, probes: Probes) -> None:
    """Lose what Redis says to node b, which it hears."""
    deployment.broker_link.pass_requests_only()
    try:
        await probes.hold()
    finally:
        deployment.broker_link.speak()


async def end_subscriptions(deployment: Deployment, probes: Probes) -> None:
    """End every connection of Redis, again and again: what is told meanwhile is lost."""

    def end() -> None:
        with suppress(OSError):
            deployment.redis.ask("CLIENT", "KILL", "SKIPME", "yes")

    await _again_and_again(end, probes)


async def replay(deployment: Deployment, probes: Probes) -> None:
    """Let all that goes over Redis be heard twice more, late and in any order."""
    repeated: set[bytes] = set()
    repeating = asyncio.create_task(_repeat(deployment.redis.url, repeated))
    try:
        await probes.hold()
        assert not repeating.done(), repeating.exception()
        assert repeated, "nothing went over Redis"
    finally:
        repeating.cancel()
        await asyncio.gather(repeating, return_exceptions=True)


async def reload_nginx(deployment: Deployment, probes: Probes) -> None:
    """Let nginx read its files anew, again and again."""
    before = deployment.nginx_workers()
    await _again_and_again(deployment.reload_nginx, probes)
    assert deployment.nginx_workers() - before, "nginx has read nothing anew"


async def roll(deployment: Deployment, probes: Probes) -> None:
    """Let node a replace its workers, one by one (SIGHUP)."""
    before = set(deployment.workers().values())
    os.kill(deployment.pid_of(deployment.a), signal.SIGHUP)
    await until_true(
        lambda: not before & set(deployment.workers().values()), seconds=PATIENCE_SECONDS, pause_seconds=0.1
    )


_BOTH_BROKER = MappingProxyType({"a": "broker", "b": "broker"})
_BOTH_DATABASE = MappingProxyType({"a": "database", "b": "database"})

CONTROL = "nothing"
ROWS: dict[str, Row] = {
    CONTROL: Row("nothing", nothing),
    "worker-killed": Row("a worker killed", kill_worker, {"a": ANY_TROUBLE}),
    "worker-hangs": Row("a worker hangs (SIGSTOP)", hang_worker, {"a": WORKER}),
    "node-killed": Row("a node killed", kill_node, {"b": NO_ANSWER}),
    "supervisor-killed": Row("a supervisor killed", kill_supervisor, {"a": NO_ANSWER}),
    "node-frozen": Row("a node frozen (SIGSTOP)", freeze_node, {"b": NO_ANSWER}),
    "workers-rolled": Row("workers rolled (SIGHUP)", roll),
    "postgres-frozen": Row("PostgreSQL frozen (SIGSTOP)", freeze_postgres, _BOTH_DATABASE),
    "disk-slow": Row(f"PostgreSQL's disk is slow ({FSYNC_SECONDS:g} s for each fsync)", slow_disk_down),
    "postgres-restarted": Row("PostgreSQL crashed and started at once", restart_postgres),
    "postgres-away": Row("PostgreSQL crashed and away", lose_postgres, _BOTH_DATABASE),
    "sessions-ended": Row("PostgreSQL ends every session, again and again", end_sessions),
    "postgres-full": Row("PostgreSQL has no session left", take_sessions, _BOTH_DATABASE),
    "database-cut": Row("a node cut off from PostgreSQL", cut_database, {"b": "database"}),
    "database-one-way": Row("a node hears PostgreSQL no more (one-way cut)", cut_database_one_way, {"b": "database"}),
    "redis-away": Row("Redis killed, back empty", lose_redis, _BOTH_BROKER, is_broker_away=True),
    "redis-restarted": Row("Redis restarted empty at once", restart_redis, is_broker_away=True),
    "redis-frozen": Row("Redis frozen (SIGSTOP)", freeze_redis, _BOTH_BROKER, is_broker_away=True),
    "redis-deaf": Row("a subscription open and deaf", deafen, {"b": "broker"}, is_broker_away=True),
    "redis-one-way": Row(
        "a node hears Redis no more (one-way cut)", cut_broker_one_way, {"b": "broker"}, is_broker_away=True
    ),
    "redis-cuts": Row("Redis ends every connection, again and again", end_subscriptions, is_broker_away=True),
    "redis-replays": Row("Redis doubles, delays and reorders", replay, is_broker_away=True),
    "nginx-reloaded": Row("nginx reloaded, again and again", reload_nginx),
}
"""Every row by the name that asks for it. The first is what the others are compared with."""


@contextmanager
def _stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def _again_and_again(blow: Callable[[], None], probes: Probes) -> None:
    async def strike() -> None:
        while True:
            await asyncio.to_thread(blow)
            await asyncio.sleep(PRESSED_SECONDS)

    striking = asyncio.create_task(strike())
    try:
        await probes.hold()
        assert not striking.done(), striking.exception()
    finally:
        striking.cancel()
        await asyncio.gather(striking, return_exceptions=True)


async def _repeat(url: str, repeated: set[bytes]) -> None:
    """Send everything that is sent on any channel twice more, each time after a while of its own, and note it."""
    from redis.asyncio import Redis  # noqa: PLC0415 - the client is an extra

    chance = random.Random(15)
    client = Redis.from_url(url)

    async def later(channel: bytes, data: bytes) -> None:
        await asyncio.sleep(chance.uniform(0.0, 2 * PRESSED_SECONDS))
        await client.publish(channel, data)

    async with client, client.pubsub() as pubsub, asyncio.TaskGroup() as tasks:
        await pubsub.psubscribe("*")
        async for found in pubsub.listen():
            if found["type"] == "pmessage" and found["data"] not in repeated:
                repeated.add(found["data"])
                for _ in range(2):
                    tasks.create_task(later(found["channel"], found["data"]))
