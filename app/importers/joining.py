"""Joining what several files have of one live blog: pages that were saved through the day, exports of several days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from app.importers.foreign import ForeignEntry, ForeignStory, Problem


def join_stories(read: Callable[[], Iterable[ForeignStory]]) -> Iterator[ForeignStory]:
    """Yield each live blog once, with the entries of every file that has it.

    `read` is called twice: to count the files of each live blog, and to hold no more of them than have yet to be
    joined. Raises what it raises.
    """
    left = Counter(story.id for story in read())
    held: dict[str, _Joined] = {}
    for story in read():
        left[story.id] -= 1
        if story.id in held or left[story.id] > 0:
            held.setdefault(story.id, _Joined(story)).add(story)
            if not left[story.id]:
                yield held.pop(story.id).complete()
        else:
            yield story


class _Joined:
    """One live blog out of several files. Of the story, and of an entry, what was changed last counts."""

    def __init__(self, first: ForeignStory) -> None:
        self.story = first
        self.newest = -1
        self.entries: dict[str, tuple[tuple[int, int], ForeignEntry]] = {}
        self.problems: list[Problem] = []

    def add(self, page: ForeignStory) -> None:
        """Add what one file has. Of an entry whose change has no time the page with the newest entries counts."""
        newest = max((entry.changed_at for entry in page.entries), default=0)
        for entry in page.entries:
            rank = (entry.changed_at, newest)
            if entry.id not in self.entries or rank >= self.entries[entry.id][0]:
                self.entries[entry.id] = rank, entry
        self.problems += page.problems
        newer, older = (page, self.story) if newest >= self.newest else (self.story, page)
        newer.title, newer.slug = newer.title or older.title, newer.slug or older.slug
        newer.language, newer.aliases = newer.language or older.language, newer.aliases or older.aliases
        newer.fields = {**older.fields, **newer.fields}
        newer.created_at = older.created_at if newer.created_at is None else newer.created_at
        self.story, self.newest = newer, max(newest, self.newest)

    def complete(self) -> ForeignStory:
        """Return the live blog, once every file was added."""
        story = self.story
        story.entries, story.problems = [entry for _, entry in self.entries.values()], self.problems
        story.note(story.where, "It comes several times: of each entry what was changed last is kept.")
        return story
