"""No text breaks the XML: whatever it is, a parser reads back what of it XML can say."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.documents.xml_writing import add, root, write_xml, xml_text

CAN_BE_SAID = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


def _read_back(text: str) -> tuple[str | None, str | None]:
    document = root("feed")
    add(document, "title", text, note=text)
    read = fromstring(write_xml(document)).find("title")  # noqa: S314 - what we have just written
    assert read is not None
    return read.text or "", read.get("note")


@given(CAN_BE_SAID)
def test_what_xml_can_say_is_read_back_to_the_letter(text: str) -> None:
    assert _read_back(text) == (text, text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_else_there_is_the_document_stays_one(text: str) -> None:
    assert _read_back(text) == (xml_text(text), xml_text(text))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("]]>", "]]>"),
        ("<![CDATA[x]]>", "<![CDATA[x]]>"),
        ("</title><script>", "</title><script>"),
        ("&amp; &#0; &lt;", "&amp; &#0; &lt;"),
        ("a\x00\x08\x0b\x1a\x1fb", "ab"),
        ("a\ufffe\uffffb\ud800", "ab"),
        ("one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour"),
        ("\u202eabc\u202c \u2067שלום\u2069", "\u202eabc\u202c \u2067שלום\u2069"),
        ("👩‍🚒 🏳️‍🌈 𝒳", "👩‍🚒 🏳️‍🌈 𝒳"),
        ("a\u2028b\x85c", "a\u2028b\x85c"),
    ],
)
def test_what_breaks_others_is_read_back(text: str, read: str) -> None:
    assert _read_back(text) == (read, read)
