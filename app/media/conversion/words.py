"""Caption, credit and rights as they stand in a picture's own metadata: XMP, then IPTC-IIM, then EXIF.

They are only offered: whoever uploads sees them before they are published. The work is linear in what is read, and what
is read has limits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

CAPTION_LENGTH = 2_000
LINE_LENGTH = 300
MAX_XMP_BYTES = 2**20
MAX_IPTC_BYTES = 2**20
MAX_IPTC_RECORDS = 1_000

_DC = "{http://purl.org/dc/elements/1.1/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_IPTC_CAPTION, _IPTC_BYLINE, _IPTC_CREDIT, _IPTC_SOURCE, _IPTC_RIGHTS = 120, 80, 110, 115, 116
_EXIF_CAPTION, _EXIF_ARTIST, _EXIF_RIGHTS = 0x010E, 0x013B, 0x8298
_CHARACTER_SET = 90
_UTF_8 = b"\x1b%G"
_HIDDEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?(?:\n ?)*")

Words = dict[str, str]


def read_offered_words(info: Mapping[Any, Any], exif: Mapping[int, Any]) -> Words:
    """Return `caption`, `credit` and `rights` of a picture's `info` and EXIF as Pillow tells them, or empty."""
    found = [_read_xmp(info.get("xmp")), _read_iptc(info.get("photoshop")), _read_exif(exif)]
    return {
        name: next((text for text in (clean_words(each.get(name, ""), length) for each in found) if text), "")
        for name, length in (("caption", CAPTION_LENGTH), ("credit", LINE_LENGTH), ("rights", LINE_LENGTH))
    }


def clean_words(text: object, length: int) -> str:
    """Return text without control and hidden characters, its spaces as one, at most `length` characters of it."""
    if not isinstance(text, str):
        return ""
    text = text[: 4 * length].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = "".join(
        each for each in _HIDDEN.sub("", text) if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"}
    )
    text = _LINES.sub("\n", _SPACES.sub(" ", unicodedata.normalize("NFC", text))).strip()
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _read_xmp(packet: object) -> Words:
    if isinstance(packet, str):
        packet = packet.encode()
    if not isinstance(packet, bytes) or len(packet) > MAX_XMP_BYTES or b"<!" in packet:
        return {}  # no XMP has declarations, and entities are made by them
    try:
        root = ElementTree.fromstring(packet.strip(b"\0 \r\n\t"))  # noqa: S314 - no declarations, and a confined process
    except (ElementTree.ParseError, ValueError, LookupError):
        return {}
    found: Words = {}
    for description in root.iter(f"{_RDF}Description"):
        for name, tags in (
            ("caption", (f"{_DC}description",)),
            ("credit", (f"{_PHOTOSHOP}Credit", f"{_DC}creator", f"{_PHOTOSHOP}Source")),
            ("rights", (f"{_DC}rights",)),
        ):
            for tag in tags:
                if not found.get(name):
                    found[name] = description.get(tag) or _text_of(description.find(tag))
    return found


def _text_of(element: ElementTree.Element | None) -> str:
    """Return a property's text: itself, or of its alternatives the default language's, or the first."""
    if element is None:
        return ""
    items = list(element.iter(f"{_RDF}li"))[:50]
    if not items:
        return element.text or ""
    default = [item for item in items if (item.get(_LANGUAGE) or "").lower() == "x-default"]
    return (default or items)[0].text or ""


def _read_iptc(blocks: object) -> Words:
    data = blocks.get(0x0404) if isinstance(blocks, dict) else None
    if not isinstance(data, bytes):
        return {}
    records: dict[tuple[int, int], bytes] = {}
    for key, value in _iptc_records(data[:MAX_IPTC_BYTES]):
        records.setdefault(key, value)
    is_utf_8 = records.get((1, _CHARACTER_SET)) == _UTF_8

    def text(*fields: int) -> str:
        value = next((records[2, field] for field in fields if records.get((2, field))), b"")
        return _decoded(value, is_utf_8=is_utf_8)

    return {
        "caption": text(_IPTC_CAPTION),
        "credit": text(_IPTC_CREDIT, _IPTC_BYLINE, _IPTC_SOURCE),
        "rights": text(_IPTC_RIGHTS),
    }


def _iptc_records(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """List the data sets of an IPTC-IIM block (version 4.2, 1.5); extended lengths are beyond what anybody writes."""
    at = 0
    for _ in range(MAX_IPTC_RECORDS):
        head = data[at : at + 5]
        if len(head) < 5 or head[0] != 0x1C or head[3] & 0x80:
            return
        length = int.from_bytes(head[3:5], "big")
        yield (head[1], head[2]), data[at + 5 : at + 5 + length]
        at += 5 + length


def _read_exif(exif: Mapping[int, Any]) -> Words:
    def text(field: int) -> str:
        value = exif.get(field, "")
        # Pillow reads EXIF's text as Latin-1; cameras and telephones write UTF-8.
        return _decoded(value.encode("latin-1", "replace"), is_utf_8=False) if isinstance(value, str) else ""

    return {"caption": text(_EXIF_CAPTION), "credit": text(_EXIF_ARTIST), "rights": text(_EXIF_RIGHTS)}


def _decoded(value: bytes, *, is_utf_8: bool) -> str:
    """Decode text of an old format: UTF-8 where it says so or is valid, else Latin-1 as Windows has it."""
    if is_utf_8:
        return value.decode("utf-8", "replace")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return value.decode("cp1252")
        except UnicodeDecodeError:
            return value.decode("latin-1")
