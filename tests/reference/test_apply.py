"""The shared cases of docs/apply-fixtures.json, and random histories against a model of the server."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from liveblog_client.apply import MalformedCursor, State, apply, bound_of, seq_of
from liveblog_client.reader import Mode, Reader, empty_state, fold_changes, receive
from liveblog_client.window import changes_wanted_after, merge_named, merge_page

FIXTURES = json.loads((Path(__file__).parents[2] / "docs" / "apply-fixtures.json").read_text(encoding="utf-8"))
CASES = FIXTURES["cases"]


def _take(reader: Reader, step: dict[str, Any]) -> Reader:
    if "wanted" in step:
        merge, page = (merge_page, step["page"]) if "page" in step else (merge_named, step["named"])
        wanted = changes_wanted_after(reader.state, page, step["replies"])
        assert wanted == step["wanted"]
        return reader if wanted is not None else Reader(merge(reader.state, page, step["replies"]), reader.mode)
    given = step["changes"] if "changes" in step else step["message"]
    if step["verdict"] == "refused":
        with pytest.raises(MalformedCursor):
            fold_changes(reader, given) if "changes" in step else receive(reader, given)
        return reader
    reader, verdict = fold_changes(reader, given) if "changes" in step else receive(reader, given)
    assert verdict == step["verdict"], given
    return reader


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_shared_case_ends_as_it_says(case: dict[str, Any]) -> None:
    reader = Reader(case["state"], Mode(case["mode"]))
    for step in case["steps"]:
        reader = _take(reader, step)
    assert {"mode": reader.mode, "state": reader.state} == case["end"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_goes_in_is_never_changed(case: dict[str, Any]) -> None:
    given = copy.deepcopy(case)
    reader = Reader(given["state"], Mode(given["mode"]))
    for step in given["steps"]:
        reader = _take(reader, step)
    assert given == case


def test_a_page_behind_the_state_is_not_merged_without_its_changes() -> None:
    state = {**empty_state("s1"), "head": "k3.5.aaaaaa"}
    with pytest.raises(ValueError, match="behind"):
        merge_page(state, {"items": [], "next": None, "prev": None, "head": "k3.4.aaaaaa"})


def test_events_of_a_removed_entry_leave_the_counters_alone_when_they_carry_none() -> None:
    state: State = {**empty_state("s1"), "entry_count": 3}
    after = apply(state, {"type": "entry.removed", "id": "e1", "cursor": "k3.1.aaaaaa"})
    assert after["entry_count"] == 3


def test_a_page_with_more_below_but_nothing_in_it_has_no_lower_end() -> None:
    assert bound_of({"items": [], "next": "/next", "prev": None}) is None


def test_the_number_of_a_cursor_is_between_its_dots() -> None:
    assert [seq_of("0"), seq_of("k3.1205.x7Q2ab")] == [0, 1205]
