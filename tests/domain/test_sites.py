"""Hosts are compared as browsers send them, however an admin or a client spells them."""

from __future__ import annotations

import pytest

from app.domain.sites import read_host, without_port


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("B.Example", "b.example"),
        ("b.example.", "b.example"),
        ("b.example.:8000", "b.example:8000"),
        ("b.example:443", "b.example"),
        ("b.example:80", "b.example"),
        ("b.example:08000", "b.example:8000"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BU\u0308CHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("日本語。jp", "xn--wgv71a119e.jp"),
        ("ｂ.example", "b.example"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("[2001:DB8::0:1]:8000", "[2001:db8::1]:8000"),
        ("[2001:0db8:0:0:0:0:0:1]", "[2001:db8::1]"),
        ("[::1]:443", "[::1]"),
        (" b.example ", "b.example"),
    ],
)
def test_a_host_is_read_in_one_form(written: str, read: str) -> None:
    assert read_host(written) == read
    assert read_host(read) == read


@pytest.mark.parametrize(
    "written",
    [
        "", ".", "a..b", "a b", "a/b", "https://b.example", "user@b.example", "b.example:", "b.example:0",
        "b.example:65536", "b.example:x", "b.example:-1", "::1", "[::1", "[::1]x", "[fe80::1%25eth0]", "[b.example]",
        "-b.example", "b-.example", "b.example,c.example", "x" * 64 + ".example", ".".join(["x" * 60] * 5),
        "*.b.example", "b.example\x00", "\ud800.example",
    ],
)  # fmt: skip
def test_what_is_no_host_is_none(written: str) -> None:
    assert read_host(written) is None


def test_a_port_can_be_taken_off_a_host() -> None:
    assert without_port("b.example:8000") == "b.example"
    assert without_port("[::1]:8000") == "[::1]"
    assert without_port("[::1]") == "[::1]"
    assert without_port("b.example") == "b.example"
