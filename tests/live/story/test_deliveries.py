"""How fast events reached their readers, and the stories that may be asked for at all."""

from __future__ import annotations

import pytest

from app.domain.errors import Gone, NotFound
from app.live.story.deliveries import Committed, Delivery, Receipt
from app.live.story.story_log import require_public
from tests.live.model import story


def _delivery() -> Delivery:
    return Delivery(after_seq=3, seq=6, began_at=100.0, readers=10, marks=[(0.1, 4), (0.2, 4), (0.4, 2)])


def test_the_shares_of_a_delivery_are_those_of_its_writes() -> None:
    delivery = _delivery()
    assert delivery.written == 10
    shares = [delivery.seconds_at(share) for share in (0.0, 0.4, 0.5, 0.8, 0.95, 1.0)]
    assert shares == [0.1, 0.1, 0.2, 0.2, 0.4, 0.4]


def test_a_delivery_to_nobody_took_no_time_that_could_be_told() -> None:
    delivery = Delivery(after_seq=3, seq=6, began_at=100.0, readers=0)
    assert (delivery.written, delivery.seconds_at(0.5)) == (0, None)
    assert Receipt(seq=4, late_seconds=0.5, delivery=delivery, behind=0).seconds_at(0.5) is None


def test_only_the_events_this_process_committed_have_a_time() -> None:
    delivery = _delivery()
    assert delivery.committed_at(5) is None
    delivery.committed = Committed(99.5, 5, 6)
    assert [delivery.committed_at(seq) for seq in (4, 5, 6, 7)] == [None, 99.5, 99.5, None]


def test_a_receipt_counts_from_the_commit() -> None:
    receipt = Receipt(seq=5, late_seconds=0.5, delivery=_delivery(), behind=2)
    assert receipt.seconds_at(0.5) == pytest.approx(0.7)
    assert receipt.seconds_at(1.0) == pytest.approx(0.9)


def test_a_public_story_may_be_asked_for_even_when_it_has_ended() -> None:
    model = story()
    assert require_public(model.head) == model.head
    model.end()
    assert require_public(model.head).closing == "ended"


def test_a_withdrawn_story_is_gone_and_an_unknown_one_not_found() -> None:
    model = story()
    model.withdraw()
    with pytest.raises(Gone) as gone:
        require_public(model.head)
    assert gone.value.code == "story_withdrawn"
    with pytest.raises(NotFound) as missing:
        require_public(None)
    assert missing.value.code == "story_not_found"
