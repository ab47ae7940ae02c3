"""Many editors at one entry at the same time: in each round one of them wins, and the others are refused."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from app.domain.errors import PreconditionFailed
from app.newsroom.entries.edit import edit_entry
from app.newsroom.entries.versions import show_versions
from app.wire.requests.entries import EntryPatch
from tests.faults.tables import select
from tests.figures import Figures
from tests.newsroom.driver import NewsroomDriver, body

EDITORS = 50


def test_of_fifty_editors_who_saw_the_same_entry_one_changes_it(
    driver: NewsroomDriver, database_url: str, figures: Figures
) -> None:
    rounds = figures.choose(suite=25, prove=100)
    entry = driver.post(driver.story()["id"], "Round 0.")
    editors = [driver.hire("editor") for _ in range(EDITORS)]
    start = threading.Barrier(EDITORS)
    winners = []

    def edit(editor: int, version: int) -> tuple[str | None, str | None]:
        """Return what the entry says after the edit; or, if it came too late, the ETag to begin again from."""
        mine = editors[editor]
        call = mine.call(if_match=f'"v{version}"')
        patch = EntryPatch(text=f"Version {version + 1} by editor {editor}.", text_format="plain")
        start.wait()
        try:
            return body(edit_entry(mine.newsroom, call, entry["story"], entry["id"], patch))["text"], None
        except PreconditionFailed as refused:
            return None, refused.current_etag

    with ThreadPoolExecutor(EDITORS) as pool:
        for version in range(1, rounds + 1):
            written = list(pool.map(edit, range(EDITORS), [version] * EDITORS))
            won = [text for text, _ in written if text is not None]
            assert len(won) == 1, won
            assert [etag for _, etag in written if etag is not None] == [f'"v{version + 1}"'] * (EDITORS - 1)
            winners += won
    kept: list[str] = []
    position: str | None = None
    while position is not None or not kept:
        page = body(show_versions(driver.newsroom, driver.call(), entry["story"], entry["id"], position=position))
        kept += [version["text"] for version in page["items"]]
        position = page["next"]
    assert kept == [*reversed(winners), "Round 0."]
    events = select(database_url, "SELECT type FROM events WHERE entry_id = :entry", entry=entry["id"])
    assert Counter(events) == {("entry.published",): 1, ("entry.updated",): rounds}
