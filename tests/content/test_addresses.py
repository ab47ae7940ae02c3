"""Which addresses may stand in a body."""

from __future__ import annotations

import pytest

from app.content.addresses import link_address, lone_address, media_address
from tests.content import attacks

GOOD = [
    "https://example.org",
    "http://example.org:8080/a?b=c&d[]=e#f",
    "https://münchen.example/straße",
    "https://example.org/a_(b)'c",
    "https://[2001:db8::1]/",
    "https://example.org/@user",
    "https://example.org?to=user@other.example",
    "https://example.org#user@other.example",
]


@pytest.mark.parametrize("address", GOOD + attacks.ODD_BUT_REAL)
def test_web_addresses_may_be_links_and_media_as_they_are(address: str) -> None:
    assert media_address(address) == link_address(address) == lone_address(address) == address


@pytest.mark.parametrize("address", ["mailto:a@b.c", "tel:+44-20-7946-0000", "MAILTO:a@b.c?subject=x"])
def test_mail_and_telephone_may_be_links_only(address: str) -> None:
    assert link_address(address) == address
    assert media_address(address) is None


@pytest.mark.parametrize("address", [*attacks.SCHEMES, "", "x", "mailto:", "https://e.org:0/", "https://" + "a" * 2048])
def test_anything_else_may_be_neither(address: str) -> None:
    assert media_address(address) is None
    assert link_address(address) is None


def test_white_space_around_a_link_is_dropped() -> None:
    assert link_address("\n https://e.org/ \t") == "https://e.org/"
    assert lone_address(" https://e.org/") is None
