"""Sites as they are sent: what is taken, in which form it is kept, and what is refused with what would be right."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.wire.requests.sites import SiteDraft, SitePatch

SITE: dict[str, Any] = {"slug": "harbour", "name": "Harbour Post", "url": "https://harbour.example"}


def draft(**members: Any) -> SiteDraft:
    return SiteDraft.model_validate(SITE | members)


def refusal(model: type[SiteDraft] | type[SitePatch], members: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as told:
        model.model_validate(members)
    return str(told.value)


@pytest.mark.parametrize(
    ("member", "sent", "kept"),
    [
        ("hosts", "LIVE.Harbour.example.", "live.harbour.example"),
        ("hosts", "bücher.example:8443", "xn--bcher-kva.example:8443"),
        ("cors_origins", "https://desk.example", "https://desk.example"),
        ("cors_origins", "HTTPS://Desk.example:443", "https://desk.example"),
        ("cors_origins", "http://[2001:DB8::1]:8080", "http://[2001:db8::1]:8080"),
        ("frame_ancestors", "self", "'self'"),
        ("frame_ancestors", "https://harbour.example:444", "https://harbour.example:444"),
        ("frame_ancestors", "https://*.harbour.example", "https://*.harbour.example"),
    ],
)
def test_a_host_or_an_origin_is_kept_in_its_one_form(member: str, sent: str, kept: str) -> None:
    assert getattr(draft(**{member: [sent]}), member) == [kept]


@pytest.mark.parametrize(
    ("member", "sent", "told"),
    [
        ("hosts", "https://live.harbour.example", "must be a host"),
        ("cors_origins", "https://desk.example/", "must be an origin"),
        ("cors_origins", "https://desk.example:port", "must be an origin"),
        ("cors_origins", "ftp://desk.example", "must be an origin"),
        ("cors_origins", "https://ann@desk.example", "must be an origin"),
        ("cors_origins", "https://", "must be an origin"),
        ("frame_ancestors", "https://harbour.example/path", "must be self, an origin"),
        ("frame_ancestors", "https://harbour.example; script-src *", "must be self, an origin"),
        ("frame_ancestors", "https://-.example", "must be self, an origin"),
        ("consent", "Video clips", "must be a category"),
    ],
)
def test_what_is_none_is_refused_with_what_would_be(member: str, sent: str, told: str) -> None:
    assert told in refusal(SiteDraft, SITE | {member: [sent]})


def test_a_slug_that_is_ours_is_taken() -> None:
    assert "taken by ourselves" in refusal(SiteDraft, SITE | {"slug": "default"})


@pytest.mark.parametrize("member", ["name", "url", "hosts", "consent", "cors_origins"])
def test_what_every_site_has_is_not_cleared(member: str) -> None:
    assert f"{member} cannot be null" in refusal(SitePatch, {member: None})
    assert SitePatch.model_validate({"logo": None}).model_fields_set == {"logo"}
