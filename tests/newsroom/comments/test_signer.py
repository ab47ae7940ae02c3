"""Receipts and form tokens are signed: no other is taken, and a form is good for a while alone."""

from __future__ import annotations

import uuid

import pytest

from app.domain.clock import Micros
from app.domain.comments import CommentId
from app.domain.errors import InvalidInput
from app.newsroom.comments.signer import FORM_PERIOD_SECONDS, MAX_FORM_SECONDS, CommentSigner

SECOND = 1_000_000
NOW = Micros(1_760_000_003 * SECOND)
SIGNER = CommentSigner("a key")


def test_a_receipt_names_its_comment_and_no_other() -> None:
    comment = CommentId(str(uuid.uuid4()))
    receipt = SIGNER.make_receipt(comment)
    assert SIGNER.comment_of(receipt) == comment
    assert CommentSigner("another").comment_of(receipt) is None
    for wrong in ("", ".", comment, f"{comment}.", receipt[:-1], receipt + "0", f"{uuid.uuid4()}{receipt[36:]}"):
        assert SIGNER.comment_of(wrong) is None, wrong


def test_pages_that_are_opened_within_some_seconds_are_the_same() -> None:
    tokens = {SIGNER.make_form_token("story", Micros(1_760_000_000 * SECOND + each * SECOND)) for each in range(5)}
    assert len(tokens) == 1


def test_what_a_browser_keeps_for_a_period_is_still_good_at_its_end() -> None:
    begin = Micros(NOW // SECOND // FORM_PERIOD_SECONDS * FORM_PERIOD_SECONDS * SECOND)
    end = Micros(begin + FORM_PERIOD_SECONDS * SECOND)
    assert SIGNER.form_period(begin) == SIGNER.form_period(Micros(end - 1)) != SIGNER.form_period(end)
    SIGNER.check_form_token(SIGNER.make_form_token("story", begin), "story", Micros(end + 60 * SECOND))
    assert MAX_FORM_SECONDS >= 2 * FORM_PERIOD_SECONDS


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(0, "form_too_fast"), (2, "form_too_fast"), (3, None), (3_600, None), (90_000, "form_too_old")],
)
def test_a_form_is_good_from_when_a_person_has_written_until_a_day_later(seconds: int, code: str | None) -> None:
    token = SIGNER.make_form_token("story", NOW)
    later = Micros(NOW + seconds * SECOND)
    if code is None:
        SIGNER.check_form_token(token, "story", later)
        return
    with pytest.raises(InvalidInput) as refused:
        SIGNER.check_form_token(token, "story", later)
    assert refused.value.code == code


@pytest.mark.parametrize("token", ["", "1.0", "x", "١٢٣.0", "." * 200])
def test_a_token_that_is_none_of_ours_is_forged(token: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        SIGNER.check_form_token(token, "story", NOW)
    assert refused.value.code == "form_forged"


def test_a_token_of_another_story_is_forged() -> None:
    with pytest.raises(InvalidInput):
        SIGNER.check_form_token(SIGNER.make_form_token("story", NOW), "another", Micros(NOW + 60 * SECOND))
