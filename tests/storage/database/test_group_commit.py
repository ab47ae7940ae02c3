"""Items are committed in the batches in which they come, and each caller gets what became of theirs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from app.domain.errors import Conflict, LiveblogError, Unavailable
from app.storage.database.group_commit import GroupCommit
from tests.waiting import until

pytestmark = pytest.mark.anyio
SOON = 10.0


class Tables:
    """Commits numbers, of which the odd ones are refused; while `held`, it does not."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = 0
        self.go_on = threading.Event()
        self.go_on.set()
        self.is_broken = False

    def commit(self, items: Sequence[int]) -> list[int | LiveblogError]:
        self.begun += 1
        self.go_on.wait(SOON)
        if self.is_broken:
            raise Unavailable("database_unavailable", "Away.", retry_after_seconds=1)
        self.batches.append(list(items))
        return [Conflict("odd", "Odd.") if item % 2 else item * 10 for item in items]


async def _come_to_wait() -> None:
    """Let the loop take the turns in which what was begun comes to wait; no thread has a part in them."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_arrives_while_one_is_committed_is_committed_together() -> None:
    tables = Tables()
    tables.go_on.clear()
    group = GroupCommit(tables.commit, name="test")
    first = asyncio.create_task(group.submit(0))
    await until(lambda: tables.begun == 1)  # its batch waits for the tables
    others = [asyncio.create_task(group.submit(number)) for number in (2, 4, 6)]
    await asyncio.sleep(0)  # a turn, in which they are submitted
    tables.go_on.set()
    assert await asyncio.gather(first, *others) == [0, 20, 40, 60]
    assert tables.batches == [[0], [2, 4, 6]]
    assert (group.committed, group.batches) == (4, 2)
    group.close(within_seconds=1)


async def test_one_that_is_refused_fails_alone() -> None:
    group = GroupCommit(Tables().commit, name="test")
    results = await asyncio.gather(*(group.submit(n) for n in (1, 2)), return_exceptions=True)
    assert [type(result) for result in results] == [Conflict, int]
    group.close(within_seconds=1)


async def test_a_commit_that_fails_fails_for_all_of_it_and_the_next_goes_on() -> None:
    tables = Tables()
    group = GroupCommit(tables.commit, name="test")
    tables.is_broken = True
    failed = await asyncio.gather(*(group.submit(n) for n in (2, 4)), return_exceptions=True)
    assert {type(each) for each in failed} == {Unavailable}
    tables.is_broken = False
    assert await group.submit(2) == 20
    group.close(within_seconds=1)


async def test_more_than_may_wait_is_refused_at_once() -> None:
    tables = Tables()
    tables.go_on.clear()
    group = GroupCommit(tables.commit, name="test", waiting_limit=2)
    waiting = [asyncio.create_task(group.submit(0))]
    await until(lambda: tables.begun == 1)
    waiting += [asyncio.create_task(group.submit(2)) for _ in range(2)]
    await asyncio.sleep(0)  # a turn, in which they are submitted
    with pytest.raises(Unavailable):
        await group.submit(4)
    tables.go_on.set()
    assert await asyncio.gather(*waiting) == [0, 20, 20]
    group.close(within_seconds=1)


async def test_what_no_commit_has_begun_for_in_time_is_refused_and_not_written() -> None:
    tables = Tables()
    tables.go_on.clear()
    group = GroupCommit(tables.commit, name="test", waiting_seconds=0.2, apart_seconds=0)
    first = asyncio.create_task(group.submit(0))
    await until(lambda: tables.begun == 1)  # its batch waits for the tables
    behind = asyncio.create_task(group.submit(2))
    await asyncio.sleep(0.3)  # longer than it may wait
    tables.go_on.set()
    assert await first == 0
    with pytest.raises(Unavailable):
        await behind
    assert await group.submit(4) == 40
    assert tables.batches == [[0], [4]]
    group.close(within_seconds=1)


async def test_what_waits_behind_a_commit_that_hangs_is_refused_meanwhile_and_not_written() -> None:
    tables = Tables()
    tables.go_on.clear()
    group = GroupCommit(tables.commit, name="test", waiting_seconds=0.2, apart_seconds=0)
    first = asyncio.create_task(group.submit(0))
    await until(lambda: tables.begun == 1)
    with pytest.raises(Unavailable):
        await group.submit(2)
    assert not tables.go_on.is_set()
    assert not tables.batches, "the one before it still hangs"
    assert not first.done(), "nobody knows yet whether it is on disk"
    tables.go_on.set()
    assert await first == 0
    assert await group.submit(4) == 40
    assert tables.batches == [[0], [4]]
    group.close(within_seconds=1)


async def test_batches_begin_apart_and_what_comes_meanwhile_is_one() -> None:
    tables = Tables()
    group = GroupCommit(tables.commit, name="test", apart_seconds=0.3)
    now = asyncio.get_running_loop().time
    before = now()
    assert await group.submit(0) == 0
    assert [*await asyncio.gather(group.submit(2), group.submit(4))] == [20, 40]
    assert tables.batches == [[0], [2, 4]]
    assert now() - before >= 0.3
    group.close(within_seconds=1)


async def test_a_full_batch_waits_for_no_turn() -> None:
    tables = Tables()
    group = GroupCommit(tables.commit, name="test", batch=2, apart_seconds=2 * SOON)
    assert await group.submit(0) == 0
    waiting = asyncio.create_task(group.submit(2))
    await _come_to_wait()
    assert not waiting.done()
    async with asyncio.timeout(SOON):
        assert await group.submit(4) == 40
        assert await waiting == 20
    group.close(within_seconds=1)


async def test_a_flush_waits_for_no_turn() -> None:
    tables = Tables()
    group = GroupCommit(tables.commit, name="test", apart_seconds=2 * SOON)
    assert await group.submit(0) == 0
    waiting = asyncio.create_task(group.submit(2))
    await _come_to_wait()
    await group.flush(within_seconds=SOON)
    assert waiting.done()
    group.close(within_seconds=1)


async def test_a_caller_that_has_gone_takes_nothing_from_the_others() -> None:
    tables = Tables()
    tables.go_on.clear()
    group = GroupCommit(tables.commit, name="test")
    gone, here = asyncio.create_task(group.submit(0)), asyncio.create_task(group.submit(2))
    await until(lambda: tables.begun == 1)
    gone.cancel()
    tables.go_on.set()
    assert await here == 20
    assert [number for batch in tables.batches for number in batch] == [0, 2]
    group.close(within_seconds=1)


async def test_a_flush_waits_for_what_was_submitted_before_it_and_for_nothing_else() -> None:
    tables = Tables()
    group = GroupCommit(tables.commit, name="test", batch=1)
    await group.flush(within_seconds=SOON)  # of nothing
    tables.go_on.clear()
    submitted = [asyncio.create_task(group.submit(number)) for number in (0, 1, 2)]
    await asyncio.sleep(0)  # the turn in which they come into the queue
    flushed = asyncio.create_task(group.flush(within_seconds=SOON))
    await until(lambda: tables.begun == 1)  # the first is being committed, the others wait
    await _come_to_wait()
    assert not flushed.done()
    tables.go_on.set()
    await flushed
    assert tables.batches[:3] == [[0], [1], [2]]
    await asyncio.gather(*submitted, return_exceptions=True)
    group.close(within_seconds=1)


async def test_a_flush_that_takes_too_long_says_so() -> None:
    tables = Tables()
    tables.go_on.clear()
    group = GroupCommit(tables.commit, name="test")
    submitted = asyncio.create_task(group.submit(2))
    await asyncio.sleep(0)  # the turn in which it comes into the queue
    with pytest.raises(Unavailable):
        await group.flush(within_seconds=0.01)
    tables.go_on.set()
    assert await submitted == 20
    group.close(within_seconds=1)
