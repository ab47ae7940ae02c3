"""The law of the log, lived through: whatever happens between the newsroom and a reader, they end where the tables are.

Hypothesis chooses what happens: changes, announcements late, doubled, crossed or lost, reads that answer late, rings
that forget, readers that pull slowly, leave and come back, restores and failovers. After every message that leaves the
reader consistent, what they hold must be the story as it was at exactly that cursor.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from app.domain.cursor import parse_cursor
from app.live.hub.fan_out import FanOut
from app.live.memory.reconciler import Reconciler
from app.live.memory.story_registry import StoryRegistry
from app.live.session.effects import Answer, Ask, ChangesRead, SnapshotRead
from app.live.session.outbox import PIECE_BYTES
from app.live.session.subscription import PendingSubscription, Subscription
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import FORMS, Framing, Packet
from app.live.story.story_log import CursorUnusable
from app.live.tasks import Tasks
from app.wire.announcement import Announcement, StoryHead
from app.wire.encoding import BodyVariant
from liveblog_client.reader import Mode, Reader, Verdict, empty_state, receive
from tests.figures import Figures
from tests.live.model import ModelLog, story
from tests.live.peer import HEARTBEAT_SECONDS, Peer

INDEX = st.integers(min_value=0, max_value=7)
PAGE = 3


class _NoTasks(Tasks):
    """Background work is done by the rules, not by a loop."""

    def spawn(self, work: Coroutine[Any, Any, Any]) -> Any:
        work.close()


FORM = FORMS[Framing.FRAME, BodyVariant.HTML]


class OneReader(RuleBasedStateMachine):
    """One story, one reader, and everything that can happen between them."""

    def __init__(self) -> None:
        super().__init__()
        self.model = story()
        self.log = ModelLog(self.model)
        self.memory: dict[str, LiveStory] = {}
        self.turns: deque[Callable[[], object]] = deque()
        self.fan_out = FanOut(
            metrics=LiveMetrics(),
            monotonic=lambda: 0.0,
            call_soon=lambda call, *given: self.turns.append(partial(call, *given)),
        )
        self.reconciler = Reconciler(
            self.log,
            self.log,
            registry=StoryRegistry(),
            fan_out=self.fan_out.fan_out,
            tasks=_NoTasks(),
            metrics=LiveMetrics(),
            monotonic=lambda: 0.0,
        )
        self.queue: list[Announcement] = []
        self.asked: list[tuple[Subscription | PendingSubscription, Ask, Answer, StoryHead, int]] = []
        self.reader = Reader(empty_state("id-one"))
        self.branches = 0
        self.is_whole = True
        self.owed_seq = 0
        self.peer = Peer(self.log, self.memory, limit=PAGE)
        self.peer.subscribe("one", after="0")

    @property
    def may_fail_over(self) -> bool:
        return self.model.seq > 1 and self.is_whole and not self.asked and not self.has_unnoticed_fork

    @property
    def has_unnoticed_fork(self) -> bool:
        """An announcement does not say what it follows. Until a fork is noticed they must come in order, as they do."""
        head = self.live.head.cursor
        return self.model.cursors.get(head.seq) != head

    @property
    def live(self) -> LiveStory:
        return self.peer.live("one")

    # What the newsroom does

    @rule(text=st.text(max_size=3))
    def publish(self, text: str) -> None:
        self.queue.append(self.model.publish(text))

    @precondition(lambda self: any(self.model.entries.values()))
    @rule(index=INDEX, text=st.text(max_size=3))
    def edit(self, index: int, text: str) -> None:
        self.queue.append(self.model.edit(self.a_public_entry(index), text))

    @precondition(lambda self: any(self.model.entries.values()))
    @rule(index=INDEX)
    def remove(self, index: int) -> None:
        self.queue.append(self.model.remove(self.a_public_entry(index)))

    @rule(title=st.text(max_size=3))
    def rename(self, title: str) -> None:
        self.queue.append(self.model.rename(title))

    @rule()
    def restore(self) -> None:
        self.queue.clear()
        self.branches += 1
        self.model.rebuild(f"epoch1{self.branches:02d}")

    @precondition(lambda self: self.may_fail_over)
    @rule(lost=INDEX)
    def fail_over(self, lost: int) -> None:
        """Not while the reader is inside a catch-up: it leaves out what is newer by the history it was read from, so
        that a cursor from its middle means less in another history than one from its end."""
        self.queue.clear()
        self.branches += 1
        self.model.fork(back_to=max(1, self.model.seq - lost), branch=chr(ord("b") + self.branches % 24))

    # What happens on the way

    @precondition(lambda self: self.queue)
    @rule(index=INDEX, again=st.booleans())
    def announce(self, index: int, again: bool) -> None:
        announcement = self.queue[0 if self.has_unnoticed_fork else index % len(self.queue)]
        if not again:
            self.queue.remove(announcement)
        self.live.accept(announcement)

    @precondition(lambda self: self.queue and not self.has_unnoticed_fork)
    @rule()
    def lose_an_announcement(self) -> None:
        self.queue.pop(0)

    @rule()
    def reconcile(self) -> None:
        self.reconciler.observe(self.live, self.live.head, self.model.head)

    @rule()
    def fill_gap(self) -> None:
        if not self.live.is_behind():
            return
        expected = self.live.expected_seq
        try:
            page = self.log.changes_now(self.live.id, self.live.head.cursor, limit=PAGE, limit_bytes=10**6)
        except CursorUnusable:
            self.live.reset(self.model.head)
        else:
            self.live.fill_gap([Packet(event) for event in page.events], page.head, complete=not page.more)
            if not page.more:
                self.live.finish_gap(expected_seq=expected)

    @rule()
    def forget_the_ring(self) -> None:
        self.live.ring.restart(self.live.head.cursor)

    @precondition(lambda self: self.asked)
    @rule(index=INDEX)
    def answer_a_read(self, index: int) -> None:
        asker, ask, answer, before, generation = self.asked.pop(index % len(self.asked))
        if isinstance(answer, ChangesRead | SnapshotRead) and self.live.generation == generation:
            self.reconciler.observe(self.live, before, answer.head)
        self.peer.answer(asker, ask, answer)

    @rule()
    def fan_out_soon(self) -> None:
        """A reader who is ready is written to, any other only woken, once the fan-out has let some turns pass."""
        self.fan_out.fan_out(self.live)

    @precondition(lambda self: self.turns)
    @rule()
    def let_a_turn_pass(self) -> None:
        self.turns.popleft()()

    def finish_fan_outs(self) -> None:
        while self.turns:
            self.let_a_turn_pass()

    # What the reader does

    @rule()
    def be_ready(self) -> None:
        """Catch up and leave the rest to fan-outs, as a connection on its own transport does."""
        self.let_it_flow()
        self.peer.session.make_ready(FORM, self.hear)

    def hear(self, data: bytes) -> None:
        """What a fan-out wrote: frames of a server, which are read as any client would."""
        while data:
            size, at = data[1], 2
            if size == 126:
                size, at = int.from_bytes(data[2:4], "big"), 4
            self.take(json.loads(data[at : at + size]))
            data = data[at + size :]

    @rule()
    def pull(self) -> None:
        self.peer.session.unready(FORM)
        self.peer.seconds += 1
        step = self.peer.pull()
        for asker, ask in step.asks:
            answer = self.peer.look_up(ask)
            self.asked.append((asker, ask, answer, self.live.head, self.live.generation))
        for message in step.writes:
            self.take(json.loads(message.json))

    @rule()
    def let_it_flow(self) -> None:
        """The usual case, without which the rare ones would hardly be reached."""
        while self.queue:
            self.announce(0, again=False)
        self.fan_out_soon()
        self.finish_fan_outs()
        for _ in range(4):
            self.pull()
            while self.asked:
                self.answer_a_read(0)

    @rule()
    def wait_for_a_heartbeat(self) -> None:
        self.peer.seconds += HEARTBEAT_SECONDS
        self.pull()

    @rule(limit=st.sampled_from([1, PAGE, 1000]), piece_bytes=st.sampled_from([1, 600, PIECE_BYTES]))
    def connect(self, limit: int, piece_bytes: int) -> None:
        self.peer.session.unready(FORM)
        self.peer.session.end()
        if not self.is_whole:
            # The cursor is from the middle of a catch-up: it means the state at the head that was read from.
            self.owed_seq = self.model.seq
        self.asked.clear()
        self.peer = Peer(self.log, self.memory, limit=limit, piece_bytes=piece_bytes)
        self.reader = Reader(self.reader.state)
        self.peer.subscribe("one", after=self.reader.state["head"])

    def take(self, message: dict[str, Any]) -> None:
        self.reader, verdict = receive(self.reader, message)
        assert verdict is not Verdict.RESUME, "nothing was lost on the way, so nothing may seem to be missing"
        if verdict is Verdict.APPLIED:
            self.is_whole = self.reader.mode is Mode.LIVE
        if verdict is Verdict.REPLACED:
            self.owed_seq = 0
        if self.is_whole and self.reader.last >= max(1, self.owed_seq):
            self.check()

    def check(self) -> None:
        """What the reader holds is the story as it was at their cursor, if that history still exists."""
        cursor = parse_cursor(self.reader.state["head"])
        if self.model.cursors.get(cursor.seq) == cursor:
            assert self.reader.state["timeline"]["items"] == self.model.items_at(cursor.seq)

    def a_public_entry(self, index: int) -> str:
        public = [entry for entry, held in self.model.entries.items() if held]
        return public[index % len(public)]

    def teardown(self) -> None:
        """Let everything come to rest: now the reader must hold what a fresh reader is sent."""
        for _ in range(10 + 4 * self.model.seq):
            self.reconcile()
            self.fill_gap()
            self.finish_fan_outs()
            self.pull()
            while self.asked:
                self.answer_a_read(0)
        self.wait_for_a_heartbeat()
        state = self.model.state()
        assert self.reader.state["head"] == state["head"]
        assert self.reader.state["timeline"]["items"] == state["timeline"]["items"]
        assert self.reader.state["title"] == state["title"]


def test_a_reader_always_holds_the_story_as_it_was_at_their_cursor(figures: Figures) -> None:
    run_state_machine_as_test(
        OneReader,
        settings=settings(
            max_examples=figures.choose(quick=60, suite=150, prove=3000), stateful_step_count=40, deadline=None
        ),
    )
