"""A channel on Redis or Valkey: PUBLISH and SUBSCRIBE on one name, by two connections on the event loop.

Nothing there is kept, and nothing there is the truth: a server that is restarted empty has lost nothing of ours.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from app.channels.broker_address import REDIS_SCHEMES
from app.channels.channel import DEAF_SECONDS, RECONNECT_SECONDS, OnMessage
from app.channels.probes import PROBE, Probes
from app.channels.trouble import Trouble
from app.channels.waiting import WaitingMessages

CONNECT_SECONDS = 2.0
SEND_SECONDS = DEAF_SECONDS
"""A server that takes so long to take a few messages is away."""
CLOSE_SECONDS = 0.2


class UnusableBrokerAddress(ValueError):
    """An address of a broker that cannot be used; the message says why."""


def check_redis_url(url: str) -> str:
    """Return the address as the client takes it. Raises UnusableBrokerAddress, without the password in it."""
    scheme, _, rest = url.partition("://")
    try:
        import redis.asyncio as client  # noqa: PLC0415 - the client is an extra
    except ImportError:
        raise UnusableBrokerAddress("needs the extra `redis`; install liveblog[redis]") from None
    usable = f"{REDIS_SCHEMES[scheme]}://{rest}"
    try:
        client.ConnectionPool.from_url(usable)
    except (ValueError, TypeError):  # whose message may hold a part of the password
        raise UnusableBrokerAddress(
            "cannot be read as a URL; port and database are numbers, percent-encode @ : / ? # in a name or password"
        ) from None
    return usable


class RedisChannel:
    """The channel of all processes that use this name on one server. `on_message` is called on the loop.

    `process` is the name of this process, without a space, by which it knows its own messages.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        process: str,
        on_message: OnMessage,
        random: Random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._name = name
        self._sender = process.encode() + b" "
        self._on_message = on_message
        self._random = random
        self._waiting = WaitingMessages(monotonic)
        self._probes = Probes(monotonic)
        self._trouble = Trouble("redis_failed", monotonic)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._has_ended = threading.Event()

    @property
    def lost(self) -> int:
        """Count the messages that were dropped unsent."""
        return self._waiting.lost

    @property
    def is_connected(self) -> bool:
        """Return whether what is sent arrives: a probe of the last seconds came back."""
        return self._probes.is_heard

    def start(self) -> None:
        """Begin to listen, on the running loop; until `is_connected` what others send is missed."""
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run(), name="redis channel")
        self._task.add_done_callback(lambda _: self._has_ended.set())

    def wait_connected(self, timeout_seconds: float) -> bool:
        """Wait until it is connected, not longer than this; return whether it is. Blocks: not for the event loop."""
        return self._probes.wait(timeout_seconds)

    def stop(self, *, within_seconds: float) -> None:
        """End, and wait so long for the connections to be closed. Blocks: not for the event loop."""
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # the loop was closed: nothing runs any more
                self._loop.call_soon_threadsafe(self._task.cancel)
                self._has_ended.wait(within_seconds)

    def send(self, key: str, message: bytes) -> None:
        """Send a message to all others, soon; one of the same key that still waits is replaced. Never waits."""
        self._waiting.put(key, self._sender + message)
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop was closed
                self._loop.call_soon_threadsafe(self._woken.set)

    async def _run(self) -> None:
        while True:
            try:
                await self._serve()
            except Exception as error:  # noqa: BLE001 - whatever it is, a process that has ended to hear stays deaf
                self._trouble.begin(str(error) or repr(error))
            self._probes.end()
            await asyncio.sleep(self._random.uniform(*RECONNECT_SECONDS))

    async def _serve(self) -> None:
        """Connect, then hear, send and probe until an error."""
        from redis.asyncio import Redis  # noqa: PLC0415 - the client is an extra
        from redis.asyncio.retry import Retry  # noqa: PLC0415 - as above
        from redis.backoff import NoBackoff  # noqa: PLC0415 - as above

        # No time-outs and no attempts of its own: how long anything may take, and what follows, is decided here.
        once = Retry(NoBackoff(), 0)
        client: Any = Redis.from_url(
            self._url, socket_timeout=None, socket_connect_timeout=None, retry=once, single_connection_client=True
        )
        pubsub: Any = client.pubsub()
        tasks: list[asyncio.Task[None]] = []
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await pubsub.subscribe(self._name)
            self._probes.begin()
            tasks = [asyncio.create_task(self._hear(pubsub)), asyncio.create_task(self._send_all(client))]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        except TimeoutError:
            raise ConnectionError("it does not answer") from None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(Exception):  # what cannot be closed is closed by its end
                async with asyncio.timeout(CLOSE_SECONDS):
                    await pubsub.aclose()
            with suppress(Exception):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await client.aclose()

    async def _hear(self, pubsub: Any) -> None:
        async for found in pubsub.listen():
            if found["type"] == "message":
                self._receive(found["data"])

    def _receive(self, data: bytes) -> None:
        sender, space, message = data.partition(b" ")
        if sender + space != self._sender:
            if not message.startswith(PROBE):
                self._on_message(message)
        elif self._probes.hear(message):
            self._trouble.end()

    async def _send_all(self, client: Any) -> None:
        while True:
            self._woken.clear()
            taken, probe = self._waiting.take(), self._probes.take_due()
            messages = [*taken.values(), *([] if probe is None else [self._sender + probe])]
            if messages:
                await self._publish(client, messages, taken)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._probes.pause_seconds):
                    await self._woken.wait()
            await asyncio.sleep(0)  # what has arrived is heard first
            self._probes.require_heard()

    async def _publish(self, client: Any, messages: list[bytes], taken: dict[str, bytes]) -> None:
        """Send messages in one round; what an interrupted connection has perhaps not sent waits for the next one."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                pipeline = client.pipeline(transaction=False)
                for message in messages:
                    pipeline.publish(self._name, message)
                await pipeline.execute()
        except BaseException:
            self._waiting.put_back(taken)
            raise
