"""The failure matrix counts what readers see as it is, and its short form holds on the real servers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

import pytest

from benchmarks.chaos import __main__ as command
from benchmarks.chaos.deployment import Deployment, missing_programs, run_deployment
from benchmarks.chaos.faults import ROWS, Row
from benchmarks.chaos.probes import ANY_TROUBLE, NO_ANSWER
from benchmarks.chaos.report import Failed, broken, lines_of
from benchmarks.chaos.traffic import PATIENCE_SECONDS, Reader, ReaderCounts
from benchmarks.chaos.trial import Outcome, run_row
from tests.e2e.readers import Follower, Habit, Transport, reading_client
from tests.needs import require

HOLD_SECONDS = 1.0
COUNTS = ReaderCounts(websockets=4, events=2, polls=1)
SHORT_FORM = ("node-killed", "redis-away", "database-one-way", "postgres-restarted")
WELL = Outcome(
    published=9, lost=0, doubled=0, out_of_order=0, differing=[], silence_seconds=1.0, late_seconds=0.5,
    write_seconds=0.1, agreed_seconds=1.0, told_seconds=1.0, resumed=0,
)  # fmt: skip


@pytest.fixture(scope="module")
def programs() -> None:
    """Require what the matrix runs on."""
    missing = missing_programs()
    require(" and ".join(missing), found=not missing, reason="the failure matrix runs on them")


@pytest.fixture(scope="module")
def deployment(programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Return all of it, started once for every row."""
    with run_deployment(tmp_path_factory.mktemp("s")) as running:
        yield running


def _reader(*told: tuple[float, int, str]) -> Reader:
    follower = Follower(reading_client("http://127.0.0.1"), "story", Habit(Transport.WEBSOCKET), random.Random(0))
    return Reader(follower, is_direct=False, told=list(told))


def test_an_event_that_is_told_again_or_late_is_counted_once_for_each_time() -> None:
    assert (_reader((1, 2, "a"), (2, 3, "b")).doubled, _reader((1, 2, "a"), (2, 3, "b")).out_of_order) == (0, 0)
    again = _reader((1, 2, "a"), (2, 3, "b"), (3, 3, "b"), (4, 3, "b"))
    assert (again.doubled, again.out_of_order) == (2, 0)
    swapped = _reader((1, 3, "b"), (2, 2, "a"), (3, 4, "c"))
    assert (swapped.doubled, swapped.out_of_order) == (0, 1)


def test_a_message_and_a_reply_are_heard_event_by_event() -> None:
    reader = _reader()
    reader.hear({"type": "entry.published", "seq": 2, "entry": {"id": "a"}})
    reader.hear({"type": "heartbeat"})
    reader.hear({"events": [{"type": "entry.updated", "seq": 3, "entry": {"id": "a"}}]})
    assert [(seq, entry) for _, seq, entry in reader.told] == [(2, "a"), (3, "")]


def test_a_silence_is_the_longest_between_two_events_or_the_ends() -> None:
    reader = _reader((0.5, 1, "z"), (11.0, 2, "a"), (12.0, 3, "b"), (17.0, 4, "c"))
    assert reader.silence(10.0, 20.0) == 5.0
    assert reader.silence(10.0, 30.0) == 13.0
    assert reader.silence(1.0, 11.5) == 10.0
    assert _reader().silence(1.0, 4.0) == 3.0


def test_who_is_told_before_the_acknowledgement_is_not_late() -> None:
    reader = _reader((1.0, 2, "a"), (5.0, 3, "b"), (6.0, 4, ""))
    assert reader.lateness({"a": 1.5, "b": 3.0}) == 2.0
    assert reader.lateness({"a": 1.5}) == 0.0
    assert reader.lateness({}) == 0.0


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"lost": 1}, "1 lost"),
        ({"doubled": 2}, "2 doubled"),
        ({"out_of_order": 3}, "3 out of order"),
        ({"differing": ["title"]}, "differs"),
        ({"agreed_seconds": 5.1}, "agree after 5.1 s"),
        ({"agreed_seconds": None}, "agree after never"),
        ({"told_seconds": 10.1}, "tells after 10.1 s"),
        ({"told_seconds": None}, "tells after never"),
        ({"late_seconds": 1.6}, "late by 1.6 s"),
    ],
)
def test_each_bar_is_one_that_a_row_can_break(changed: dict[str, object], says: str) -> None:
    assert broken("redis-away", WELL, quiet_late_seconds=0.5) == []
    [said] = broken("redis-away", replace(WELL, **changed), quiet_late_seconds=0.5)  # type: ignore[arg-type]
    assert says in said
    lines = lines_of({"nothing": WELL, "redis-away": replace(WELL, **changed)})  # type: ignore[arg-type]
    assert lines[2].endswith("| met |")
    assert lines[3].endswith("| **not met** |")
    assert says in lines[-1]


def test_only_where_the_broker_is_hurt_is_a_reader_held_to_its_second() -> None:
    assert broken("postgres-away", replace(WELL, late_seconds=9.0), quiet_late_seconds=0.5) == []


def test_a_row_that_did_not_end_is_not_met_and_says_why() -> None:
    lines = lines_of({"nothing": WELL, "node-killed": Failed("it did not start")})
    assert lines[3].endswith("| **not met** |")
    assert "it did not start" in lines[-1]
    assert {line.count("|") for line in lines[:4]} == {lines[0].count("|")}


def test_what_is_to_tell_of_a_fault_is_a_node_that_there_is() -> None:
    assert {node for row in ROWS.values() for node in row.tells} == {"a", "b"}
    assert {reason for row in ROWS.values() for reason in row.tells.values()} == {
        ANY_TROUBLE, NO_ANSWER, "worker-2", "database", "broker",
    }  # fmt: skip


@pytest.mark.parametrize(("found", "code"), [(WELL, 0), (replace(WELL, lost=1), 1), (OSError("no room"), 1)])
def test_the_command_ends_with_1_where_a_row_does_not_meet_its_bars(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: Outcome | OSError, code: int
) -> None:
    async def run(deployment: object, row: Row, **_: object) -> Outcome:
        if row.name == "nothing":
            return WELL
        if isinstance(found, OSError):
            raise found
        return found

    monkeypatch.setattr(command, "missing_programs", list)
    monkeypatch.setattr(command, "run_deployment", lambda folder: nullcontext())
    monkeypatch.setattr(command, "run_row", run)
    assert command.main(["node-killed"]) == code
    assert capsys.readouterr().out.count("**not met**") == code


@pytest.mark.full
def test_every_row_meets_every_bar(programs: None) -> None:
    assert command.main([]) == 0, "the table says which does not, or `make chaos`"


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("name", SHORT_FORM)
async def test_nothing_is_lost_doubled_or_out_of_order_and_all_agree_again(deployment: Deployment, name: str) -> None:
    found = await run_row(
        deployment, ROWS[name], hold_seconds=HOLD_SECONDS, counts=COUNTS, tell_within=PATIENCE_SECONDS
    )
    assert found.published > 10
    assert (found.lost, found.doubled, found.out_of_order, found.differing) == (0, 0, 0, [])
    assert found.agreed_seconds is not None
    assert found.told_seconds is not None
