"""The newsroom's search, on both databases: the same words find the same, and nothing anybody types breaks it."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.entry import EntryStatus
from app.domain.errors import MalformedInput, NotAllowed, NotFound
from app.domain.identifiers import StoryId
from app.domain.text_folding import fold_words
from app.newsroom.queries.search import search_newsroom
from app.storage.database import schema
from app.storage.newsroom.search import MAX_CHARACTERS, list_matches
from tests.newsroom.driver import NewsroomDriver, body

UNKNOWN = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"
HOSTILE = [
    "", " ", "*", '"', "'", '""', "''", "\\", "\x00", "a\x00b", "(", ")", "AND", "OR NOT", "NEAR(a b)", "a AND", "^a",
    "words:a", "a OR b*", "- a", "a:*", "a & b | !c", "a <-> b", "%", "_", ";", "'; DROP TABLE entries; --", "🙂",
    "\ud800", "a" * 10_000, "a " * 5_000, "'" * 10_000, '"a" ' * 2_500, "\u0301", "ا" * 200,
    " ".join(string.ascii_letters),
]  # fmt: skip


def find(driver: NewsroomDriver, words: str, **asked: Any) -> dict[str, Any]:
    given = {"story_ref": None, "statuses": None, "position": None, "limit": 20, **asked}
    return body(search_newsroom(driver.newsroom, driver.call(), words, **given))


def found(driver: NewsroomDriver, words: str, **asked: Any) -> list[str]:
    """The ids of what was found: of entries, and of stories whose own words match."""
    return [(item["entry"] or item["story"])["id"] for item in find(driver, words, **asked)["items"]]


@pytest.fixture
def story(driver: NewsroomDriver) -> str:
    made: str = driver.story("Election night", standfirst="Along the coast.")["id"]
    return made


def test_an_entry_is_found_by_everything_it_says(driver: NewsroomDriver, story: str) -> None:
    entry = driver.post(
        story,
        "The **bridge** opened in 1931.\n\n> Nobody saw it\n> — Cleo Vance, clerk",
        headline="Ferry cancelled",
        authors=[{"name": "Ada Lind"}],
        tags=[{"slug": "r", "label": "Rivers"}],
        source={"url": "https://agency.example/1", "name": "Agency Nord"},
    )
    driver.post(story, "Something else.")
    for words in (
        "bridge",
        "1931",
        "nobody saw",
        "vance clerk",
        "ferry",
        "ada lind",
        "rivers",
        "nord",
        "ferry bridge ada",
    ):
        assert found(driver, words) == [entry["id"]], words
    assert found(driver, "bridge tunnel") == []


def test_words_match_without_case_accents_and_signs(driver: NewsroomDriver, story: str) -> None:
    entry = driver.post(story, "Ålesund’s Straße: “Vær så god”, café-owner said. Москва́ 東京都")
    for words in (
        "alesund",
        "ÅLESUND",
        "strasse",
        "vaer sa god",
        "CAFÉ OWNER",
        "cafe-owner",
        "москва",
        "京都",
        '"café"',
    ):
        assert found(driver, words) == [entry["id"]], words
    assert found(driver, "京大") == []


def test_the_last_word_may_be_a_beginning_the_others_are_whole(driver: NewsroomDriver, story: str) -> None:
    entry = driver.post(story, "Counting continues.")
    assert found(driver, "cont") == found(driver, "counting c") == found(driver, "counting continues") == [entry["id"]]
    assert found(driver, "count continues") == []


def test_a_story_is_found_by_its_title_and_standfirst(driver: NewsroomDriver, story: str) -> None:
    entry = driver.post(story, "The coast is clear.")
    assert found(driver, "coast") == [entry["id"], story]
    assert find(driver, "election")["items"] == [
        {
            "story": {
                "id": story,
                "slug": find(driver, "election")["items"][0]["story"]["slug"],
                "title": "Election night",
                "status": "live",
            },
            "entry": None,
        }
    ]
    driver.patch_story(story, title="Flood watch")
    assert (found(driver, "election"), found(driver, "flood")) == ([], [story])


def test_drafts_and_working_revisions_are_found_in_any_story(driver: NewsroomDriver, story: str) -> None:
    drawer = driver.story("Drawer", status="draft")["id"]
    hidden = driver.post(drawer, "Embargoed figures.", status="draft")
    public = driver.post(story, "Public figures.")
    driver.patch(public, text="Revised sums.", publish=False)
    assert found(driver, "figures") == [public["id"], hidden["id"]]
    assert found(driver, "revised") == [public["id"]]
    driver.act("discard", public)
    assert found(driver, "revised") == []
    driver.patch(public, text="Corrected sums.")
    assert (found(driver, "sums"), found(driver, "public")) == ([public["id"]], [])


def test_what_was_removed_is_not_found(driver: NewsroomDriver, story: str) -> None:
    entry = driver.post(story, "Zugzwang.")
    driver.act("unpublish", entry)
    assert found(driver, "zugzwang") == [entry["id"]]
    driver.act("remove", entry)
    assert found(driver, "zugzwang") == []


def test_a_search_is_limited_to_a_story_and_to_statuses(driver: NewsroomDriver, story: str) -> None:
    other = driver.story("Another", slug="another")["id"]
    one, draft = driver.post(story, "Figures."), driver.post(story, "Figures.", status="draft")
    elsewhere = driver.post(other, "Figures.")
    assert found(driver, "figures") == [elsewhere["id"], draft["id"], one["id"]]
    assert found(driver, "figures", story_ref="another") == [elsewhere["id"]]
    drafts = frozenset({EntryStatus.DRAFT})
    assert found(driver, "figures", statuses=drafts) == [draft["id"]]
    assert found(driver, "figures", statuses=drafts | {EntryStatus.PUBLISHED}, story_ref=story) == [
        draft["id"],
        one["id"],
    ]
    assert found(driver, "another", statuses=frozenset(EntryStatus)) == [], "a story has no entry's status"
    with pytest.raises(NotFound):
        find(driver, "figures", story_ref=UNKNOWN)


def test_stories_outside_those_asked_for_are_left_out(driver: NewsroomDriver, story: str) -> None:
    mine = driver.post(story, "Figures.")
    driver.post(driver.story("Another")["id"], "Figures.")

    def entries(stories: set[StoryId]) -> list[str | None]:
        with driver.database.snapshot() as tx:
            hits = list_matches(tx, ["figures"], stories=stories, statuses=None, below=None, limit=20)
        return [hit.entry for hit in hits]

    assert entries({StoryId(story)}) == [mine["id"]]
    assert entries(set()) == []


def test_pages_have_each_thing_once(driver: NewsroomDriver, story: str) -> None:
    posted = [driver.post(story, f"Figures {number}.")["id"] for number in range(7)]
    ids, position = [], None
    while True:
        page = find(driver, "figures", limit=3, position=position)
        ids += [item["entry"]["id"] for item in page["items"]]
        if page["next"] is None:
            break
        position = page["next"]
        driver.post(story, "Figures, later.")
    assert ids == posted[::-1]


def test_what_is_found_is_shown_as_it_is_now(driver: NewsroomDriver, story: str) -> None:
    entry = driver.post(story, "Figures.", status="draft")
    [item] = find(driver, "figures")["items"]
    assert item["entry"] == entry
    assert driver.act("publish", entry) == find(driver, "figures")["items"][0]["entry"]


@pytest.mark.parametrize("words", HOSTILE, ids=[f"{number}" for number in range(len(HOSTILE))])
def test_whatever_is_typed_is_taken_for_plain_words(driver: NewsroomDriver, story: str, words: str) -> None:
    entry = driver.post(story, "a and or not near words " + " ".join(string.ascii_lowercase))
    hits = found(driver, words)
    wanted = fold_words(words)
    assert set(hits) <= {entry["id"], story}
    if not wanted:
        assert hits == []
    elif set(wanted) <= set(fold_words(entry["text"])):
        assert hits[0] == entry["id"]


VOCABULARY = ["polls", "Pölls", "close", "closed", "1931", "19", "a", "東京", "o'clock", "e.g.", "it’s", "🙂", "x_y"]


class Plain:
    """Return what a search must find, by looking at each text."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.texts: dict[str, str] = {}

    def text(self) -> str:
        return " ".join(self.chance.choice(VOCABULARY) for _ in range(6)) + " end"

    def query(self) -> str:
        return " ".join(self.chance.choice(VOCABULARY) for _ in range(self.chance.randrange(1, 4)))

    def find(self, query: str) -> set[str]:
        *whole, last = fold_words(query) or ["nothing"]
        found = {entry: fold_words(text) for entry, text in self.texts.items()}
        return {
            entry
            for entry, words in found.items()
            if set(whole) <= set(words) and any(word.startswith(last) for word in words)
        }


