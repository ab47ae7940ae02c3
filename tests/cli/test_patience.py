"""Calls of an import that a server answers 503: made again when it says, within a limit, and said once."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from app.cli.control import Refused, ask
from app.cli.imports.controls import answer_act
from app.cli.imports.patience import LIMIT_SECONDS, LONGEST_PAUSE_SECONDS, PAUSE_SECONDS, PatientTransport
from app.domain.errors import Unavailable

pytestmark = pytest.mark.anyio

BUSY = {"detail": "The database cannot be used at the moment."}


class _Clock:
    """A clock that only waiting moves, and what was waited and said."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.said: list[str] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def client(self, answers: Iterator[httpx.Response]) -> httpx.AsyncClient:
        def answer(request: httpx.Request) -> httpx.Response:
            assert request.content == b'{"entries":[]}'
            return next(answers)

        transport = PatientTransport(
            httpx.MockTransport(answer), tell=self.said.append, sleep=self.sleep, monotonic=lambda: sum(self.pauses)
        )
        return httpx.AsyncClient(transport=transport, base_url="http://liveblog")


def _busy(after: str | None) -> httpx.Response:
    return httpx.Response(503, json=BUSY, headers={} if after is None else {"Retry-After": after})


async def test_a_call_is_made_again_when_the_server_says_and_that_it_waits_is_said_once() -> None:
    waiting = _Clock()
    done = httpx.Response(200, json={"added": 1})
    answers = iter([_busy("7"), _busy(None), _busy("soon"), _busy("9999"), _busy("0"), done, _busy("1"), done])
    async with waiting.client(answers) as api:
        assert await ask(api, "POST", "/control/imports", {"entries": []}) == {"added": 1}
        assert waiting.pauses == [7, PAUSE_SECONDS, PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, 0.1]
        assert len(waiting.said) == 1
        assert BUSY["detail"] in waiting.said[0]
        await ask(api, "POST", "/control/imports", {"entries": []})
    assert len(waiting.said) == 2


async def test_a_server_that_takes_nothing_any_more_is_not_waited_for_without_end() -> None:
    waiting = _Clock()
    async with waiting.client(iter(lambda: _busy("20"), None)) as api:
        with pytest.raises(Refused) as refused:
            await ask(api, "POST", "/control/imports", {"entries": []})
    assert str(refused.value) == BUSY["detail"]
    assert sum(waiting.pauses) == LIMIT_SECONDS


@pytest.mark.parametrize("status", [409, 422, 429, 500])
async def test_another_refusal_is_final(status: int) -> None:
    waiting = _Clock()
    async with waiting.client(iter([httpx.Response(status, json=BUSY)])) as api:
        with pytest.raises(Refused):
            await ask(api, "POST", "/control/imports", {"entries": []})
    assert (waiting.pauses, waiting.said) == ([], [])


def test_the_control_socket_says_when_to_come_back() -> None:
    def away(_: object) -> object:
        raise Unavailable("database_unavailable", BUSY["detail"], retry_after_seconds=4)

    answer = answer_act(away, b"{}")
    assert (answer.status, answer.retry_after_seconds) == (503, 4)
