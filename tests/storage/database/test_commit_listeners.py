"""Listeners are called after each commit, in commit order, and cannot fail it."""

from __future__ import annotations

import threading
from contextlib import suppress

from app.storage.database.commit_listeners import Commit, CommitListeners
from app.storage.database.opening import open_database
from app.storage.database.transactions import Database
from tests.live.model import story


class _Undone(Exception):
    """Rolls a transaction back."""


def test_every_listener_gets_each_commit_once_it_is_on_disk(database: Database) -> None:
    model, first, second = story(), list[Commit](), list[Commit]()
    database.subscribe(first.append)
    database.subscribe(second.append)
    with database.transaction() as tx:
        tx.announce(announcement := model.publish())
        tx.is_audited = True
        assert first == []
    assert first == second == [Commit((announcement,), is_audited=True)]


def test_a_commit_without_news_and_one_that_is_rolled_back_call_nobody(database: Database) -> None:
    commits: list[Commit] = []
    database.subscribe(commits.append)
    with database.transaction():
        pass
    with suppress(_Undone), database.transaction() as tx:
        tx.announce(story().publish())
        raise _Undone
    assert commits == []


def test_an_audited_commit_without_announcements_is_passed_on(database: Database) -> None:
    commits: list[Commit] = []
    database.subscribe(commits.append)
    with database.transaction() as tx:
        tx.is_audited = True
    assert commits == [Commit((), is_audited=True)]


def test_an_error_of_one_listener_is_counted_and_keeps_nothing_from_the_others() -> None:
    listeners, commits = CommitListeners(), list[Commit]()

    def fail(_: Commit) -> None:
        raise RuntimeError("a listener's own")

    for listener in (fail, commits.append, fail):
        listeners.subscribe(listener)
    commit = Commit((story().publish(),), is_audited=False)
    listeners.notify(commit)
    assert commits == [commit]
    assert listeners.failures == 2


def test_an_error_of_a_listener_does_not_fail_the_commit(database: Database) -> None:
    commits: list[Commit] = []

    def fail(_: Commit) -> None:
        raise RuntimeError("a listener's own")

    database.subscribe(fail)
    database.subscribe(commits.append)
    for _ in range(2):
        with database.transaction() as tx:
            tx.is_audited = True
    assert len(commits) == 2


def test_listeners_of_one_writer_at_a_time_are_called_in_commit_order(sqlite_url: str) -> None:
    """SQLite commits one at a time, and calls the listeners before the next may begin."""
    model, heard, order = story(), list[int](), list[int]()
    database = open_database(sqlite_url)
    database.subscribe(lambda commit: heard.extend(each.head.cursor.seq for each in commit.announcements))

    def write() -> None:
        for _ in range(20):
            with database.transaction() as tx:
                announcement = model.publish()
                order.append(announcement.head.cursor.seq)
                tx.announce(announcement)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    database.close()
    assert heard == order
    assert len(order) == 80
