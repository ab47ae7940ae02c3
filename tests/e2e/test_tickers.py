"""Real tickers' edit pattern, a hundred times as fast, with readers cutting in and out: each ends with the truth."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.readers import Follower, Habit, Transport, differences, reading_client
from tests.e2e.server import ADMIN_TOKEN, serving
from tests.e2e.tickers import Ticker, TickerStep, make_ticker, read_tickers
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES

SPEED = 100
THE_END = "Full time"
WORDS = "corner whistle “offside” – save keeper café 投票 עברית 🙂 header cross post crowd minute".split()


def test_a_made_ticker_has_the_pattern_of_real_ones() -> None:
    chance = random.Random(7)
    steps = [step for _ in range(60) for step in make_ticker(chance, minutes=140)]
    new = {step.entry for step in steps if step.kind == "new"}
    edits = [step for step in steps if step.kind == "edit"]
    assert len(new) > 60
    assert 0.15 < len(edits) / sum(step.kind == "new" for step in steps) < 0.3
    assert any(step.dated is not None and step.at - step.dated > 50 for step in steps if step.kind == "new")
    assert any(step.kind == "remove" for step in steps)


async def test_readers_of_tickers_hold_what_the_tables_hold(
    anyio_backend: str, sqlite_url: str, tmp_path: Path, figures: Figures, ticker_trace: Path | None
) -> None:
    chance = random.Random(11)
    if ticker_trace is not None:
        tickers = read_tickers(ticker_trace)
    else:
        minutes = figures.choose(suite=20, prove=140)
        tickers = [make_ticker(chance, minutes=minutes) for _ in range(figures.choose(quick=4, suite=10, prove=26))]
    with serving(sqlite_url, tmp_path, HEARTBEAT_SECONDS="1") as server:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        limits = httpx.Limits(max_connections=8)
        async with (
            httpx.AsyncClient(
                base_url=server.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=60, limits=limits
            ) as admin,
            reading_client(server.url) as client,
        ):
            replays = [_replay(admin, client, ticker, random.Random(seed)) for seed, ticker in enumerate(tickers)]
            wrong = [lines for found in await asyncio.gather(*replays) for lines in found if lines]
        assert wrong == [], server.log


async def _replay(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, ticker: Ticker, chance: random.Random
) -> list[list[str]]:
    """One ticker with its readers; what each of them holds wrong at the end."""
    story = (await _send(admin, "POST", "/v1/stories", title="Ticker"))["id"]
    readers = [Follower(client, story, _habit(chance, transport), chance) for transport in Transport]
    following = [asyncio.create_task(_follow(reader)) for reader in readers]
    replay = _Replay(admin, story, chance)
    for step in ticker:
        await replay.take(step)
    await _send(admin, "PATCH", f"/v1/stories/{story}", title=THE_END)
    await asyncio.gather(*following)
    return [await differences(reader, client) for reader in readers]


class _Replay:
    """Writes the steps of one ticker in their time, with made-up text of the lengths they had."""

    def __init__(self, admin: httpx.AsyncClient, story: str, chance: random.Random) -> None:
        self._admin = admin
        self._path = f"/v1/stories/{story}/entries"
        self._chance = chance
        self._began = datetime.now(UTC).timestamp()
        self._ids: dict[str, str] = {}

    async def take(self, step: TickerStep) -> None:
        """Wait for the step's time, then do it."""
        due = self._began + step.at / SPEED
        await asyncio.sleep(max(0.0, due - datetime.now(UTC).timestamp()))  # the pace of the ticker
        known = self._ids.get(step.entry)
        if step.kind == "new":
            made = await _send(self._admin, "POST", self._path, **self._fields(step))
            self._ids[step.entry] = made["id"]
        elif known is not None and step.kind == "edit":
            await _send(self._admin, "PATCH", f"{self._path}/{known}", **self._fields(step))
        elif known is not None:
            await _send(self._admin, "DELETE", f"{self._path}/{known}")
            del self._ids[step.entry]

    def _fields(self, step: TickerStep) -> dict[str, Any]:
        fields: dict[str, Any] = {"text": self._text(step.chars) or "."}
        if step.headline_chars:
            fields["headline"] = self._text(step.headline_chars)
        if step.dated is not None and step.at - step.dated > 1:
            at = datetime.fromtimestamp(self._began + step.dated / SPEED, UTC)
            fields["display_time"] = at.isoformat(timespec="milliseconds")
        return fields

    def _text(self, chars: int) -> str:
        words: list[str] = []
        length = 0
        while length < chars:
            words.append(self._chance.choice(WORDS))
            length += len(words[-1]) + 1
        return " ".join(words)[:chars].strip()


async def _send(admin: httpx.AsyncClient, method: str, path: str, **fields: Any) -> dict[str, Any]:
    headers = {"If-Match": "*"} if method == "PATCH" else {}
    answer = await admin.request(method, path, json=fields if method != "DELETE" else None, headers=headers)
    assert answer.is_success, f"{method} {path}: {answer.text}"
    body: dict[str, Any] = answer.json()
    return body


async def _follow(reader: Follower) -> None:
    await reader.begin()
    await reader.follow(lambda state: state.get("title") == THE_END)


def _habit(chance: random.Random, transport: Transport) -> Habit:
    return Habit(
        transport,
        page_size=chance.choice([None, 20, 5]),
        whole=chance.random() < 0.5,
        breaks=chance.randrange(3, 12),
    )
