"""XML of any length, safely: no document types, no entities, bounded depth and pieces, places that are said."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from app.importers.foreign import FileBroken
from app.importers.xml_items import CHUNK_BYTES, Edge, Element, xml_items

CONTAINERS = frozenset({("rss",), ("rss", "item")})
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><item><t>&c;</t></item></rss>'
)
EXTERNAL = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><t>&x;</t></item></rss>'


def _read(content: bytes | str) -> list[Edge | Element]:
    data = content.encode() if isinstance(content, str) else content
    return list(xml_items(io.BytesIO(data), where="a.xml", containers=CONTAINERS, prefixes={"http://wp/": "wp"}))


def test_pieces_below_containers_come_whole_with_their_lines_and_prefixes() -> None:
    found = _read(
        '<rss xmlns:any="http://wp/1.2/">\n<any:author>A</any:author>\n<item>\n<t a="1">x<![CDATA[<b>]]>&amp;</t>\n'
        "<any:meta><any:key>k</any:key></any:meta></item></rss>"
    )
    edges = [(each.name, each.line, each.is_end) for each in found if isinstance(each, Edge)]
    assert edges == [("rss", 1, False), ("item", 3, False), ("item", 5, True), ("rss", 5, True)]
    author, text, meta = [each for each in found if isinstance(each, Element)]
    assert (author.name, author.text, author.line) == ("wp:author", "A", 2)
    assert (text.text, text.attributes) == ("x<b>&", {"a": "1"})
    assert (meta.text_of("wp:key"), meta.text_of("wp:none")) == ("k", "")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (LAUGHS, "declares a document type"),
        (EXTERNAL, "declares a document type"),
        ("<!DOCTYPE rss SYSTEM 'http://127.0.0.1/x.dtd'><rss/>", "declares a document type"),
        ("<rss><item><t>&undefined;</t></item></rss>", "no XML"),
        ("<rss><item>" + "<d>" * 100, "nests deeper"),
        ("<rss><item><t>half", "ends in the middle"),
        ("<rss><item><t><![CDATA[half", "ends in the middle"),
        ("<rss><item><t>text</item></rss>", "no XML: mismatched tag"),
        ("", "ends in the middle"),
        ("plain text", "no XML"),
        (b"<rss><item><t>\xff\xfe</t></item></rss>", "no XML: not well-formed"),
        ('<?xml version="1.0" encoding="EUC-JP"?><rss/>', "a.xml, line 1: It is in an encoding that is not read"),
        ('<?xml version="1.0" encoding="no-such"?><rss/>', "a.xml, line 1: It is in an encoding that is not read"),
        ("<rss><item><t>" + "x" * 9_000_000 + "</t></item></rss>", "longer than 8 MB"),
        ("<rss><item><t a='" + "x" * 9_000_000 + "'/></item></rss>", "longer than 8 MB"),
        ("<rss><item><t " + "a" * 20_000_000, "longer than 8 MB"),
        ("<rss><item><t>" + "<b/>" * 200_000 + "</t></item></rss>", "longer than 8 MB"),
    ],
)
def test_lies_are_refused_with_their_line(content: bytes | str, sentence: str) -> None:
    with pytest.raises(FileBroken, match=sentence) as raised:
        _read(content)
    assert raised.value.where.startswith("a.xml, line")


def test_control_characters_that_databases_have_and_xml_forbids_are_blanks() -> None:
    [element] = [each for each in _read(b"<rss><item><t>a\x0bb\x00c</t></item></rss>") if isinstance(each, Element)]
    assert element.text == "a b c"


def test_a_file_of_any_length_is_read_in_chunks() -> None:
    """Of 30 MB, what has been read is never ahead of what was taken by more than a chunk or two."""

    class Long(io.RawIOBase):
        def __init__(self) -> None:
            self.given = 0
            self.pieces = self._pieces()

        def _pieces(self) -> Iterator[bytes]:
            yield b"<rss>"
            for _ in range(30):
                yield (b"<item><t>" + b"x" * 1_000 + b"</t></item>") * 1_000
            yield b"</rss>"

        def read(self, size: int = -1, /) -> bytes:
            piece = next(self.pieces, b"")
            self.given += len(piece)
            return piece

    stream = Long()
    taken = 0
    for each in xml_items(stream, where="a.xml", containers=CONTAINERS, prefixes={}):  # type: ignore[arg-type]
        if isinstance(each, Element):
            taken += len(each.text)
            assert stream.given - taken < 1_100_000 + CHUNK_BYTES + 30 * taken // 1_000
    assert taken == 30_000_000