@pytest.mark.parametrize("seed", range(3))
def test_a_search_finds_what_a_plain_comparison_finds_however_often_texts_come_change_and_go(
    driver: NewsroomDriver, seed: int
) -> None:
    story = driver.story("Xyz")["id"]
    plain = Plain(random.Random(seed))
    chance = plain.chance
    entries: dict[str, dict[str, Any]] = {}
    for number in range(260):
        roll = chance.random()
        if roll < 0.7 or not entries:
            entry = driver.post(story, plain.text(), status="draft")
        elif roll < 0.85:
            entry = driver.patch(entries[chance.choice(sorted(entries))], text=plain.text())
        else:  # the newest too, whose number is then free again
            entry = driver.act("remove", entries.pop(chance.choice([*sorted(entries), list(entries)[-1]])))
            del plain.texts[entry["id"]]
            continue
        entries[entry["id"]] = entry
        plain.texts[entry["id"]] = entry["text"]
        if number % 5 == 0:
            query = plain.query()
            assert set(every(driver, query)) == plain.find(query), query
    query = "end"
    assert every(driver, query) == [entry for entry in reversed(made_in_order(driver, story)) if entry in plain.texts]


def every(driver: NewsroomDriver, query: str) -> list[str]:
    """The ids on all pages."""
    ids: list[str] = []
    position = None
    while True:
        page = find(driver, query, limit=17, position=position)
        ids += [item["entry"]["id"] for item in page["items"]]
        position = page["next"]
        if position is None:
            return ids


