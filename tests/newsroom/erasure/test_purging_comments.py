"""What readers write goes with the entry or story it stands under, and from every place; a court keeps its text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.comments import Comment, CommentAction, CommentId
from app.domain.errors import Conflict, Gone, InvalidInput, NotFound
from app.newsroom.comments.intake import ArrivingComment, CommentIntake, TakenComment
from app.newsroom.comments.moderation import answer_comment, moderate_comment, moderate_comments
from app.newsroom.comments.receipts import appeal, report_comment, show_receipt
from app.newsroom.comments.rules import erase_person
from app.newsroom.comments.signer import CommentSigner
from app.newsroom.context.newsroom import Reply
from app.newsroom.erasure.purge import confirm_purge
from app.storage.database import schema
from app.storage.newsroom.comments import read_comment
from app.wire.requests.comments import (
    AppealDraft,
    CommentBatch,
    CommentDecision,
    CommentDraft,
    CommentErasure,
    NewsroomAnswer,
    ReportDraft,
)
from tests.newsroom.driver import NewsroomDriver, body
from tests.storage.dumps import find_in, read_all_bytes

TEXT, OTHER = "xylophone", "quetzalcoatl"
SIGNER = CommentSigner("key")


def _send(driver: NewsroomDriver, story: str, word: str, **under: str) -> CommentId:
    draft = CommentDraft.model_validate(
        {"name": f"Ann {word}", "email": f"ann@{word}.example", "text": f"Of {word}.", **under}
    )
    key = f"00000000-0000-4000-8000-{driver.now % 10**12:012d}"
    driver.now += 1_000_000
    intake = CommentIntake(driver.newsroom, SIGNER, monotonic=lambda: 0.0)
    (taken,) = intake.take([ArrivingComment(story, draft, "192.0.2.7", key)])
    assert isinstance(taken, TakenComment)
    return taken.comment


def _decide(driver: NewsroomDriver, comment: str, action: CommentAction, key: str, **more: str) -> Reply:
    call = driver.call(idempotency_key=key, fingerprint="f")
    return moderate_comment(driver.newsroom, call, comment, action, CommentDecision.model_validate(more))


def _write_everywhere(driver: NewsroomDriver, story: str, word: str, **under: str) -> CommentId:
    """Leave the word in every place that comments have: one is shown, one was refused and objected to."""
    shown, refused = _send(driver, story, word, **under), _send(driver, story, word, **under)
    _decide(driver, shown, CommentAction.APPROVE, f"approve-{shown}", note=f"Not {word}?")
    _decide(driver, refused, CommentAction.REJECT, f"reject-{refused}", note=f"{word}!")
    receipt = SIGNER.make_receipt(refused)
    appeal(driver.newsroom, SIGNER, receipt, AppealDraft(text=f"But {word}."), request_id=None)
    notice = ReportDraft(category="illegal", text=f"{word}?", name=word, email=f"bob@{word}.example")
    report_comment(driver.newsroom, story, shown, notice, address="192.0.2.8", request_id=None)
    batch = CommentBatch(comments=[shown], action="spam", note=word)
    moderate_comments(driver.newsroom, driver.call(idempotency_key=f"batch-{shown}", fingerprint="f"), batch)
    _decide(driver, shown, CommentAction.APPROVE, f"again-{shown}")
    call = driver.call(idempotency_key=f"answer-{shown}", fingerprint="f")
    answer_comment(driver.newsroom, call, shown, NewsroomAnswer(text=f"Thank you for {word}."))
    return shown


def _found(driver: NewsroomDriver, url: str) -> set[str]:
    assert driver.database.scrub()
    return {text for texts in find_in(read_all_bytes(url), [TEXT, OTHER, "192.0.2.8"]).values() for text in texts}


@pytest.mark.parametrize("what", ["entry", "story"])
def test_of_the_comments_under_what_is_purged_nothing_is_left(
    driver: NewsroomDriver, database_url: str, what: str
) -> None:
    settings = {"comments": {"mode": "moderated"}}
    story, other = driver.story(settings=settings)["id"], driver.story(settings=settings)["id"]
    entry = driver.post(story)["id"]
    under = {"entry": entry} if what == "entry" else {}
    shown = _write_everywhere(driver, story, TEXT, **under)
    beside = _write_everywhere(driver, story if what == "entry" else other, OTHER)
    assert _found(driver, database_url) == {TEXT, OTHER, "192.0.2.8"}
    target = {"story": story, **under}
    done = driver.purge(**target)
    counts = {each["place"]: each["count"] for each in done["places"]}
    assert (counts["comments"], counts["notices of comments"], counts["readers' comments"]) == (3, 1, 2)
    assert counts["stored replies"] >= 5
    assert _found(driver, database_url) == {OTHER, "192.0.2.8"}, "the address is that of the other's notice"
    assert driver.prepare_purge(**target)["places"] == []
    with pytest.raises(Gone) as refused:
        _decide(driver, shown, CommentAction.APPROVE, f"approve-{shown}", note=f"Not {TEXT}?")
    assert refused.value.code == "reply_removed"
    assert OTHER in json.dumps(body(_decide(driver, beside, CommentAction.APPROVE, f"approve-{beside}")))


def _erase(driver: NewsroomDriver, word: str) -> dict[str, Any]:
    request = CommentErasure(email=f"ann@{word}.example", comments=True)
    return body(erase_person(driver.newsroom, driver.call(), request))


def test_a_reader_is_forgotten_in_stored_replies_too(driver: NewsroomDriver, database_url: str) -> None:
    story = driver.story(settings={"comments": {"mode": "moderated"}})["id"]
    comment = _send(driver, story, TEXT)
    _decide(driver, comment, CommentAction.APPROVE, "key", note=f"Not {TEXT}?")
    assert _found(driver, database_url) == {TEXT}
    assert _erase(driver, TEXT) == {"comments": 1, "addresses": 1, "held": 0, "erased": True}
    assert _found(driver, database_url) == set()


SPELLINGS = [
    ("ann@xylophone.example", "ANN@Xylophone.EXAMPLE"),
    ("Änne.ΟΔΟΣ@xylophone.example", "A\u0308NNE.οδος@xylophone.example"),
    ("ann@xn--mnchen-3ya.example", "Ann@MÜNCHEN.example"),
    ("ann@münchen.example", "ann@XN--mnchen-3ya.example"),
    ("ann@straße.example", "ann@STRASSE.example"),
]


@pytest.mark.parametrize(("email", "asked"), SPELLINGS)
def test_an_address_alone_is_forgotten_in_stored_replies_too(
    driver: NewsroomDriver, database_url: str, email: str, asked: str
) -> None:
    story = driver.story(settings={"comments": {"mode": "moderated"}})["id"]
    comment, other = _send(driver, story, TEXT, email=email), _send(driver, story, OTHER)
    _decide(driver, comment, CommentAction.APPROVE, "key")
    batch = CommentBatch(comments=[comment, other], action="spam")
    call = driver.call(idempotency_key="batch", fingerprint="f")
    moderate_comments(driver.newsroom, call, batch)
    request = CommentErasure(email=asked)
    done = body(erase_person(driver.newsroom, driver.call(), request))
    assert done == {"comments": 1, "addresses": 1, "held": 0, "erased": False}
    assert driver.database.scrub()
    assert find_in(read_all_bytes(database_url), [email]) == {}
    again = body(_decide(driver, comment, CommentAction.APPROVE, "key"))
    assert (again["status"], again["email"], again["text"]) == ("approved", None, f"Of {TEXT}.")
    items = body(moderate_comments(driver.newsroom, call, batch))["items"]
    assert [each["comment"]["email"] for each in items] == [None, f"ann@{OTHER}.example"]


@pytest.mark.parametrize("what", ["entry", "story"])
def test_what_a_court_keeps_loses_its_addresses_and_not_its_text(driver: NewsroomDriver, what: str) -> None:
    story = driver.story(settings={"comments": {"mode": "moderated"}})["id"]
    entry = driver.post(story)["id"]
    held, free = _send(driver, story, TEXT, entry=entry), _send(driver, story, TEXT)
    _decide(driver, held, CommentAction.APPROVE, "key")
    driver.hold(story, entry if what == "entry" else None)
    kept = 1 if what == "entry" else 2
    assert _erase(driver, TEXT) == {"comments": 2, "addresses": 2, "held": kept, "erased": True}
    with driver.database.snapshot() as tx:
        comments = [read_comment(tx, comment) for comment in (held, free)]
    assert [(each.email, each.address) for each in comments if each is not None] == [(None, None)] * 2
    again = body(_decide(driver, held, CommentAction.APPROVE, "key"))
    assert (again["email"], again["address"], again["text"]) == (None, None, f"Of {TEXT}.")
    texts = [each.text for each in comments if each is not None]
    assert texts == [f"Of {TEXT}.", "" if what == "entry" else f"Of {TEXT}."]


def test_a_purged_person_has_no_name_over_what_they_answered(driver: NewsroomDriver, database_url: str) -> None:
    story = driver.story(settings={"comments": {"mode": "moderated"}})["id"]
    editor = driver.hire("editor", byline="Wolpertinger")
    comment = _send(driver, story, OTHER)
    _decide(driver, comment, CommentAction.APPROVE, "key")
    made = body(answer_comment(editor.newsroom, editor.call(), comment, NewsroomAnswer(text="Thank you.")))
    assert made["name"] == "Wolpertinger"
    done = driver.purge(person=editor.person, bylines=True)
    counts = {each["place"]: each["count"] for each in done["places"]}
    assert (counts["names in answers"], counts["names in readers' answers"]) == (1, 1)
    assert driver.database.scrub()
    assert find_in(read_all_bytes(database_url), ["Wolpertinger"]) == {}


def _places(done: dict[str, Any]) -> dict[str, int]:
    return {each["place"]: each["count"] for each in done["places"]}


def _approved(driver: NewsroomDriver, story: str) -> int:
    with driver.database.snapshot() as tx:
        found: int = tx.connection.exec_driver_sql(
            f"SELECT approved FROM public_comment_totals WHERE story_id = '{story}'"  # noqa: S608 - an id of ours
        ).scalar_one()
    return found


@pytest.mark.parametrize("under", ["entry", "story", "comment"])
def test_of_a_comment_that_is_purged_by_itself_nothing_is_left(
    driver: NewsroomDriver, database_url: str, under: str
) -> None:
    story = driver.story(settings={"comments": {"mode": "moderated"}})["id"]
    place = {"entry": driver.post(story)["id"]} if under == "entry" else {}
    if under == "comment":
        parent = _send(driver, story, OTHER)
        _decide(driver, parent, CommentAction.APPROVE, "parent")
        place = {"parent": parent}
    beside = _send(driver, story, OTHER)
    _decide(driver, beside, CommentAction.APPROVE, "beside", note=OTHER)
    shown = _write_everywhere(driver, story, TEXT, **place)
    refused = next(each for each in _comments(driver) if each.appealed_at is not None)
    counts = _places(driver.prepare_purge(comment=shown))
    assert (counts["comments"], counts["notices of comments"], counts["readers' comments"]) == (1, 1, 1)
    assert counts["stored replies"] >= 3
    assert _places(driver.purge(comment=shown)) == counts
    assert _places(driver.purge(comment=refused.id))["comments"] == 1
    for answer in [each for each in _comments(driver) if each.by_newsroom]:
        assert TEXT in answer.text, "what stands under it is others', and purged by itself"
        driver.purge(comment=answer.id)
    assert _found(driver, database_url) == {OTHER}
    assert driver.prepare_purge(comment=shown)["places"] == []
    assert _approved(driver, story) == (2 if under == "comment" else 1)
    with pytest.raises(Gone) as gone:
        _decide(driver, shown, CommentAction.APPROVE, f"approve-{shown}", note=f"Not {TEXT}?")
    assert gone.value.code == "reply_removed"
    assert OTHER in json.dumps(body(_decide(driver, beside, CommentAction.APPROVE, "beside", note=OTHER)))


def test_a_comment_that_was_purged_stays_gone_whoever_sends_or_approves_it_again(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"comments": {"mode": "moderated"}})["id"]
    intake = CommentIntake(driver.newsroom, SIGNER, monotonic=lambda: 0.0)
    sent = ArrivingComment(story, CommentDraft(name="Ann", text=f"Of {TEXT}."), None, "a-key")
    (taken,) = intake.take([sent])
    assert isinstance(taken, TakenComment)
    driver.purge(comment=taken.comment)
    (again,) = intake.take([sent])
    assert isinstance(again, InvalidInput)
    assert again.code == "idempotency_key_reused"
    with pytest.raises(Conflict) as refused:
        _decide(driver, taken.comment, CommentAction.APPROVE, "again")
    assert refused.value.code == "purged"
    receipt = body(show_receipt(driver.newsroom, SIGNER, SIGNER.make_receipt(taken.comment)))
    assert (receipt["status"], receipt["reason"]) == ("removed", None)


@pytest.mark.parametrize("what", ["entry", "story"])
def test_a_comment_under_what_a_court_keeps_is_not_purged(driver: NewsroomDriver, what: str) -> None:
    story = driver.story(settings={"comments": {"mode": "moderated"}})["id"]
    entry = driver.post(story)["id"]
    comment, free = _send(driver, story, TEXT, entry=entry), _send(driver, story, TEXT)
    confirm = driver.prepare_purge(comment=comment)["confirm"]
    driver.hold(story, entry if what == "entry" else None)
    prepared = driver.prepare_purge(comment=comment)
    assert (prepared["confirm"], prepared["held"]) == (
        None,
        [{"story": story, "entry": entry if what == "entry" else None}],
    )
    with pytest.raises(Conflict) as refused:
        confirm_purge(driver.newsroom, driver.call(), confirm)
    assert refused.value.code == "legal_hold"
    assert (driver.prepare_purge(comment=free)["confirm"] is None) is (what == "story")


def test_a_comments_purge_is_in_the_audit_with_its_counts_and_without_the_text(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"comments": {"mode": "moderated"}})["id"]
    comment = _send(driver, story, TEXT)
    driver.purge(comment=comment)
    with driver.database.snapshot() as tx:
        rows = [row for row in tx.connection.execute(select(schema.audit)) if row.action == "purge"]
    assert [(row.object_kind, row.object_id, row.story_id) for row in rows] == [("comment", comment, story)]
    assert rows[0].after == {"status": "removed", "version": 2, "erased": {"comments": 1}}
    with pytest.raises(NotFound):
        driver.prepare_purge(comment="00000000-0000-4000-8000-000000000000")


def _comments(driver: NewsroomDriver) -> list[Comment]:
    with driver.database.snapshot() as tx:
        idents = tx.connection.execute(select(schema.comments.c.id)).scalars().all()
        return [found for ident in idents if (found := read_comment(tx, ident)) is not None]
