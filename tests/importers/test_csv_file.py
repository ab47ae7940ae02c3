"""CSV as spreadsheets save it: their delimiters, encodings and marks, and the columns of docs/importing.md."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.domain.clock import parse_time
from app.importers.csv_file import COLUMNS
from app.importers.foreign import FileBroken, ReadOptions
from app.importers.sources import Source
from tests.importers.files import NOW, entries_of, html_of, made_file, sentences_of, stories_of, story_of

CSV = Source.CSV
SMALL = "id,time,headline,text\n1,2026-11-03T20:00:00Z,Fähre,Café\n"


def test_every_column_is_read() -> None:
    text = (
        "id,time,updated,headline,text,authors,tags,label,key_event,pinned,importance,status,reason,anchor,"
        "image,image_alt,image_caption,image_credit,link,source\n"
        '7,2026-11-03T20:00:00+01:00,2026-11-03T20:10:00+01:00,Closed,"No ferries.\n\nAt all.",Wen Li;Omar,Sea;Port,'
        "Storm,yes,x,breaking,retracted,It sailed.,#e7 e8,https://a.example/1.jpg,Pier,Caption,AP,"
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ,https://b.example/\n"
    )
    story = story_of(CSV, made_file("night/storm_2026.csv", text))
    assert (story.id, story.title) == ("storm_2026", "Storm 2026")
    [entry] = entries_of(story).values()
    current = entry.current
    assert [block["type"] for block in current.body] == ["paragraph", "paragraph", "image", "embed"]
    assert [author["name"] for author in current.authors] == ["Wen Li", "Omar"]
    assert [tag["label"] for tag in current.tags] == ["Sea", "Port"]
    assert (current.label, current.headline, current.source) == ("Storm", "Closed", {"url": "https://b.example/"})
    assert (entry.key_event, entry.pinned, entry.importance) == (True, True, "breaking")
    assert (entry.status, entry.retraction_reason) == ("retracted", "It sailed.")
    assert entry.aliases == ("#e7", "#e8")
    assert entry.updated_at == parse_time("2026-11-03T19:10:00Z")
    assert sentences_of(story) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("first", ["", "sep=X\r\n"])
def test_delimiters_encodings_and_marks_of_spreadsheets(delimiter: str, encoding: str, first: str) -> None:
    text = first.replace("X", delimiter) + SMALL.replace(",", delimiter).replace("\n", "\r\n")
    story = story_of(CSV, made_file("a.csv", text.encode(encoding)))
    [entry] = entries_of(story).values()
    assert (entry.current.headline, html_of(entry)) == ("Fähre", "<p>Café</p>")
    assert len(sentences_of(story)) == (encoding == "cp1252")


def test_times_without_a_zone_are_read_in_the_one_that_is_said() -> None:
    text = "Id;Date;Title\n1;2026-11-03 20:00;Closed\n2;2026-11-03 21:00;Open\n"
    options = ReadOptions(now=NOW, time_zone="Europe/Lisbon")
    story = story_of(CSV, made_file("a.csv", text), options=options)
    assert entries_of(story)["1"].published_at == parse_time("2026-11-03T20:00:00Z")
    assert sentences_of(story) == ["note a.csv: 2 times name no zone: they are taken as Europe/Lisbon (--time-zone)."]


def test_rows_without_an_id_column_are_known_again() -> None:
    text = "time,headline,text\n2026-11-03T20:00:00Z,Closed,{}\n"
    once, again = ([*entries_of(story_of(CSV, made_file("a.csv", text.format(body))))] for body in ("One", "Two"))
    assert once == again


def test_wrong_rows_are_left_out_with_their_lines_and_empty_ones_are_nothing() -> None:
    text = (
        "id,time,headline,status,pinned\n1,2026-11-03T20:00:00Z,Sound,,\n,,,,\n,2026-11-03T20:00:00Z,No id,,\n"
        "3,yesterday,No time,,\n4,2026-11-03T20:00:00Z,Status,hidden,\n5,2026-11-03T20:00:00Z,,,\n"
        "6,2026-11-03T20:00:00Z,Six,,perhaps\n"
    )
    story = story_of(CSV, made_file("a.csv", text))
    assert [*entries_of(story)] == ["1", "6"]
    assert sentences_of(story) == [
        "left out a.csv, line 4: This row cannot be placed: it has no id.",
        "left out a.csv, line 5: The row 3 cannot be placed: 'yesterday' is no time.",
        "left out a.csv, line 6: The row 4 cannot be placed: its status is 'hidden'.",
        "note a.csv, line 8: `pinned` is 'perhaps', which is taken as no.",
        "left out a.csv, line 7: There is nothing to be seen in it.",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("id,headline\n1,Closed\n", "names no column `time`"),
        ("id,time\n1,2026-11-03\n", "names no column `time`, or none of"),
        ("id,time,text,body\n", "Two columns are `text`"),
        (SMALL + '2,2026-11-03T20:00:00Z,"Open', "is no CSV"),
        (SMALL + f"2,2026-11-03T20:00:00Z,{'x' * 9_000_000},y\n", "a.csv, line 2: This row, .* longer than 8 MB"),
        (SMALL + '2,2026-11-03T20:00:00Z,"' + "x\n" * 4_500_000, "longer than 8 MB"),
        (SMALL + "x" * 9_000_000, "longer than 8 MB"),
        ("", "names no column"),
    ],
)
def test_a_file_that_is_no_such_csv_is_refused(content: str, sentence: str) -> None:
    with pytest.raises(FileBroken, match=sentence):
        stories_of(CSV, made_file("a.csv", content))


def test_a_long_cell_is_read_and_the_limit_of_the_process_stays() -> None:
    limit = csv.field_size_limit()
    text = " ".join(["word"] * 40_000)
    story = story_of(CSV, made_file("a.csv", SMALL + f"2,2026-11-03T20:01:00Z,,{text}\n3,2026-11-03T20:02:00Z,Last,\n"))
    assert [entry.id for entry in story.entries] == ["1", "2", "3"]
    assert text in story.entries[1].versions[0].html
    assert csv.field_size_limit() == limit


def test_the_columns_are_in_the_document() -> None:
    page = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
    missing = [name for names in COLUMNS.items() for name in (names[0], *names[1]) if f"`{name}`" not in page]
    assert missing == []
