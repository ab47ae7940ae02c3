"""The tuning of a server's process."""

from __future__ import annotations

import gc

from app.server.process_tuning import collector_paused


def test_the_collector_does_not_look_at_what_is_loaded_while_it_is_nor_later() -> None:
    before = gc.get_freeze_count()
    try:
        with collector_paused():
            assert not gc.isenabled()
            loaded: list[list[int]] = [[] for _ in range(100)]
        assert gc.isenabled()
        assert gc.get_freeze_count() > before + len(loaded)
    finally:
        gc.unfreeze()


def test_the_collector_goes_on_where_something_cannot_be_loaded() -> None:
    try:
        with collector_paused():
            raise ImportError
    except ImportError:
        assert gc.isenabled()
    finally:
        gc.unfreeze()
