"""The delivery of one event to the readers of several processes, as one receipt."""

from __future__ import annotations

from typing import Any

from app.api.http.machine.receipts import join_receipts, receipt_figures
from app.live.story.deliveries import Delivery, Receipt


def _figures(seq: int, marks: list[tuple[float, int]], *, late: float = 0.0, behind: int = 0) -> dict[str, Any]:
    delivery = Delivery(seq - 1, seq, 100.0, readers=sum(count for _, count in marks) + behind)
    delivery.marks.extend(marks)
    return receipt_figures(Receipt(seq, late, delivery, behind))


def test_nobody_knows_of_a_delivery_that_no_process_made() -> None:
    assert join_receipts([]) is None


def test_readers_are_added_up_and_times_are_those_of_all_of_them() -> None:
    quick = _figures(7, [(0.01, 50), (0.02, 50)])
    slow = _figures(7, [(0.03, 50), (0.5, 10)], late=0.2, behind=3)
    joined = join_receipts([quick, slow])
    assert joined == {
        "seq": 7, "readers": 163, "handed_over": 160, "behind": 3, "median_ms": 20.0, "p99_ms": 700.0,
    }  # fmt: skip
    assert joined == join_receipts([slow, quick])


def test_a_process_that_has_not_heard_of_the_newest_event_is_left_out() -> None:
    joined = join_receipts([_figures(6, [(0.01, 50)]), _figures(7, [(0.02, 5)])])
    assert joined is not None
    assert (joined["seq"], joined["readers"], joined["median_ms"]) == (7, 5, 20.0)


def test_one_process_says_of_itself_what_its_receipt_does() -> None:
    delivery = Delivery(6, 7, 100.0, readers=10)
    delivery.marks.extend([(0.01, 4), (0.04, 6)])
    receipt = Receipt(7, 0.005, delivery, 0)
    joined = join_receipts([receipt_figures(receipt)])
    assert joined is not None
    for share, name in ((0.5, "median_ms"), (0.99, "p99_ms")):
        seconds = receipt.seconds_at(share)
        assert seconds is not None
        assert joined[name] == round(seconds * 1000, 1)


def test_a_delivery_to_nobody_has_no_times() -> None:
    joined = join_receipts([_figures(7, [], behind=2)])
    assert joined == {"seq": 7, "readers": 2, "handed_over": 0, "behind": 2, "median_ms": None, "p99_ms": None}
