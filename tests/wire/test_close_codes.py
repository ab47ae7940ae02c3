"""The table of close codes: no code twice, and the same as in the protocol's document."""

from __future__ import annotations

import re
from pathlib import Path

from app.wire import close_codes
from app.wire.close_codes import CloseCode

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
CLOSE_CODES = [value for value in vars(close_codes).values() if isinstance(value, CloseCode)]


def test_no_two_closes_have_the_same_code() -> None:
    assert len(CLOSE_CODES) > 10
    assert len({code.code for code in CLOSE_CODES}) == len(CLOSE_CODES)


def test_our_own_codes_say_by_their_number_whether_to_retry() -> None:
    ours = [code for code in CLOSE_CODES if code.code >= 4000]
    assert ours
    assert all(code.retry == (code.code < 4500) for code in ours)


def test_the_document_prints_the_same_table() -> None:
    rows = re.findall(r"^\| (\d{4}) \| (yes|no) \| (.+) \|$", PROTOCOL.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(int(code), retry == "yes", meaning) for code, retry, meaning in rows] == [
        (code.code, code.retry, code.meaning) for code in CLOSE_CODES
    ]
