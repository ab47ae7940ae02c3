"""One timer for every connection of the process: buckets of a quarter second instead of ten thousand timers."""

from __future__ import annotations

from typing import Generic, TypeVar

Item = TypeVar("Item")

SLOT_SECONDS = 0.25


class TimingWheel(Generic[Item]):
    """Keeps each item once, at the time it was last scheduled for. Never early, at most one slot late.

    Moving an item costs two set operations. Times are monotonic, in seconds.
    """

    def __init__(self, *, now: float) -> None:
        self._slots: dict[int, set[Item]] = {}
        self._slot_of: dict[Item, int] = {}
        self._turned_to = int(now / SLOT_SECONDS)

    def schedule(self, item: Item, *, at: float) -> None:
        """Make the item due once `at` has passed; this replaces an earlier schedule."""
        slot = max(int(at / SLOT_SECONDS), self._turned_to) + 1
        if self._slot_of.get(item) == slot:
            return
        self.cancel(item)
        self._slot_of[item] = slot
        self._slots.setdefault(slot, set()).add(item)

    def scheduled_at(self, item: Item) -> float | None:
        """Return the end of the item's slot; None if it is not scheduled."""
        slot = self._slot_of.get(item)
        return None if slot is None else slot * SLOT_SECONDS

    def cancel(self, item: Item) -> None:
        """Remove the item, if it is here."""
        slot = self._slot_of.pop(item, None)
        if slot is not None:
            self._slots[slot].discard(item)
            if not self._slots[slot]:
                del self._slots[slot]

    def turn(self, now: float, *, limit: int) -> list[Item]:
        """Remove and return the items whose time has passed, oldest slots first; those over `limit` stay for the next
        turn.
        """
        target = int(now / SLOT_SECONDS)
        passed = range(self._turned_to, target + 1)
        due: list[Item] = []
        for slot in sorted(self._slots) if len(passed) > len(self._slots) else passed:
            items = self._slots.get(slot) if slot <= target else None
            while items and len(due) < limit:
                due.append(items.pop())
            if items:
                self._turned_to = max(self._turned_to, slot)
                break
            if items is not None:
                del self._slots[slot]
        else:
            self._turned_to = max(self._turned_to, target)
        for item in due:
            del self._slot_of[item]
        return due
