"""What every action leads to, of every (status, who, under review or not), asked of the real use cases.

Whether it is accepted is in the table of rights (tests/contracts/rights.py), which the routes are held to as well.
Here a cell says where the action leads: to a status, by its letter; `e` when the edit is kept aside, unseen; `-` when
it is refused for want of a right, `.` when the drawing has no such arrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.errors import Conflict, NotAllowed
from app.newsroom.entries.move import move_entry
from app.newsroom.queries.lists import show_entry
from app.storage.database.opening import open_database
from app.storage.database.transactions import Database
from app.wire.requests.entries import EntryMove
from tests.contracts.rights import BY_ENTRY
from tests.contracts.tables import Row
from tests.newsroom.driver import HOUR, NewsroomDriver, body

STATUSES = {
    "D": "draft", "S": "submitted", "J": "rejected", "C": "scheduled", "P": "published", "U": "unpublished",
    "R": "retracted", "E": "expired", "X": "removed",
}  # fmt: skip

LEADS_TO = """
            D S J C P U R E X
edit        D S J C P U R E .
submit      S . . . . . . . .
return      . D . . . . . . .
reject      . J . . . . . . .
publish     P P . . . P . . .
schedule    C C . . . C . . .
cancel      . . . D . . . . .
discard     . . . . . . . . .
unpublish   . . . . U . U . .
retract     . . . . R . . . .
reinstate   . . . . . . P . .
correct     . . . . P . R . .
move        . . . . P . R . .
remove      X X X X X X X X .
"""
"""For everybody who may. Only an edit of what is public (P, R) by its reporter, under review, is kept aside (`e`)."""

EDITORS_EDIT = """
            d s c
edit        d s c
submit      s . .
return      . d .
reject      . 0 .
publish     0 0 .
schedule    c c .
cancel      . . d
discard     0 0 0
unpublish   d s d
retract     d s d
reinstate   . . .
correct     d s c
move        d s c
remove      0 0 0
"""
"""The same of a public entry with a working revision: what becomes of that, by its letter; 0 when it is gone."""

REPORTERS_EDIT_UNDER_REVIEW = """
            d s c
edit        d s -
submit      s . .
return      - - -
reject      - - -
publish     - - -
schedule    - - -
cancel      . . d
discard     0 0 0
unpublish   - - -
retract     - - -
reinstate   - - -
correct     - - -
move        - - -
remove      - - -
"""

NO_ARROW = {"wrong_status": ".", "nothing_to_discard": "."}

WHO = {
    "an editor": ("editor", "EDITOR"),
    "an admin": ("admin", "ADMIN"),
    "its reporter": ("reporter", "OWN"),
    "its reporter under review": ("reporter", "OWN_UNDER_REVIEW"),
    "another reporter": ("another", "OTHER"),
    "another reporter under review": ("another", "OTHER"),
    "an editor under review": ("editor", "EDITOR"),
    "an admin under review": ("admin", "ADMIN"),
}
"""Each with their name in the table of rights."""

ENTRY = "/v1/stories/{story}/entries/{entry}"
ROWS = {"edit": Row("PATCH", ENTRY), "correct": Row("POST", f"{ENTRY}/corrections")}


def table(written: str) -> dict[tuple[str, str], str]:
    """Cells by (letter of the status before, action)."""
    head, *rows = written.strip().splitlines()
    letters = head.split()
    return {
        (letter, row.split()[0]): cell for row in rows for letter, cell in zip(letters, row.split()[1:], strict=True)
    }


def expected(known_as: str, letter: str, action: str) -> str:
    """Return where the action leads somebody, or what refuses it by the table of rights."""
    row = ROWS.get(action, Row("POST", f"{ENTRY}/{action}"))
    answer = BY_ENTRY[row][known_as][STATUSES[letter]]
    if answer in {"403", "409"}:
        return {"403": "-", "409": "."}[answer]
    aside = known_as == "OWN_UNDER_REVIEW" and action == "edit" and letter in {"P", "R"}
    return "e" if aside else table(LEADS_TO)[letter, action]


class Cast:
    """Set up a newsroom with a person of each kind, and a story for each way of editing one."""

    def __init__(self, database: Database) -> None:
        self.driver = NewsroomDriver(database)
        self.callers = {"admin": self.driver, "editor": self.driver.hire("editor"), "reporter": self.driver.hire()}
        self.callers["another"] = self.driver.hire()
        self.stories = {
            reviewed: self.driver.story(settings={"review_required": reviewed})["id"] for reviewed in (False, True)
        }
        self.beside = {reviewed: self.driver.post(story) for reviewed, story in self.stories.items()}

    def entry(self, letter: str, *, reviewed: bool) -> dict[str, Any]:
        """Bring the reporter's entry into that status, as the operator."""
        story, driver = self.stories[reviewed], self.driver
        later = self.callers["reporter"]
        later.now = driver.now
        entry = later.post(story, "Polls have closed.", status="draft")
        driver.now = later.now
        if letter == "E":
            driver.patch(entry, expires_at="2100-01-01T00:00:00Z")
        for action in {
            "D": [], "S": ["submit"], "J": ["submit", "reject"], "C": ["schedule"], "P": ["publish"],
            "U": ["publish", "unpublish"], "R": ["publish", "retract"], "E": ["publish"], "X": ["remove"],
        }[letter]:  # fmt: skip
            entry = driver.act(action, entry)
        if letter == "E":
            now, driver.now = driver.now, 4_200_000_000_000_000
            driver.due()
            driver.now = now
        return self.now(entry)

    def edited_entry(self, letter: str, *, reviewed: bool) -> dict[str, Any]:
        """The reporter's public entry with an edit that is a draft, submitted or scheduled."""
        entry = self.entry("P", reviewed=reviewed)
        self.driver.patch(entry, text="Better.", publish=False)
        for action in {"d": [], "s": ["submit"], "c": ["schedule"]}[letter]:
            self.driver.act(action, entry)
        return self.now(entry)

    def now(self, entry: dict[str, Any]) -> dict[str, Any]:
        return body(show_entry(self.driver.newsroom, self.driver.call(), entry["story"], entry["id"]))

    def do(self, caller: str, action: str, entry: dict[str, Any], *, reviewed: bool) -> dict[str, Any]:
        """The action, or the code of what refused it."""
        who = self.callers[caller]
        who.now = self.driver.now
        if action == "edit":
            return who.patch(entry, text="Written anew.")
        if action == "move":
            move = EntryMove(before=self.beside[reviewed]["id"])
            return body(move_entry(who.newsroom, who.call(), entry["story"], entry["id"], move))
        return who.act(action, entry)


