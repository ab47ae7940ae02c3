"""If-None-Match, compared weakly and across encodings."""

from __future__ import annotations

import pytest

from app.api.http.conditional import etag_of, names_tag

TAG = "k3Vq81Zt.12.x7Q2ab.state.html"


@pytest.mark.parametrize(
    "header",
    [
        f'"{TAG}"',
        f'W/"{TAG}"',
        f'"{TAG}-gz"',
        f'"{TAG}-br"',
        f'W/"{TAG}-br"',
        f'"other", "{TAG}"',
        f'"other","{TAG}-gz" , "more"',
        "*",
        " * ",
    ],
)
def test_a_client_that_names_any_form_of_the_tag_holds_it(header: str) -> None:
    assert names_tag(header.encode(), TAG)


@pytest.mark.parametrize(
    "header",
    [
        "",
        '""',
        TAG,
        f'"{TAG}-gz-gz"',
        f'"{TAG}-zz"',
        f'"{TAG} "',
        '"k3Vq81Zt.13.x7Q2ab.state.html"',
        '"k3Vq81Zt.12.x7Q2ab.state.blocks"',
        '"-gz"',
        '"*"',
        "garbage \xff",
    ],
)
def test_a_client_that_names_another_tag_does_not(header: str) -> None:
    assert not names_tag(header.encode("latin-1"), TAG)
    assert not names_tag(None, TAG)


def test_an_etag_is_quoted_and_ends_in_the_encoding() -> None:
    assert etag_of("t", "-br") == b'"t-br"'
