"""Bodies of a batch: read before its transaction, and the same as those of entries that are written one by one."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from app.domain.errors import LiveblogError, NotAllowed
from app.newsroom.entries.create import create_entries, create_entry
from app.storage.database.transactions import WriteTransaction
from app.wire.requests.entries import EntryBatch, EntryDraft
from tests.newsroom.driver import NewsroomDriver, body
from tests.storage.wrapped_database import WrappedDatabase

WORDS = "<b>Word</b> and <i>more</i> words <a href='https://a.example/1'>link</a> "
MARKED = "**Word** and *more* words [link](https://a.example/1) "
LARGE: dict[str, dict[str, Any]] = {
    "markdown": {"text": "\n\n".join([MARKED * 5] * 150)},
    "plain": {"text": "\n\n".join(["https://a.example/1 " * 100] * 100), "text_format": "plain"},
    "html": {"html": f"<p>{WORDS * 5}</p>" * 150},
    "blocks": {"blocks": [{"type": "paragraph", "html": WORDS * 5}] * 150},
}


class _TimedDatabase(WrappedDatabase):
    """A database that counts the seconds of CPU that its writers take for themselves."""

    writing_seconds = 0.0

    @contextmanager
    def transaction(self, *, gives_way: bool = False) -> Generator[WriteTransaction]:
        with super().transaction(gives_way=gives_way) as tx:
            began = time.thread_time()
            yield tx
            self.writing_seconds += time.thread_time() - began


@pytest.mark.parametrize("form", ["markdown", "html", "blocks"])
def test_what_takes_long_is_done_before_the_one_writer_is_asked_for(driver: NewsroomDriver, form: str) -> None:
    story = driver.story()["id"]
    timed = _TimedDatabase(driver.database)
    newsroom = dataclasses.replace(driver.newsroom, database=timed)
    began = time.thread_time()
    batch = EntryBatch(items=[{**LARGE[form], "headline": str(number), "status": "draft"} for number in range(2)])
    results = body(create_entries(newsroom, driver.call(), story, batch))["items"]
    assert [result["status"] for result in results] == [201] * 2
    assert timed.writing_seconds < (time.thread_time() - began) / 2


ITEMS: list[dict[str, Any]] = [
    *LARGE.values(),
    {"text": "One.\n\n[[block:a]]"},
    {"text": "Two @ada #tag !key"},
    {"text": "#tag"},
    {"html": "<p>Three</p><script>x</script>"},
    {"html": "<script>x</script>"},
    {"html": "<p>word</p>" * 300},
    {"text": "word\n\n" * 300},
    {"blocks": [{"id": "mine", "type": "paragraph", "html": "Four <u onclick=x>words</u>"}, {"type": "divider"}]},
    {"blocks": [{"id": "same", "type": "divider"}, {"id": "same", "type": "divider"}]},
    {"blocks": [{"type": "image", "media": "00000000-0000-4000-8000-000000000000"}]},
    {"blocks": [{"type": "image", "url": "https://pictures.example/a.jpg", "alt": "A map"}]},
    {"headline": "Only a headline"},
    {"headline": "No body", "tags": [{"label": "A tag"}]},
]


def test_a_batch_makes_and_refuses_what_single_writes_do(driver: NewsroomDriver) -> None:
    ada, stories = driver.hire("editor", byline="Ada"), [driver.story(title)["id"] for title in ("One", "Two")]
    one_by_one: list[object] = []
    for item in ITEMS:
        try:
            one_by_one.append(_said(body(create_entry(ada.newsroom, ada.call(), stories[0], EntryDraft(**item)))))
        except LiveblogError as error:
            one_by_one.append((error.code, [(each.pointer, each.code) for each in getattr(error, "errors", ())]))
    results = body(create_entries(ada.newsroom, ada.call(), stories[1], EntryBatch(items=[*ITEMS, *ITEMS])))["items"]
    together = [
        _said(result["entry"])
        if "entry" in result
        else (
            result["problem"]["code"],
            [(each["pointer"], each["code"]) for each in result["problem"].get("errors", ())],
        )
        for result in results
    ]
    assert together == [*one_by_one, *one_by_one]
    assert {type(each) for each in together} == {dict, tuple}
    ids = [block["id"] for result in results if "entry" in result for block in result["entry"]["blocks"]]
    assert len(set(ids)) == len(ids) - 1, "one was given, twice"


def test_nothing_is_read_for_who_may_not_write(driver: NewsroomDriver) -> None:
    story, reader = driver.story()["id"], driver.hire(scopes=["read"])
    with pytest.raises(NotAllowed):
        create_entries(reader.newsroom, reader.call(), story, EntryBatch(items=[{"text": "One."}]))


def _said(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what an entry says, without what differs from one write to the next."""
    kept = (
        "headline",
        "body_html",
        "text_format",
        "text_exact",
        "tags",
        "authors",
        "key_event",
        "shorthand",
        "warnings",
    )
    text = str(entry["text"])
    for number, block in enumerate(entry["blocks"]):
        text = text.replace(f"[[block:{block['id']}]]", f"[[block {number}]]")
    blocks = [{name: value for name, value in block.items() if name != "id"} for block in entry["blocks"]]
    return {**{name: entry.get(name) for name in kept}, "text": text, "blocks": blocks}
