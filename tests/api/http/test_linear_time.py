"""Headers and bodies are read in time that grows with their length, whatever is in them."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import cast

import pytest

from app.api.http.conditional import names_tag
from app.api.http.credentials import bearer_credentials, cookie_value
from app.api.http.duplicates import parse_json
from app.domain.story import Story
from app.newsroom.context.preconditions import honour_match
from app.wire.negotiation import choose_encoding
from tests.growth import ANYWHERE, Work, faults, mixed_pieces, single_pieces

PIECES = (
    *(piece for piece in ANYWHERE if piece.isascii()),
    *(
        '\\"',
        '"',
        '"a',
        "W/",
        'W/"a"',
        '"v1',
        '"v1"',
        "-gz",
        "*",
        ";",
        ";q=",
        ",",
        "q=0.1,",
        "liveblog=",
        "a=b;",
        "\\042",
    ),
    *("[", "{", '{"a":', '"1":1,', "-", "e", "0.", "\\u", '"\\ud800', "true,"),
)


def _json(text: str) -> None:
    for body in (text, f"[{text}", f'"{text}"', f"[0.{text}]", f'{{"a":"{text}"}}'):
        with contextlib.suppress(ValueError):
            parse_json(body.encode())


def _if_match(text: str) -> None:
    honour_match(text, cast(Story, SimpleNamespace(version=7)))


def _cookie(text: str) -> None:
    for header in (text, f"liveblog={text}", f'a="{text}"; liveblog=x'):
        cookie_value(header, "liveblog")


READERS: dict[str, Work] = {
    "If-None-Match": lambda text: names_tag(text.encode(), "a"),
    "If-Match": _if_match,
    "Accept-Encoding": lambda text: choose_encoding.__wrapped__(text.encode()),
    "Authorization": lambda text: bearer_credentials([f"Bearer {text}"]),
    "Cookie": _cookie,
    "JSON": _json,
}


@pytest.mark.parametrize("name", READERS)
def test_what_a_client_sends_is_read_in_time_that_grows_with_it(name: str) -> None:
    assert faults(READERS[name], single_pieces(PIECES)) == []
    assert faults(READERS[name], mixed_pieces(PIECES, seed=1, count=10)) == []


def test_the_last_cookie_of_the_name_counts() -> None:
    assert cookie_value("a=1; liveblog=x; liveblogs=2;liveblog = y=z ;b", "liveblog") == "y=z"
    assert cookie_value("liveblog; xliveblog=1", "liveblog") is None
    assert cookie_value("", "liveblog") is None
