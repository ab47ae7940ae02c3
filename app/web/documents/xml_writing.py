"""XML that no text can break: elements of the standard library, which escapes, of text that XML can have.

No document is put together from strings. What is only written needs neither a parser nor a package of its own.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, tostring

_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say, not even escaped (§2.2)."""


def xml_text(text: str) -> str:
    """Return the text without what XML cannot have, and with its line ends as they would be read back."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def root(name: str, **attributes: str) -> Element:
    """Return the root of a document; an attribute `xmlns_dc` declares the prefix `dc`."""
    return Element(name, {key.replace("_", ":"): value for key, value in attributes.items()})


def add(parent: Element, name: str, text: str | None = None, /, **attributes: str | None) -> Element:
    """Add an element, with those attributes that have a value; `xml_lang` is written `xml:lang`."""
    kept = {key.replace("_", ":"): xml_text(value) for key, value in attributes.items() if value is not None}
    element = SubElement(parent, name, kept)
    element.text = None if text is None else xml_text(text)
    return element


def write_xml(document: Element) -> bytes:
    """Return the document as UTF-8."""
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(document, encoding="unicode").encode() + b"\n"
