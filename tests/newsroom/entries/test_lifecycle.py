"""An entry's editorial life: what each action does to it, and the events it publishes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from app.domain.errors import Conflict, Gone, NotAllowed, PreconditionFailed
from app.newsroom.entries.corrections import MAX_CORRECTIONS
from app.newsroom.entries.create import create_entry
from app.newsroom.entries.versions import show_versions
from app.newsroom.queries.lists import show_entry
from app.wire.requests.entries import EntryDraft
from tests.newsroom.driver import ACTIONS, NewsroomDriver, body

STATUSES = (
    "draft",
    "submitted",
    "rejected",
    "scheduled",
    "published",
    "unpublished",
    "retracted",
    "expired",
    "removed",
)
DRAWN = {
    ("draft", "submit"): "submitted",
    ("draft", "publish"): "published",
    ("draft", "schedule"): "scheduled",
    ("submitted", "return"): "draft",
    ("submitted", "reject"): "rejected",
    ("submitted", "schedule"): "scheduled",
    ("unpublished", "schedule"): "scheduled",
    ("scheduled", "cancel"): "draft",
    ("submitted", "publish"): "published",
    ("unpublished", "publish"): "published",
    ("published", "unpublish"): "unpublished",
    ("retracted", "unpublish"): "unpublished",
    ("published", "retract"): "retracted",
    ("retracted", "reinstate"): "published",
    ("published", "correct"): "published",
    ("retracted", "correct"): "retracted",
    **{(status, "remove"): "removed" for status in STATUSES if status != "removed"},
}


def entry_in(driver: NewsroomDriver, status: str) -> dict[str, Any]:
    story = driver.story()["id"]
    if status in {"draft", "submitted"}:
        return driver.post(story, status=status)
    if status == "scheduled":
        return driver.act("schedule", driver.post(story, status="draft"))
    if status == "rejected":
        return driver.act("reject", driver.post(story, status="submitted"))
    entry = driver.post(story, expires_at="2100-01-01T00:00:00Z" if status == "expired" else None)
    if status == "expired":
        driver.due(3_000_000_000_000_000)
        return body(show_entry(driver.newsroom, driver.call(), story, entry["id"]))
    path = {"published": [], "unpublished": ["unpublish"], "retracted": ["retract"], "removed": ["remove"]}[status]
    for action in path:
        entry = driver.act(action, entry)
    return entry


@pytest.mark.parametrize(("status", "action"), sorted(itertools.product(STATUSES, set(ACTIONS) - {"discard"})))
def test_an_action_leads_where_the_drawing_says_or_nowhere(driver: NewsroomDriver, status: str, action: str) -> None:
    entry = entry_in(driver, status)
    sent = len(driver.announcements)
    if (status, action) in DRAWN:
        after = driver.act(action, entry)
        assert after["status"] == DRAWN[status, action]
        assert after["version"] == entry["version"] + 1
    else:
        with pytest.raises(Conflict, match="wrong_status"):
            driver.act(action, entry)
        assert len(driver.announcements) == sent


def test_every_public_step_is_published_under_consecutive_numbers(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    for action in ("correct", "retract", "reinstate", "unpublish", "publish", "remove"):
        driver.act(action, entry)
    assert driver.summary() == [
        ("story.updated", 1),
        ("entry.published", 2),
        ("entry.updated", 3),
        ("entry.updated", 4),
        ("entry.updated", 5),
        ("entry.removed", 6),
        ("entry.published", 7),
        ("entry.removed", 8),
    ]
    assert [event.get("cause") for event in driver.events() if event["type"] == "entry.removed"] == [
        "unpublished",
        "removed",
    ]


def test_a_revision_counts_public_changes_only(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], status="draft")
    entry = driver.patch(entry, text="Again")
    assert (entry["revision"], entry["version"]) == (0, 2)
    entry = driver.act("publish", entry)
    assert (entry["revision"], entry["version"]) == (1, 3)
    entry = driver.act("unpublish", entry)
    entry = driver.patch(entry, text="Hidden work")
    entry = driver.act("publish", entry)
    assert (entry["revision"], entry["version"]) == (3, 6)


def test_a_republished_entry_keeps_its_id_its_time_and_its_place(driver: NewsroomDriver) -> None:
    first = driver.post(driver.story()["id"])
    driver.act("unpublish", first)
    again = driver.act("publish", first)
    assert [again[key] for key in ("id", "published_at", "sort_key")] == [
        first[key] for key in ("id", "published_at", "sort_key")
    ]


def test_a_retraction_opens_with_its_reason_and_strikes_the_text(driver: NewsroomDriver) -> None:
    entry = driver.act("retract", driver.post(driver.story()["id"], "The dam broke."), reason="It did not <break>.")
    assert entry["body_html"].index("It did not &lt;break&gt;.") < entry["body_html"].index("<s>The dam broke.</s>")
    assert entry["corrections"][-1] == {
        "text": "It did not <break>.",
        "at": entry["updated_at"],
        "severity": "retraction",
    }
    back = driver.act("reinstate", entry)
    assert "<s>" not in back["body_html"]
    assert back["corrections"] == entry["corrections"]


def test_corrections_are_an_open_log_with_an_end(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    for number in range(MAX_CORRECTIONS):
        entry = driver.act("correct", entry, text=f"Word {number}.", severity="clarification")
    assert [line["text"] for line in entry["corrections"]] == [f"Word {n}." for n in range(MAX_CORRECTIONS)]
    with pytest.raises(Conflict, match="too_many_corrections"):
        driver.act("correct", entry)


def test_an_entry_that_was_corrected_as_often_as_it_can_be_is_retracted_all_the_same(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    for _ in range(MAX_CORRECTIONS):
        entry = driver.act("correct", entry)
    entry = driver.act("retract", entry, reason="None of it held.")
    assert (entry["status"], entry["corrections"][-1]["text"]) == ("retracted", "None of it held.")
    assert driver.act("reinstate", entry)["status"] == "published"


def test_in_a_draft_story_nothing_is_published_until_it_is_and_then_in_order(driver: NewsroomDriver) -> None:
    story = driver.story(status="draft")["id"]
    first, second = driver.post(story, "First"), driver.post(story, "Second")
    driver.post(story, "Draft", status="draft")
    with pytest.raises(Conflict, match="story_not_public"):
        driver.act("retract", first)
    assert driver.announcements == []
    assert second["published_at"] is None
    driver.patch_story(story, status="live")
    assert [event.get("entry", {}).get("body_html") for event in driver.events()] == [
        None,
        "<p>First</p>",
        "<p>Second</p>",
    ]
    assert [event["seq"] for event in driver.events()] == [1, 2, 3]
    edited = driver.patch(first, if_match='"r1"', text="First, edited")
    assert edited["revision"] == 2


def test_an_action_honours_if_match_but_does_not_need_it(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    driver.patch(entry, text="Newer")
    with pytest.raises(PreconditionFailed) as refused:
        ACTIONS["remove"](driver.newsroom, driver.call(if_match='"v1"'), entry["story"], entry["id"])
    assert refused.value.current_etag == '"v2"'
    assert ACTIONS["remove"](driver.newsroom, driver.call(if_match='"v2"'), entry["story"], entry["id"]).status == 200


def test_a_note_is_kept_for_the_newsroom_and_not_published(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    driver.act("unpublish", entry, note="Legal wants to look.")
    versions = body(show_versions(driver.newsroom, driver.call(), entry["story"], entry["id"]))["items"]
    assert (versions[0]["action"], versions[0]["note"]) == ("unpublish", "Legal wants to look.")
    assert "Legal" not in str(driver.events())


def test_removing_an_entry_blanks_the_stored_replies_that_show_it(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    call = driver.call(idempotency_key="k1", fingerprint="f")
    entry = body(create_entry(driver.newsroom, call, story, EntryDraft(text="Once public")))
    driver.act("remove", entry)
    with pytest.raises(Gone, match="reply_removed"):
        create_entry(driver.newsroom, call, story, EntryDraft(text="Once public"))


def test_a_reporter_moves_only_what_is_the_reporters_own(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    reporter, colleague = driver.hire(), driver.hire()
    entry = reporter.post(story)
    for action in ("retract", "unpublish", "remove", "correct"):
        with pytest.raises(NotAllowed):
            colleague.act(action, entry)
    assert reporter.act("retract", entry)["status"] == "retracted"
    assert driver.hire("editor").act("reinstate", entry)["status"] == "published"


def test_under_review_a_reporter_submits_and_an_editor_publishes(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"review_required": True})["id"]
    reporter, editor = driver.hire(), driver.hire("editor")
    entry = reporter.post(story)
    assert entry["status"] == "submitted"
    with pytest.raises(NotAllowed):
        reporter.act("publish", entry)
    assert editor.act("publish", entry)["status"] == "published"
    edited = reporter.patch(entry, text="Better")
    assert (edited["body_html"], edited["working"]["fields"]["text"]) == ("<p>Polls have closed.</p>", "Better")
    assert reporter.act("submit", entry)["working"]["status"] == "submitted"
    with pytest.raises(NotAllowed):
        reporter.act("retract", entry)
    published = editor.act("publish", entry)
    assert (published["body_html"], published["working"], published["revision"]) == ("<p>Better</p>", None, 2)
