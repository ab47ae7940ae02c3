"""A story exported and brought in again: what readers get is the same, and a file that lies changes nothing."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from app.domain.clock import Micros
from app.domain.errors import Conflict, InvalidInput
from app.newsroom.imports import restoring
from app.newsroom.imports.export_shapes import Restored, exported_json
from app.newsroom.imports.exporting import export_story
from app.newsroom.imports.restoring import begin_restore, finish_restore, restore_lines
from app.newsroom.imports.verifying import ExportVerifier
from app.storage.imports import story_rows
from app.storage.newsroom.stories import delete_story
from app.wire.export_lines import BadLine, LineWriter
from tests.newsroom.driver import NewsroomDriver
from tests.newsroom.imports.bringing import Interrupted, InterruptedDatabase, bring, contents_of_tables, find_public
from tests.newsroom.imports.records import imported_entries, imported_story
from tests.storage.tables import READERS_TABLES

BODY = """First *line*, with a [link](https://example.org/a?b=c&d=e).

## A subhead

- one
- two
    1. nested

| a | b |
|---|---|
| 1 | 2 |

https://www.youtube.com/watch?v=dQw4w9WgXcQ

> Quoted words

```python
print("1 < 2")
```
"""


def write_story(driver: NewsroomDriver) -> str:
    """Write a story in which everything has happened that a log can have, and return its id."""
    ada = driver.hire("editor")
    story = driver.story(
        "Election night", slug="first-slug", standfirst="What we know", tags=[{"label": "Elections"}],
        intro={"text": "An *intro*."}, authors=["Ada Lind"], coverage_start="2026-09-21T18:00:00Z",
    )["id"]  # fmt: skip
    ada.now = driver.now
    long = ada.post(story, BODY, headline="Everything", authors=[{"name": "Ada", "url": "https://example.org"}])
    driver.now = ada.now
    edited = driver.post(story, "Frist.", tags=[{"label": "Köln"}], key_event=True)
    driver.patch(edited, text="First.", material=False)
    driver.patch(edited, text="First, and more.")
    driver.act("correct", edited, text="It was the first.")
    retracted = driver.post(story, "Wrong.")
    driver.act("retract", retracted)
    reinstated = driver.act("retract", driver.post(story, "Right after all."))
    driver.act("reinstate", reinstated)
    gone, again, kept_aside = (driver.post(story, f"Text {number}.") for number in range(3))
    driver.act("remove", gone)
    driver.act("unpublish", again)
    driver.act("publish", again)
    driver.act("unpublish", driver.post(story, "Unpublished for good."))
    driver.patch(kept_aside, text="A draft of an edit.", publish=False)
    driver.post(story, "A draft.", status="draft")
    driver.post(story, "Earlier.", display_time="2026-09-20T10:00:00Z", importance="breaking", label="67′", icon="goal")
    driver.pin(story, edited, long)
    driver.key_points(story, ("It began.", edited["id"]), ("It went on.", None))
    driver.patch_story(story, slug="second-slug")
    return str(story)


def export(driver: NewsroomDriver, story: str, *, drafts: bool = False, comments: bool = False) -> list[bytes]:
    """Return the lines of an export."""
    writer = LineWriter()
    with driver.database.snapshot() as tx:
        exported = export_story(tx, story, drafts=drafts, comments=comments, release="0", now=Micros(driver.now))
        return [writer.line(exported_json(value)) for value in exported]


def restore(driver: NewsroomDriver, lines: Sequence[bytes]) -> int:
    """Bring in the lines of an export as the command does, and return how many were new."""
    verifier = ExportVerifier()
    values = [verifier.read(line) for line in lines]
    header = verifier.finish()
    progress = begin_restore(driver.newsroom, driver.call(), header, check=verifier.check)
    rest = [each for each in values if isinstance(each, Restored)]
    new = 0
    for first in range(0, len(rest), 7):
        new += restore_lines(driver.newsroom, driver.call(), progress.story, rest[first : first + 7])
    finish_restore(driver.newsroom, driver.call(), progress.story, header)
    return new


def lines_of(lines: Sequence[bytes], *kinds: str) -> list[dict[str, Any]]:
    """Return the lines of some kinds without their sums."""
    parsed = [json.loads(line) for line in lines]
    return [{**line, "sum": ""} for line in parsed if line["kind"] in kinds]


def readers_rows(driver: NewsroomDriver, *, but: Sequence[str] = ()) -> dict[str, list[str]]:
    """Return all rows of the readers' tables but for the epoch, by table."""
    with driver.database.snapshot() as tx:
        return {
            table.name: sorted(
                repr({name: value for name, value in row.items() if name not in {"epoch", "number", *but}})
                for row in tx.connection.execute(select(table)).mappings()
            )
            for table in READERS_TABLES
        }


def test_a_slice_without_time_brings_something_all_the_same(
    driver: NewsroomDriver, elsewhere: NewsroomDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "SLICE_SECONDS", 0.0)
    lines = export(driver, write_story(driver))
    slow = NewsroomDriver(InterruptedDatabase(elsewhere.database, commits=2 * len(lines)))
    assert restore(slow, lines) > 10
    assert find_public(elsewhere, "second-slug") is not None


@pytest.mark.parametrize("drafts", [False, True])
def test_what_readers_have_is_the_same_but_for_the_epoch(
    driver: NewsroomDriver, elsewhere: NewsroomDriver, drafts: bool
) -> None:
    story = write_story(driver)
    lines = export(driver, story, drafts=drafts)
    before = readers_rows(driver)
    assert len(before["events"]) > 20
    assert restore(elsewhere, lines) == len(lines) - 3
    assert readers_rows(elsewhere) == before
    here, there = find_public(driver, story), find_public(elsewhere, "second-slug")
    assert here is not None
    assert there is not None
    assert find_public(elsewhere, "first-slug") == there
    assert here.head.cursor.check == there.head.cursor.check


def test_it_comes_back_where_it_was_deleted(driver: NewsroomDriver) -> None:
    story = write_story(driver)
    lines, before = export(driver, story, drafts=True), readers_rows(driver)
    with driver.database.transaction() as tx:
        delete_story(tx, find_public(driver, story).head.story)  # type: ignore[union-attr]
    restore(driver, lines)
    assert readers_rows(driver) == before
    again = export(driver, story, drafts=True)
    assert lines_of(again, "entry", "version") == lines_of(lines, "entry", "version")
    versions = lines_of(lines, "story_version")
    assert [line["version"] for line in versions] == [*range(1, len(versions) + 1)]
    assert {line["slug"] for line in versions} == {"first-slug", "second-slug"}
    # Its history is as it was, and behind it stands the import.
    *history, brought = lines_of(again, "story_version")
    assert history == versions
    assert (brought["version"], brought["action"]) == (len(versions) + 1, "import")
    # And it goes on as any story does.
    after = driver.post(story, "The night goes on.")
    assert after["revision"] == 1
    assert driver.events()[-1]["seq"] == len(before["events"]) + 1


def test_without_drafts_nothing_leaves_that_no_reader_has(driver: NewsroomDriver) -> None:
    story = write_story(driver)
    text = b"".join(export(driver, story))
    for hidden in (b"A draft", b"Unpublished for good", b"Text 0.", b"Wrong hands"):
        assert hidden not in text
    assert b"A draft of an edit." in b"".join(export(driver, story, drafts=True))


def test_an_intro_leaves_without_what_was_typed_in_it_unless_drafts_do(
    driver: NewsroomDriver, elsewhere: NewsroomDriver
) -> None:
    story = driver.story(slug="night", intro={"text": "An __intro__."})["id"]
    lines = export(driver, story)
    assert b"An __intro__." not in b"".join(lines)
    assert b"An __intro__." in b"".join(export(driver, story, drafts=True))
    restore(elsewhere, lines)
    assert readers_rows(elsewhere) == readers_rows(driver)
    assert elsewhere.patch_story(story, section="Politics")["intro"]["text"].strip() == "An **intro**."


def test_a_version_of_the_story_that_no_reader_saw_leaves_with_drafts_alone(driver: NewsroomDriver) -> None:
    story = driver.story("A secret title", status="draft", slug="night")["id"]
    driver.patch_story(story, title="Election night")
    driver.patch_story(story, status="live")
    assert b"A secret title" not in b"".join(export(driver, story))
    assert b"A secret title" in b"".join(export(driver, story, drafts=True))


def test_an_export_of_the_format_before_is_brought_in(driver: NewsroomDriver, elsewhere: NewsroomDriver) -> None:
    lines, writer, before = export(driver, write_story(driver)), LineWriter(), []
    for members in map(json.loads, lines):
        del members["sum"]
        if members["kind"] == "header":
            members["format"] = 1
        if members["kind"] == "end":
            del members["story_versions"], members["comments"]
        if members["kind"] != "story_version":
            before.append(writer.line(members))
    restore(elsewhere, before)
    assert readers_rows(elsewhere) == readers_rows(driver)


def test_what_was_purged_is_in_no_export(driver: NewsroomDriver, elsewhere: NewsroomDriver) -> None:
    story = driver.story(slug="night")["id"]
    entry = driver.post(story, "A secret of somebody.")
    driver.purge(story=story, entry=entry["id"])
    lines = export(driver, story, drafts=True)
    assert b"secret" not in b"".join(lines)
    restore(elsewhere, lines)
    assert readers_rows(elsewhere) == readers_rows(driver)


def test_a_second_run_changes_nothing_and_another_file_is_refused(
    driver: NewsroomDriver, elsewhere: NewsroomDriver
) -> None:
    story = write_story(driver)
    lines = export(driver, story)
    restore(elsewhere, lines)
    before = contents_of_tables(elsewhere)
    assert restore(elsewhere, lines) == 0
    assert contents_of_tables(elsewhere) == before
    driver.post(story, "Later.")
    with pytest.raises(Conflict) as refused:
        restore(elsewhere, export(driver, story))
    assert refused.value.code == "id_taken"
    assert refused.value.detail.endswith("import it into another server.")
    with pytest.raises(Conflict):
        restore(driver, lines)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Record the statements that are sent to any database meanwhile."""
    sent: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def test_versions_of_an_entry_are_read_a_few_at_a_time_and_looked_up_one_by_one(
    driver: NewsroomDriver, elsewhere: NewsroomDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_rows, "PAGE_VERSIONS", 3)
    story = driver.story(slug="night")["id"]
    entry = driver.post(story, "Version 1.")
    for number in range(2, 9):
        driver.patch(entry, text=f"Version {number}.")
    with statements() as sent:
        lines = export(driver, story)
    assert [line["version"] for line in lines_of(lines, "version")] == [*range(1, 9)]
    assert sum("entry_versions.version > " in statement for statement in sent) == 3
    with statements() as sent:
        restore(elsewhere, lines)
    looked_up = [statement for statement in sent if "FROM entry_versions" in statement]
    assert len(looked_up) == 8
    assert all("entry_versions.version = " in statement for statement in looked_up)


def test_a_run_that_was_killed_anywhere_is_finished_by_the_next(
    driver: NewsroomDriver, elsewhere: NewsroomDriver
) -> None:
    story = write_story(driver)
    lines = export(driver, story)
    commits = 0
    while True:
        cut = NewsroomDriver(InterruptedDatabase(elsewhere.database, commits=commits))
        try:
            restore(cut, lines)
            break
        except Interrupted:
            assert find_public(elsewhere, story) is None
            commits += 2  # lines that are here already take a transaction, too
    assert readers_rows(elsewhere) == readers_rows(driver)


def test_a_story_that_was_brought_keeps_its_old_addresses(driver: NewsroomDriver, elsewhere: NewsroomDriver) -> None:
    bring(driver, imported_story(slug="night"), imported_entries(3))
    story = find_public(driver, "night")
    assert story is not None
    restore(elsewhere, export(driver, story.head.story))
    assert readers_rows(elsewhere)["public_aliases"] == readers_rows(driver)["public_aliases"]
    assert len(readers_rows(driver)["public_aliases"]) == 3


def changed(lines: list[bytes], number: int, change: Callable[[dict[str, Any]], None]) -> list[bytes]:
    """Return an export whose maker has changed one line, and made all checks fit."""
    writer, changed = LineWriter(), []
    for at, line in enumerate(lines):
        members = json.loads(line)
        del members["sum"]
        if at == number:
            change(members)
        changed.append(writer.line(members))
    return changed


def test_a_damaged_file_is_refused_with_the_number_of_the_line(
    driver: NewsroomDriver, elsewhere: NewsroomDriver
) -> None:
    lines = export(driver, write_story(driver))
    damaged = {
        "cut off in a line": ([*lines[:5], lines[5][:-20]], 6),
        "cut off behind a line": (lines[:9], 10),
        "a letter changed": ([*lines[:4], lines[4].replace(b"e", b"f", 1), *lines[5:]], 5),
        "a line left out": ([*lines[:4], *lines[5:]], 5),
        "a line twice": ([*lines[:4], lines[4], *lines[4:]], 6),
        "two lines changed over": ([*lines[:4], lines[5], lines[4], *lines[6:]], 5),
        "something behind the end": ([*lines, lines[-1]], len(lines) + 1),
        "no header": (lines[1:], 1),
        "no export": ([b"<html>\n"], 1),
        "nothing": ([], 1),
    }
    for case, (given, number) in damaged.items():
        with pytest.raises(BadLine) as refused:
            restore(elsewhere, given)
        assert refused.value.number == number, case
    assert readers_rows(elsewhere)["public_stories"] == []


def test_a_file_that_lies_is_refused_before_anything_is_written(
    driver: NewsroomDriver, elsewhere: NewsroomDriver
) -> None:
    lines = export(driver, write_story(driver))
    kinds = [json.loads(line)["kind"] for line in lines]
    first = {kind: kinds.index(kind) for kind in ("header", "story_version", "entry", "version", "event", "end")}
    other = "0b0e7a52-3c0f-4a45-9d7b-1111aaaa1111"
    lies: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
        ("header", lambda line: line.update(format=3)),
        ("header", lambda line: line["story"]["fields"].update(continues=line["story"]["id"])),
        ("header", lambda line: line["log"].update(seq=line["log"]["seq"] + 1)),
        ("header", lambda line: line["log"].update(entry_count=1)),
        ("header", lambda line: line["story"].update(pinned=[{"entry": other, "until": None}])),
        ("header", lambda line: line.update(log=None)),
        ("header", lambda line: line["story"].update(slug="../../admin")),
        ("story_version", lambda line: line.update(version=99)),
        ("story_version", lambda line: line.update(slug="Two words")),
        ("story_version", lambda line: line.update(pinned=[{"until": 1}])),
        ("entry", lambda line: line["entry"].update(story=other)),
        ("entry", lambda line: line["entry"].update(id="no-id")),
        ("entry", lambda line: line["entry"].update(status="draft")),
        ("version", lambda line: line.update(version=99)),
        ("version", lambda line: line.update(entry=other)),
        ("event", lambda line: line.update(seq=2)),
        ("event", lambda line: line.update(type="entry.eaten")),
        ("event", lambda line: line.update(entry=other)),
        ("event", lambda line: line.update(time=10**17)),
        ("end", lambda line: line.update(entries=1)),
        ("end", lambda line: line.update(story_versions=0)),
    ]
    for kind, lie in lies:
        with pytest.raises(BadLine):
            restore(elsewhere, changed(lines, first[kind], lie))
    assert readers_rows(elsewhere)["public_stories"] == []


def test_markup_in_a_file_is_made_anew(driver: NewsroomDriver, elsewhere: NewsroomDriver) -> None:
    story = driver.story(slug="night")["id"]
    driver.post(story, "Harmless.")
    lines = export(driver, story)
    number = [json.loads(line)["kind"] for line in lines].index("entry")

    def poison(line: dict[str, Any]) -> None:
        line["entry"]["content"]["blocks"][0]["html"] = "<p>Hi<script>alert(1)</script><img src=x onerror=alert(1)></p>"

    restore(elsewhere, changed(lines, number, poison))
    (row,) = readers_rows(elsewhere)["public_entries"]
    assert "<p>Hi</p>" in row
    assert "script" not in row
    assert "onerror" not in row

    def vanish(line: dict[str, Any]) -> None:
        line["entry"]["content"]["blocks"][0] = {"type": "iframe", "id": "x", "html": "<iframe>"}

    third = dataclasses.replace(elsewhere)
    with pytest.raises((InvalidInput, Conflict)):
        restore(third, changed(lines, number, vanish))
