"""Caption, credit and rights as cameras, agencies and telephones write them into pictures."""

from __future__ import annotations

import struct

import pytest

from app.media.conversion.words import CAPTION_LENGTH, LINE_LENGTH, clean_words, read_offered_words

UTF_8 = b"\x1b%G"


def _iptc(*records: tuple[int, int, bytes]) -> dict[str, dict[int, bytes]]:
    data = b"".join(struct.pack(">BBBH", 0x1C, record, field, len(text)) + text for record, field, text in records)
    return {"photoshop": {0x0404: data}}


def _xmp(inside: str, attributes: str = "") -> dict[str, bytes]:
    return {
        "xmp": (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
            f'{attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
        ).encode()
    }


def test_iptc_that_says_it_is_utf_8_is_read_as_that() -> None:
    info = _iptc((1, 90, UTF_8), (2, 120, "Ein Zug hält in Łódź".encode()), (2, 110, b"AP"), (2, 116, "© AP".encode()))
    assert read_offered_words(info, {}) == {"caption": "Ein Zug hält in Łódź", "credit": "AP", "rights": "© AP"}


def test_iptc_without_a_character_set_is_utf_8_if_it_can_be_and_latin_1_else() -> None:
    assert read_offered_words(_iptc((2, 120, "Zürich – hält".encode("cp1252"))), {})["caption"] == "Zürich – hält"
    assert read_offered_words(_iptc((2, 120, "Zürich – hält".encode())), {})["caption"] == "Zürich – hält"
    assert read_offered_words(_iptc((2, 120, b"\x81\xfc")), {})["caption"] == "ü"


def test_the_photographer_is_the_credit_where_there_is_none() -> None:
    assert read_offered_words(_iptc((2, 80, b"Jane Doe"), (2, 115, b"Agency")), {})["credit"] == "Jane Doe"
    assert read_offered_words(_iptc((2, 80, b"Jane Doe"), (2, 110, b"Reuters")), {})["credit"] == "Reuters"


def test_xmp_alternatives_are_read_in_their_default_language() -> None:
    info = _xmp(
        '<dc:description><rdf:Alt><rdf:li xml:lang="de">Deutsch</rdf:li><rdf:li xml:lang="x-default">Default</rdf:li>'
        "</rdf:Alt></dc:description><dc:rights><rdf:Alt><rdf:li xml:lang='fr'>Droits</rdf:li></rdf:Alt></dc:rights>"
        "<dc:creator><rdf:Seq><rdf:li>Jane Doe</rdf:li></rdf:Seq></dc:creator>"
    )
    assert read_offered_words(info, {}) == {"caption": "Default", "credit": "Jane Doe", "rights": "Droits"}


def test_xmp_attributes_are_read_like_elements() -> None:
    assert read_offered_words(_xmp("", 'photoshop:Credit="AFP/Getty Images"'), {})["credit"] == "AFP/Getty Images"


def test_xmp_goes_before_iptc_and_iptc_before_exif() -> None:
    exif = {0x010E: "of EXIF", 0x013B: "of EXIF", 0x8298: "of EXIF"}
    info = _iptc((2, 120, b"of IPTC"), (2, 110, b"of IPTC")) | _xmp("", 'dc:description="of XMP"')
    assert read_offered_words(info, exif) == {"caption": "of XMP", "credit": "of IPTC", "rights": "of EXIF"}


def test_exif_that_is_utf_8_is_read_as_that() -> None:
    assert read_offered_words({}, {0x010E: "Straße".encode().decode("latin-1")})["caption"] == "Straße"
    assert read_offered_words({}, {0x010E: "Straße"})["caption"] == "Straße"


def test_what_is_no_metadata_gives_no_words() -> None:
    nothing = {"caption": "", "credit": "", "rights": ""}
    for info in (
        {}, {"xmp": b"<x"}, {"xmp": b""}, {"xmp": 5}, {"photoshop": 5}, {"photoshop": {0x0404: b"\x1c\x02"}},
        {"photoshop": {0x0404: b"\x1c\x02\x78\x80\x04aaaa"}}, {"xmp": b"\xff\xfe<\0x\0"},
    ):  # fmt: skip
        assert read_offered_words(info, {0x010E: 5, 0x013B: b"x"}) == nothing


def test_declarations_in_xmp_are_not_even_parsed() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1_000 + b'">]><x>&a;&a;</x>'
    assert read_offered_words({"xmp": bomb}, {}) == {"caption": "", "credit": "", "rights": ""}


def test_control_and_hidden_characters_are_left_out() -> None:
    assert clean_words("a\x00b\x1b[2Jc\u202ed\u2066e\u200bf\u00adg\ud800", 100) == "ab[2Jcdefg"
    assert clean_words("  one \t two\r\n\r\n\n three  ", 100) == "one two\nthree"
    assert clean_words("नमस्ते 👩‍🚒", 100) == "नमस्ते 👩‍🚒"


@pytest.mark.parametrize(("length", "field"), [(CAPTION_LENGTH, 120), (LINE_LENGTH, 110), (LINE_LENGTH, 116)])
def test_words_are_cut_at_their_length(length: int, field: int) -> None:
    found = next(filter(None, read_offered_words(_iptc((2, field, b"w" * 5_000)), {}).values()))
    assert len(found) == length
    assert found.endswith("w…")


def test_a_million_records_are_not_read() -> None:
    many = tuple((2, 25, b"") for _ in range(5_000))
    assert read_offered_words(_iptc(*many, (2, 120, b"behind them")), {})["caption"] == ""
