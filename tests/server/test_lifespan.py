"""A lifespan follows ASGI, and its caller gets what the application raised."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.server.lifespan import Application, Lifespan, LifespanFailed

pytestmark = pytest.mark.anyio


class Broken(Exception):
    """The error that these applications raise."""


def _application(*, at_startup: str = "complete", at_shutdown: str = "complete", raising: bool = False) -> Application:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for step, answer in (("startup", at_startup), ("shutdown", at_shutdown)):
            assert (await receive())["type"] == f"lifespan.{step}"
            scope["state"][step] = True
            if answer == "raise":
                raise Broken(step)
            if answer == "return":
                return
            await send({"type": f"lifespan.{step}.{answer}", "message": f"{step} said no"})
            if answer == "failed":
                if raising:
                    raise Broken(step)
                return

    return app


async def test_an_application_begins_leaves_its_state_and_ends() -> None:
    lifespan = Lifespan(_application())
    await lifespan.startup()
    assert lifespan.state == {"startup": True}
    await lifespan.shutdown()
    assert lifespan.state == {"startup": True, "shutdown": True}


@pytest.mark.parametrize("answer", ["raise", "failed"])
async def test_what_the_application_raises_at_its_start_is_raised(answer: str) -> None:
    with pytest.raises(Broken, match="startup"):
        await Lifespan(_application(at_startup=answer, raising=True)).startup()


async def test_a_failure_without_an_exception_carries_its_message() -> None:
    with pytest.raises(LifespanFailed, match="startup said no"):
        await Lifespan(_application(at_startup="failed")).startup()


async def test_an_application_that_just_returns_has_not_started() -> None:
    with pytest.raises(LifespanFailed, match="without an answer"):
        await Lifespan(_application(at_startup="return")).startup()


async def test_what_the_application_raises_at_its_end_is_raised() -> None:
    lifespan = Lifespan(_application(at_shutdown="raise"))
    await lifespan.startup()
    with pytest.raises(Broken, match="shutdown"):
        await lifespan.shutdown()


async def test_an_end_without_a_beginning_and_a_second_end_are_nothing() -> None:
    lifespan = Lifespan(_application())
    await lifespan.shutdown()
    await lifespan.startup()
    await lifespan.shutdown()
    await lifespan.shutdown()


async def test_an_application_that_does_not_end_can_be_abandoned() -> None:
    cancelled = asyncio.Event()

    async def stuck(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    lifespan = Lifespan(stuck)
    await lifespan.startup()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lifespan.shutdown(), 0.01)
    await lifespan.abandon()
    assert cancelled.is_set()
