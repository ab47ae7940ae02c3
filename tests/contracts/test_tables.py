"""A table of rights with a cell that is missing, or that is there twice, is refused when it is read."""

from __future__ import annotations

import pytest

from tests.contracts.tables import Row, read_rights

WHOLE = """
             draft live
GET  /a
GET  /b it
  OWN        200   201
  OTHER READ .     403
             dra   li
POST /c
  OWN READ OTHER 200 404
"""


def read(written: str) -> dict[Row, dict[str, dict[str, str]]]:
    return read_rights(written, callers=("OWN", "OTHER", "READ"), states=("draft", "live"))


def test_routes_of_a_block_have_all_its_lines_and_callers_of_a_line_all_its_cells() -> None:
    own, others = {"draft": "200", "live": "201"}, {"draft": ".", "live": "403"}
    block = {"OWN": own, "OTHER": others, "READ": others}
    alike = {"draft": "200", "live": "404"}
    assert read(WHOLE) == {
        Row("GET", "/a"): block,
        Row("GET", "/b", "it"): block,
        Row("POST", "/c"): {"OWN": alike, "READ": alike, "OTHER": alike},
    }


@pytest.mark.parametrize(
    ("part", "broken", "reason"),
    [
        ("OTHER READ .", "OTHER .", "READ is in no line"),
        ("OWN        200   201", "OWN OTHER 200 201", "OTHER is nobody, or in two lines"),
        ("OTHER READ .", "OTHER READ READ .", "READ is nobody, or in two lines"),
        ("OTHER READ .", "OTHER READ NOBODY .", "NOBODY is nobody"),
        ("OWN        200   201", "OWN        200", "not a line of cells"),
        ("OWN        200   201", "OWN        200   201 202", "200 is nobody"),
        ("OWN        200   201", "OWN        200   20", "not a line of cells"),
        ("POST /c", "GET /b it", "GET /b it is there twice"),
        ("GET  /a\nGET  /b it\n", "", "not a line of cells under a route"),
        ("draft live", "live draft", "neither a route"),
        ("draft live", "draft", "neither a route"),
        ("  OWN READ OTHER 200 404\n", "", "POST /c: OTHER, OWN, READ is in no line"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(part: str, broken: str, reason: str) -> None:
    assert WHOLE.count(part) == 1
    with pytest.raises(ValueError, match=reason):
        read(WHOLE.replace(part, broken))
