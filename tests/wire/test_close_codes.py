"""The table of close codes: complete, unique, and the same as in the protocol's document."""

from __future__ import annotations

import re
from pathlib import Path

from app.wire import close_codes
from app.wire.close_codes import CLOSE_CODES, CloseCode

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_every_code_is_in_the_table_once() -> None:
    named = [value for value in vars(close_codes).values() if isinstance(value, CloseCode)]
    assert sorted(code.code for code in CLOSE_CODES) == sorted(code.code for code in named)
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
