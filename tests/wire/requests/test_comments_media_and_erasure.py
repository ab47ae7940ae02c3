"""Bodies about comments, uploads and purges: what is taken, and what is refused at which member."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.wire.problems import validation_errors
from app.wire.requests.comments import (
    AppealDraft,
    CommentBatch,
    CommentBlockDraft,
    CommentDecision,
    CommentDraft,
    CommentEntry,
    CommentErasure,
    HoldWords,
    NewsroomAnswer,
    ReportDraft,
)
from app.wire.requests.erasure import LegalHoldChange, PurgeConfirmation, PurgeDraft
from app.wire.requests.media import MediaPatch, MediaUpload
from app.wire.requests.text import Request

ID = "0d5b1c52-6f0e-4c3a-9a34-2f6d9f1b7c11"
OTHER = "1d5b1c52-6f0e-4c3a-9a34-2f6d9f1b7c11"
STORY = {"story": "election-night"}
SAID = {"name": "Ann", "text": "Is it open?"}

TAKEN: list[tuple[type[Request], dict[str, Any]]] = [
    (CommentDraft, SAID),
    (CommentDraft, {**SAID, "email": "ann@example.org", "entry": ID, "parent": OTHER, "token": "t", "website": ""}),
    (CommentDraft, {**SAID, "text": "https://a.example and www.b.example"}),
    (ReportDraft, {"category": "hate", "text": "It is."}),
    (AppealDraft, {"text": "Look again."}),
    (CommentDecision, {"reason": "off_topic", "note": "Twice today."}),
    (CommentBatch, {"action": "approve", "comments": [ID, OTHER]}),
    (NewsroomAnswer, {"text": "It is open."}),
    (CommentEntry, {"status": "published", "headline": "Open"}),
    (CommentBlockDraft, {"comment": ID, "width": "network", "hours": 1}),
    (CommentBlockDraft, {"network": "192.0.2.0/24"}),
    (HoldWords, {"words": ["casino"]}),
    (CommentErasure, {"email": "ann@example.org", "comments": True}),
    (MediaUpload, {}),
    (MediaUpload, {"id": ID, "alt": "A tree", "focal": {"x": 0.5, "y": 1}}),
    (MediaPatch, {"caption": None}),
    (PurgeDraft, STORY),
    (PurgeDraft, {**STORY, "entry": ID}),
    (PurgeDraft, {"person": ID, "bylines": True}),
    (PurgeConfirmation, {"confirm": "x"}),
    (LegalHoldChange, {**STORY, "held": False}),
]
REFUSED: list[tuple[type[Request], dict[str, Any], str]] = [
    (CommentDraft, {**SAID, "email": "ann at example"}, "/email"),
    (CommentDraft, {**SAID, "email": "a" * 65 + "@example.org"}, "/email"),
    (CommentDraft, {**SAID, "email": "a\x00nn@example.org"}, "/email"),
    (CommentDraft, {**SAID, "email": "a\x1ann@example.org"}, "/email"),
    (CommentDraft, {**SAID, "email": "ann@example.o\x7frg"}, "/email"),
    (CommentDraft, {**SAID, "email": "gro.elpmaxe@nna\u202e@example.org"}, "/email"),
    (CommentDraft, {**SAID, "email": "ann\u202e@example.org"}, "/email"),
    (CommentDraft, {**SAID, "email": "ann\u3164@example.org"}, "/email"),
    (ReportDraft, {"category": "hate", "text": "It is.", "email": "ann@example.o\x00rg"}, "/email"),
    (CommentDraft, {**SAID, "text": "http://a.example http://b.example www.c.example"}, "/text"),
    (CommentDraft, {**SAID, "text": " \u200b "}, "/text"),
    (CommentDraft, {**SAID, "name": "n" * 61}, "/name"),
    (CommentDraft, {**SAID, "status": "approved"}, "/status"),
    (ReportDraft, {"category": "boring", "text": "It is."}, "/category"),
    (CommentDecision, {"reason": "because"}, "/reason"),
    (CommentBatch, {"action": "approve", "comments": [ID, ID]}, ""),
    (CommentBatch, {"action": "approve", "comments": []}, "/comments"),
    (CommentBatch, {"action": "edit", "comments": [ID]}, "/action"),
    (CommentBlockDraft, {}, ""),
    (CommentBlockDraft, {"comment": ID, "network": "192.0.2.1"}, ""),
    (CommentBlockDraft, {"comment": ID, "hours": True}, "/hours"),
    (HoldWords, {"words": ["\u202ecasino"]}, "/words/0"),
    (CommentErasure, {"email": "nobody"}, "/email"),
    (MediaUpload, {"focal": {"x": 2, "y": 0}}, "/focal/x"),
    (MediaPatch, {}, ""),
    (PurgeDraft, {}, ""),
    (PurgeDraft, {**STORY, "person": ID}, ""),
    (PurgeDraft, {"person": ID, "entry": OTHER}, ""),
    (PurgeDraft, {**STORY, "bylines": True}, ""),
    (LegalHoldChange, STORY, "/held"),
]


@pytest.mark.parametrize(("body", "sent"), TAKEN)
def test_a_body_is_taken_with_what_was_sent(body: type[Request], sent: dict[str, Any]) -> None:
    assert body.model_validate(sent).model_dump(exclude_unset=True) == sent


@pytest.mark.parametrize(("body", "sent", "pointer"), REFUSED)
def test_a_body_is_refused_where_it_is_wrong(body: type[Request], sent: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ValidationError) as refused:
        body.model_validate(sent)
    assert [each.pointer for each in validation_errors(refused.value.errors()).errors] == [pointer]


def test_the_empty_fields_of_a_form_are_none() -> None:
    draft = CommentDraft.model_validate({**SAID, "email": " ", "entry": "", "parent": "", "token": ""})
    assert (draft.email, draft.entry, draft.parent, draft.token) == (None, None, None, None)


def test_a_retry_is_known_without_the_address_of_who_wrote() -> None:
    draft = CommentDraft.model_validate({**SAID, "email": "ann@example.org"})
    assert draft.fingerprint("s") == CommentDraft.model_validate(SAID).fingerprint("s")
    assert draft.fingerprint("s") != draft.fingerprint("t")
    assert draft.fingerprint("s") != CommentDraft.model_validate({**SAID, "text": "Else"}).fingerprint("s")


def test_words_of_an_upload_that_are_cleared_are_empty_and_its_focal_point_is_none() -> None:
    patch = MediaPatch.model_validate({"alt": None, "credit": "Ana", "focal": None})
    assert patch.given_words() == {"alt": "", "credit": "Ana", "focal": None}
