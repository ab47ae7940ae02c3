"""A story in memory and its subscribers: ready or to be woken, the number of comments, and who has received what."""

from __future__ import annotations

import json
from dataclasses import replace

from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId
from app.live.story.deliveries import Committed, Delivery
from app.live.story.limits import NORMAL_LIMITS
from app.live.story.live_story import LiveStory
from app.live.story.packets import FORMS, Form, Framing, Message
from app.wire.encoding import BodyVariant, CommentTotals
from app.wire.messages import encode_comments
from tests.live.hubs import Follower, ReadyFollower
from tests.live.model import ModelStory, story

FORM: Form = FORMS[Framing.FRAME, BodyVariant.HTML]
OTHER_FORM: Form = FORMS[Framing.CHUNK, BodyVariant.HTML]


def _live(model: ModelStory, comments: CommentTotals | None = None) -> LiveStory:
    head = model.head if comments is None else replace(model.head, comments=comments)
    return LiveStory(head, limits=NORMAL_LIMITS, used_at=0.0)


def test_a_story_that_never_had_comments_has_no_message_about_them() -> None:
    live = _live(story())
    assert (live.comments(), live.comments_told) == (None, 0)


def test_a_story_that_is_opened_with_comments_has_a_message_with_their_number_made_once() -> None:
    live = _live(story(), CommentTotals(version=5, count=2))
    message = live.comments()
    assert message is not None
    assert (message.type, message.sse_id) == ("comments", None)
    assert json.loads(message.json) == {"type": "comments", "story": "id-one", "count": 2, "counts": {}}
    assert live.comments() is message


def test_the_newest_number_of_comments_replaces_the_one_before() -> None:
    live = _live(story(), CommentTotals(version=5, count=2))
    newer = Message(encode_comments(live.id, 3, {EntryId("e00001"): 3}), type="comments")
    live.set_comments(newer, 6)
    assert (live.comments(), live.comments_told) == (newer, 6)


def test_an_announcement_leaves_the_number_of_comments_and_the_tables_replace_it() -> None:
    model = story()
    known = CommentTotals(version=5, count=2)
    live = _live(model, known)
    live.accept(model.publish())
    assert live.head == replace(model.head, comments=known)
    newer = replace(model.head, comments=CommentTotals(version=6, count=1))
    assert live.keep_comments(newer) is newer
    assert live.keep_comments(replace(newer, comments=CommentTotals(version=4, count=9))).comments == known


def test_a_ready_subscriber_is_no_longer_woken_until_it_is_unready() -> None:
    live = _live(story())
    reader, other = ReadyFollower(), Follower()
    live.subscriptions |= {reader, other}
    live.make_ready(reader, FORM)
    assert (reader.is_ready, reader.cursor) == (True, live.head.cursor)
    assert (live.subscriptions, live.ready[FORM], live.reader_count) == ({other}, {reader}, 2)
    live.unready(reader, FORM)
    assert not reader.is_ready
    assert (live.subscriptions, live.ready[FORM], live.reader_count) == ({reader, other}, set(), 2)
    live.unready(other_reader := ReadyFollower(), OTHER_FORM)
    assert other_reader not in live.subscriptions


def test_a_ready_subscriber_has_the_very_cursor_of_the_last_fan_out_if_that_is_the_head() -> None:
    model = story()
    live = _live(model)
    reader, late = ReadyFollower(), ReadyFollower()
    live.fanned_out_to = Cursor(live.head.cursor.epoch, live.head.cursor.seq, live.head.cursor.check)
    live.make_ready(reader, FORM)
    assert reader.cursor is live.fanned_out_to
    live.accept(model.publish())
    live.make_ready(late, FORM)
    assert late.cursor is live.head.cursor


def test_every_ready_subscriber_of_every_form_can_be_made_unready_at_once() -> None:
    live = _live(story())
    first, second, woken = ReadyFollower(), ReadyFollower(), Follower()
    live.make_ready(first, FORM)
    live.make_ready(second, OTHER_FORM)
    live.subscriptions.add(woken)
    live.unready_all()
    assert live.subscriptions == {first, second, woken}
    assert (first.is_ready, second.is_ready) == (False, False)
    assert live.ready == {FORM: set(), OTHER_FORM: set()}


def test_only_new_events_are_recorded_as_committed_and_are_taken_once() -> None:
    model = story()
    live = _live(model)
    assert live.take_commit() is None
    live.record_commit(model.together(model.publish(), model.publish()), 10.0)
    live.record_commit(model.publish(), 11.0)
    assert live.take_commit() == Committed(10.0, 2, 4)
    assert live.take_commit() is None


def test_a_commit_of_what_has_arrived_already_is_not_recorded() -> None:
    model = story()
    live = _live(model)
    announcement = model.publish()
    live.accept(announcement)
    live.record_commit(announcement, 10.0)
    assert live.take_commit() is None


def test_the_delivery_of_an_entry_is_the_fan_out_that_sent_its_newest_event() -> None:
    model = story()
    live = _live(model)
    entry = EntryId("e00001")
    assert live.delivery_of(entry) is None
    live.accept(model.publish())
    assert live.delivery_of(entry) is None
    first = Delivery(after_seq=1, seq=2, began_at=5.0, readers=1)
    live.deliveries.append(first)
    found = live.delivery_of(entry)
    assert found is not None
    assert (found[0].cursor.seq, found[1]) == (2, first)
    live.accept(model.edit("e00001", "better"))
    assert live.delivery_of(entry) is None
    live.deliveries.append(second := Delivery(after_seq=2, seq=3, began_at=6.0, readers=1))
    found = live.delivery_of(entry)
    assert found is not None
    assert (found[0].cursor.seq, found[1]) == (3, second)


def test_readers_without_an_event_are_counted_whether_ready_or_not() -> None:
    model = story()
    live = _live(model)
    ready, behind, joining = ReadyFollower(), ReadyFollower(), ReadyFollower()
    behind.cursor = live.head.cursor
    live.accept(model.publish())
    live.make_ready(ready, FORM)
    live.subscriptions |= {behind, joining, Follower()}
    assert (live.count_behind(1), live.count_behind(2), live.count_behind(3)) == (0, 1, 2)


def test_a_catch_up_of_consecutive_events_is_those_alone() -> None:
    model = story()
    live = _live(model)
    start = live.head.cursor
    live.accept(model.publish("first"))
    catch_up = live.catch_up(start)
    assert catch_up is not None
    (packet,) = live.since(start) or []
    assert catch_up.bytes_in(FORM) == (packet.message(BodyVariant.HTML).bytes_in(Framing.FRAME), 1)


def test_a_catch_up_that_leaves_out_what_was_replaced_says_so_around_it() -> None:
    model = story()
    live = _live(model)
    start = live.head.cursor
    live.accept(model.publish("first"))
    live.accept(model.edit("e00001", "second"))
    catch_up = live.catch_up(start)
    assert catch_up is not None
    data, messages = catch_up.bytes_in(FORM)
    assert messages == 3
    assert b"first" not in data
    assert data.index(b'"catching_up"') < data.index(b"second") < data.index(b'"caught_up"')


def test_there_is_no_catch_up_from_a_cursor_the_ring_does_not_know() -> None:
    live = _live(story())
    assert live.catch_up(replace(live.head.cursor, check="z00001")) is None
