"""Accept-Encoding: the coding the client prefers, of those we have."""

from __future__ import annotations

import pytest

from app.wire.negotiation import Encoding, choose_encoding


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=1.0", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0.9, br;q=0.5", "gzip"),
        ("gzip;q=0.5, br;q=0.9", "br"),
        ("gzip;q=0, br;q=0", "identity"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=0, *", "gzip"),
        ("identity", "identity"),
        ("identity;q=1, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity, gzip", "gzip"),
        ("deflate, zstd", "identity"),
        ("gzip;q=abc", "identity"),
        ("gzip;q=nan", "identity"),
        ("gzip;q=-1", "identity"),
        ("gzip;q=7, br", "br"),
        (",,;;,gzip", "gzip"),
        ("gzip ; q = 0.8", "gzip"),
    ],
)
def test_the_coding_the_client_likes_most_is_chosen(header: str | None, chosen: str) -> None:
    encoding = choose_encoding(None if header is None else header.encode("latin-1"))
    assert encoding.coding == chosen
    assert (encoding.suffix == "") == (encoding is Encoding.IDENTITY)
