"""A page of changes that is being written in pieces."""

from __future__ import annotations

import weakref

from app.live.session.effects import ChangesRead, ReadChanges


class UnsentPage:
    """The answer to a read and how much of it is written.

    From its first piece on the page is no longer held here: the cache of shared reads keeps it for those who take
    their pieces at once, and who does not pins no memory and reads again from the cursor they have.
    """

    __slots__ = ("_page", "_reference", "asked", "written")

    def __init__(self, asked: ReadChanges, page: ChangesRead) -> None:
        self.asked = asked
        self.written = 0
        self._page: ChangesRead | None = page
        self._reference = weakref.ref(page)

    @property
    def page(self) -> ChangesRead | None:
        """Return the page; None if it is no longer in memory."""
        return self._page or self._reference()

    def record(self, written: int) -> None:
        """Record that so many packets are written in all, and let go of the page."""
        self.written = written
        self._page = None
