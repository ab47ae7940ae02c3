"""The cost of one delivery to one reader beside programs that only send: a loop in C, a bare protocol, and peers."""

from __future__ import annotations

import json
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.comparing import PAIRS, PUBLICATIONS, Compared, Side, compare
from benchmarks.figures import Figure, Table, median
from benchmarks.other_readers import CompressedReader
from benchmarks.peers.programs import BARE_UVLOOP, C_LOOP, NCHAN, NODE_WS, Peer, PeerMissing, peer_running, post_message
from benchmarks.publishing import Publication
from benchmarks.requests import live_path, post_entry
from benchmarks.servers import Running, liveblog

CPU_BARS: dict[str, float] = {BARE_UVLOOP.name: 1.08, C_LOOP.name: 1.25}
COMPRESSION_BAR = 1.0
LAST_READER_BAR = 1.2
CLIENT_BUSY_BAR = 0.9
"""Above it the client could be what the last reader waited for."""

KEPT_FREE = 300
"""Descriptors not used for readers: both audiences are this one client's, and so are its own few files."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """The result beside one peer; `compared` is None if the program is missing, for the reason given."""

    name: str
    compared: Compared | None
    reason: str = ""


def measure_fan_out(folder: Path, *, long: bool) -> Table:
    """Measure the CPU of a delivery against the C loop and the bare protocol, and with compression against without."""
    readers = _readers(long=long)
    with liveblog(folder) as server:
        story, other = _story(server), _story(server)
        found = _beside(folder, server, story, readers, (C_LOOP, BARE_UVLOOP))
        packed = uvloop.run(_compare_compression(server, story, other, readers))
    figures = [figure for each in found for figure in _figures(each)]
    figures += _cpu_figures("with compression", "without", packed, COMPRESSION_BAR)
    return Table(f"Fan-out to {readers:,} readers on WebSockets", (*figures, *_client_figures(found)), _notes())


def measure_peers(folder: Path, *, long: bool) -> Table:
    """Measure the CPU of a delivery against programs that others use for this."""
    readers = _readers(long=long)
    with liveblog(folder) as server:
        found = _beside(folder, server, _story(server), readers, (NCHAN, NODE_WS))
    figures = [figure for each in found for figure in _figures(each)]
    return Table(f"Fan-out beside others, {readers:,} readers on WebSockets", tuple(figures), _notes())


def _readers(*, long: bool) -> int:
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(10_000 if long else 1_000, (allowed - KEPT_FREE) // 2)


def _story(server: Running) -> str:
    story: str = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
    return story


def _beside(folder: Path, server: Running, story: str, readers: int, peers: Sequence[Peer]) -> list[_Beside]:
    message_bytes = _message_bytes(server, story)
    found = []
    for peer in peers:
        try:
            with peer_running(peer, folder, message_bytes) as other:
                compared = uvloop.run(_compare_peer(server, story, other, peer, message_bytes, readers))
                found.append(_Beside(peer.name, compared))
        except PeerMissing as reason:
            found.append(_Beside(peer.name, None, str(reason)))
    return found


def _message_bytes(server: Running, story: str) -> int:
    """Return the size of an event of ours, so that the others send as much."""
    uvloop.run(_post_one(server, story))
    event = server.ask("GET", f"/v1/stories/{story}/changes?after=0")["events"][-1]
    return len(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())


async def _post_one(server: Running, story: str) -> None:
    side = await Side.open(server, live_path(story), lambda number: post_entry(story, number))
    await side.publisher.publish(side.audience)
    side.close()


async def _compare_peer(
    server: Running, story: str, other: Running, peer: Peer, message_bytes: int, readers: int
) -> Compared:
    request = post_message(message_bytes)
    ours = await Side.open(server, live_path(story), lambda number: post_entry(story, number))
    theirs = await Side.open(other, "/live", lambda _: request, kind=peer.kind)
    return await _let_in_and_compare(ours, theirs, readers)


async def _compare_compression(server: Running, story: str, other: str, readers: int) -> Compared:
    packed = await Side.open(server, live_path(story), lambda number: post_entry(story, number), kind=CompressedReader)
    plain = await Side.open(server, live_path(other), lambda number: post_entry(other, number))
    return await _let_in_and_compare(packed, plain, readers)


async def _let_in_and_compare(ours: Side, theirs: Side, readers: int) -> Compared:
    try:
        for side in (ours, theirs):
            await side.let_in(readers)
        return await compare(ours, theirs)
    finally:
        ours.close()
        theirs.close()


def _figures(beside: _Beside) -> list[Figure]:
    if beside.compared is None:
        return [Figure(f"beside {beside.name}", "not measured", beside.reason)]
    found = beside.compared
    first = median(each.first_seconds for each in found.our_publications)
    last, their_last = _last(found.our_publications), _last(found.their_publications)
    bar = LAST_READER_BAR * their_last + first if beside.name == C_LOOP.name else None
    return [
        *_cpu_figures("", beside.name, found, CPU_BARS.get(beside.name)),
        Figure(
            f"beside {beside.name}: POST → first reader",
            f"p50 {first * 1e3:.1f} ms",
            f"theirs {median(each.first_seconds for each in found.their_publications) * 1e3:.1f} ms",
        ),
        Figure(
            f"beside {beside.name}: POST → last reader",
            f"p50 {last * 1e3:.1f} ms",
            f"theirs {their_last * 1e3:.1f} ms",
            "" if bar is None else f"≤ {bar * 1e3:.1f} ms ({LAST_READER_BAR} × theirs + our first)",
            None if bar is None else last <= bar,
        ),
    ]


def _last(publications: list[Publication]) -> float:
    return median(each.last_seconds for each in publications)


def _cpu_figures(how: str, beside: str, found: Compared, bar: float | None) -> list[Figure]:
    ratio = median(found.ratios)
    name = f"{how}: CPU for each delivery" if how else f"beside {beside}: CPU for each delivery"
    pairs = ", ".join(
        f"{ours * 1e6:.1f}/{theirs * 1e6:.1f} = {ours / theirs:.2f} ×"
        for ours, theirs in zip(found.ours, found.theirs, strict=True)
    )
    return [
        Figure(
            name,
            f"{median(found.ours) * 1e6:.1f} µs",
            f"{beside} {median(found.theirs) * 1e6:.1f} µs; {ratio:.3f} ×; pairs: {pairs}",
            "" if bar is None else f"≤ {bar} ×",
            None if bar is None else ratio <= bar,
        )
    ]


def _client_figures(found: list[_Beside]) -> list[Figure]:
    measured = [each.compared for each in found if each.compared is not None]
    if not measured:
        return []
    ours = median(each.client_busy for one in measured for each in one.our_publications)
    theirs = median(each.client_busy for one in measured for each in one.their_publications)
    return [
        Figure(
            "the client's own share of its core, POST → last reader",
            f"{ours:.0%}",
            f"beside the others {theirs:.0%}",
            f"≤ {CLIENT_BUSY_BAR:.0%}",
            max(ours, theirs) <= CLIENT_BUSY_BAR,
        )
    ]


def _notes() -> tuple[str, ...]:
    return (
        f"{PAIRS} pairs of {PUBLICATIONS} publications each, both servers on the same core and told in turns, ours "
        "first; medians. Both sides send messages of the same size to as many readers. What a POST costs without "
        "readers is taken off on both sides. Ours writes each to the disk first; the others only send.",
    )
