"""The members that an error carries to the edges."""

from __future__ import annotations

from app.domain.errors import FieldError, Gone, InvalidInput, PreconditionFailed, Redirected, Unavailable


def test_an_error_carries_its_code_its_sentence_and_what_a_client_needs_to_go_on() -> None:
    gone = Gone("gone", "It was removed.", cause="removed", snapshot_url="/v1/stories/s")
    assert (str(gone), gone.code, gone.detail) == ("gone: It was removed.", "gone", "It was removed.")
    assert (gone.cause, gone.snapshot_url) == ("removed", "/v1/stories/s")
    assert Redirected("moved", "It has another slug.", slug="new").slug == "new"
    assert PreconditionFailed("changed", "It is another.", current_etag='"v2"').current_etag == '"v2"'
    assert Unavailable("busy", "Later.", retry_after_seconds=3).retry_after_seconds == 3


def test_invalid_input_is_told_by_its_first_error_unless_it_has_a_sentence_of_its_own() -> None:
    errors = [FieldError("/text", "too_long", "Too long."), FieldError("/kind", "unknown", "Unknown kind.")]
    assert InvalidInput(errors).detail == "Too long."
    assert InvalidInput(errors).errors == tuple(errors)
    assert InvalidInput(errors, code="unreadable", detail="Two things are wrong.").detail == "Two things are wrong."
