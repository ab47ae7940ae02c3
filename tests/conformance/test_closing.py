"""The closing handshake, after group 7 of the Autobahn test suite, whose numbers are given with each case; all of it.

A close frame is answered with its own code, or with 1000 if it has none, and nothing sent after it counts. One that is
malformed, has a code that may not be sent or is too long is answered with 1002, a reason that is not UTF-8 with 1007.
"""

from __future__ import annotations

import pytest

from tests.conformance.peer import CLOSE, CONTINUATION, PING, TEXT, Echo, Outcome, Said, closing
from tests.live.protocol.test_frames import masked

OK = 1000
PROTOCOL_ERROR = 1002
NOT_UTF8 = 1007

hello = masked(TEXT, b"Hello World!")
long = masked(TEXT, b"BAsd7&jh23" * 26_214)
begin = masked(TEXT, b"fragment1", final=False)
ECHOED = {b"": [], hello: [Said(TEXT, b"Hello World!")], long: [Said(TEXT, b"BAsd7&jh23" * 26_214)], begin: []}


@pytest.mark.parametrize("apart", [False, True], ids=["in one write", "in two"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(hello, b"", id="7.1.1"),
        pytest.param(b"", closing(1000), id="7.1.2"),
        pytest.param(b"", masked(PING), id="7.1.3"),
        pytest.param(b"", hello, id="7.1.4"),
        pytest.param(begin, masked(CONTINUATION, b"fragment2"), id="7.1.5"),
        pytest.param(long, masked(PING), id="7.1.6"),
        pytest.param(b"", b"\xff" * 20, id="rubbish"),
    ],
)
def test_nothing_counts_after_a_close_frame(echo: Echo, before: bytes, after: bytes, apart: bool) -> None:
    pieces = [before + closing(1000), after] if apart else [before + closing(1000) + after]
    assert echo.converse(*pieces) == Outcome(ECHOED[before], OK)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        pytest.param(masked(CLOSE), OK, id="7.3.1"),
        pytest.param(masked(CLOSE, b"a"), PROTOCOL_ERROR, id="7.3.2"),
        pytest.param(closing(1000), OK, id="7.3.3"),
        pytest.param(closing(1000, b"Hello World!"), OK, id="7.3.4"),
        pytest.param(closing(1000, b"*" * 123), OK, id="7.3.5"),
        pytest.param(closing(1000, b"*" * 124), PROTOCOL_ERROR, id="7.3.6"),
        pytest.param(closing(1000, "κόσμε".encode() + b"\xed\xa0\x80edited"), NOT_UTF8, id="7.5.1"),
        pytest.param(closing(1000, "κόσμε".encode()[:-1]), NOT_UTF8, id="a reason cut within a character"),
    ],
)
def test_a_close_frame_is_answered_by_what_it_carries(echo: Echo, frame: bytes, code: int) -> None:
    assert echo.converse(frame) == Outcome([], code)


VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
INVALID = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]


@pytest.mark.parametrize("code", [pytest.param(code, id=f"7.7.{at}") for at, code in enumerate(VALID, start=1)])
def test_a_code_that_may_be_sent_is_sent_back(echo: Echo, code: int) -> None:
    assert echo.converse(closing(code)) == Outcome([], code)


@pytest.mark.parametrize(
    "code",
    [
        *(pytest.param(code, id=f"7.9.{at}") for at, code in enumerate(INVALID, start=1)),
        pytest.param(5000, id="7.13.1"),
        pytest.param(65535, id="7.13.2"),
    ],
)
def test_a_code_that_may_not_be_sent_is_a_protocol_error(echo: Echo, code: int) -> None:
    assert echo.converse(closing(code)) == Outcome([], PROTOCOL_ERROR)