@pytest.fixture
def cast(sqlite_url: str) -> Iterator[Cast]:
    database = open_database(sqlite_url)
    yield Cast(database)
    database.close()


def outcome(cast: Cast, caller: str, action: str, entry: dict[str, Any], *, reviewed: bool) -> dict[str, Any] | str:
    try:
        return cast.do(caller, action, entry, reviewed=reviewed)
    except NotAllowed:
        return "-"
    except Conflict as conflict:
        return NO_ARROW[conflict.code]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("letter", STATUSES)
def test_everybody_may_do_with_an_entry_what_the_table_says_and_nothing_else(cast: Cast, who: str, letter: str) -> None:
    caller, known_as = WHO[who]
    reviewed = who.endswith("under review")
    entry = cast.entry(letter, reviewed=reviewed)
    assert entry["status"] == STATUSES[letter]
    cells = {action: expected(known_as, letter, action) for before, action in table(LEADS_TO) if before == letter}
    assert len(cells) == 14
    for action, cell in cells.items():
        found = outcome(cast, caller, action, entry, reviewed=reviewed)
        if isinstance(found, str):
            assert (action, found) == (action, cell)
            assert cast.now(entry) == entry, f"{action} was refused and changed something"
            continue
        if cell == "e":
            assert (found["status"], found["body_html"]) == (entry["status"], entry["body_html"])
            assert found["working"]["status"] == "draft"
        else:
            assert (action, found["status"]) == (action, STATUSES.get(cell))
        entry = cast.entry(letter, reviewed=reviewed)


@pytest.mark.parametrize("who", ["an editor", "an admin", "an editor under review", "its reporter under review"])
@pytest.mark.parametrize("letter", ["d", "s", "c"])
def test_everybody_may_do_with_an_edit_what_the_table_says_and_nothing_else(cast: Cast, who: str, letter: str) -> None:
    caller, _ = WHO[who]
    reviewed = who.endswith("under review")
    written = REPORTERS_EDIT_UNDER_REVIEW if caller == "reporter" else EDITORS_EDIT
    entry = cast.edited_entry(letter, reviewed=reviewed)
    for (before, action), cell in table(written).items():
        if before != letter:
            continue
        found = outcome(cast, caller, action, entry, reviewed=reviewed)
        if isinstance(found, str):
            assert (action, found) == (action, cell)
            assert cast.now(entry) == entry, f"{action} was refused and changed something"
            continue
        left = "0" if found["working"] is None else found["working"]["status"][:2]
        assert (action, left) == (action, {"d": "dr", "s": "su", "c": "sc", "0": "0"}.get(cell))
        entry = cast.edited_entry(letter, reviewed=reviewed)


def test_no_cell_of_the_tables_is_missing() -> None:
    assert len(table(LEADS_TO)) == 9 * 14
    for written in (EDITORS_EDIT, REPORTERS_EDIT_UNDER_REVIEW):
        assert len(table(written)) == 3 * 14


def test_an_action_leads_somewhere_where_an_editor_may_do_it_and_nowhere_else() -> None:
    for (letter, action), cell in table(LEADS_TO).items():
        assert expected("EDITOR", letter, action) == cell, (letter, action)


def test_a_held_entry_is_a_scheduled_one_to_everybody(cast: Cast) -> None:
    cast.driver.patch_story(cast.stories[False], settings={"hold_seconds": 60})
    entry = cast.entry("P", reviewed=False)
    assert (entry["status"], entry["held"], entry["publish_at"] is not None) == ("scheduled", True, True)
    for caller, action, cell in (
        ("another", "cancel", "-"),
        ("reporter", "publish", "."),
        ("reporter", "cancel", "draft"),
    ):
        found = outcome(cast, caller, action, entry, reviewed=False)
        assert (found if isinstance(found, str) else found["status"]) == cell
    cast.driver.due(HOUR)
    assert cast.now(entry)["status"] == "draft"