def made_in_order(driver: NewsroomDriver, story: str) -> list[str]:
    """The ids of a story's entries, the first made first."""
    with driver.database.snapshot() as tx:
        query = select(schema.entries.c.id).where(schema.entries.c.story_id == story)
        return list(tx.connection.execute(query.order_by(schema.entries.c.created_at)).scalars())


def test_long_texts_and_words_are_indexed_as_far_as_is_promised(driver: NewsroomDriver, story: str) -> None:
    word = "w" * 300
    entry = driver.post(
        story, f"{word} {'ﷺ' * 500} " + " ".join(f"n{number}" for number in range(9_000)), status="draft"
    )
    assert found(driver, word) == found(driver, "n8999") == [entry["id"]]
    long = " ".join(f"m{number:07}" for number in range(13_000))
    assert len(long) > MAX_CHARACTERS
    other = driver.post(story, long, text_format="plain", status="draft")
    assert found(driver, "m0000001") == [other["id"]]
    assert found(driver, "m0012999") == []


@pytest.mark.parametrize("position", ["", "0", "-1", "1.5", "newest", "12345678901234567"])
def test_a_position_that_was_not_made_here_is_refused(driver: NewsroomDriver, position: str) -> None:
    with pytest.raises(MalformedInput, match="bad_position"):
        find(driver, "figures", position=position)


def test_searching_takes_the_right_to_read_the_newsroom(driver: NewsroomDriver, story: str) -> None:
    entry = driver.post(story, "Figures.", status="draft")
    assert found(driver.hire("reporter"), "figures") == [entry["id"]]
    with pytest.raises(NotAllowed):
        find(driver.hire("editor", scopes=["write"]), "figures")


def test_a_write_that_fails_leaves_the_index_as_it_was(driver: NewsroomDriver, story: str) -> None:
    entry = driver.post(story, "Figures.", status="draft")

    def forget_and_fail() -> None:
        with driver.database.transaction() as tx:
            tx.connection.exec_driver_sql("DELETE FROM search_documents")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        forget_and_fail()
    assert found(driver, "figures") == [entry["id"]]


def test_a_story_for_its_members_is_found_by_nobody_else(driver: NewsroomDriver, story: str) -> None:
    closed = driver.story("Secret figures", settings={"members_only": True})["id"]
    hidden, open_to_all = driver.post(closed, "Figures."), driver.post(story, "Figures.")
    assert found(driver, "figures") == [open_to_all["id"], hidden["id"], closed]
    outsider = driver.hire("editor")
    assert found(outsider, "figures") == [open_to_all["id"]]
    with pytest.raises(NotFound, match="story_not_found"):
        find(outsider, "figures", story_ref=closed)
    bound = driver.hire("reporter", stories=[story])
    assert found(bound, "figures") == [open_to_all["id"]]


def test_what_an_outsider_is_shown_does_not_depend_on_what_is_closed_to_them(
    driver: NewsroomDriver, story: str
) -> None:
    outsider = driver.hire("editor")
    for _ in range(3):
        driver.post(story, "Figures.")
    before = find(outsider, "figures", limit=2)
    driver.post(driver.story("Figures", settings={"members_only": True})["id"], "Figures.")
    assert find(outsider, "figures", limit=2) == before
