"""Pages, structured data and sitemaps as others read them: by extruct, a JSON-LD processor and lxml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import extruct
from lxml import etree
from pyld import jsonld
from rdflib.namespace import SDO

Json = dict[str, Any]

VOCABULARY = "https://schema.org/"
_DATES = ("coverageStartTime", "coverageEndTime", "dateModified", "datePublished", "startDate")
_ADDRESSES = ("url", "logo", "mainEntityOfPage")
CONTEXT: Json = {
    "@context": {
        "@vocab": VOCABULARY,
        **{name: {"@type": "DateTime"} for name in _DATES},
        **{name: {"@type": "@id"} for name in _ADDRESSES},
    }
}
"""What https://schema.org says of the terms that we use: no test asks the network."""

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"

_SCHEMA = """
<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  targetNamespace="http://www.sitemaps.org/schemas/sitemap/0.9" elementFormDefault="qualified">
<xsd:element name="{root}"><xsd:complexType><xsd:sequence>
<xsd:element name="{item}" minOccurs="{least}" maxOccurs="50000"><xsd:complexType><xsd:sequence>
<xsd:element name="loc"><xsd:simpleType><xsd:restriction base="xsd:anyURI">
<xsd:minLength value="12"/><xsd:maxLength value="2048"/></xsd:restriction></xsd:simpleType></xsd:element>
<xsd:element name="lastmod" type="xsd:dateTime" minOccurs="0"/>
<xsd:any namespace="##other" processContents="skip" minOccurs="0" maxOccurs="1"/>
</xsd:sequence></xsd:complexType></xsd:element>
</xsd:sequence></xsd:complexType></xsd:element>
</xsd:schema>"""
"""What sitemaps.org demands, as far as we use it."""

_NEWS_SCHEMA = """
<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns="http://www.google.com/schemas/sitemap-news/0.9"
  targetNamespace="http://www.google.com/schemas/sitemap-news/0.9" elementFormDefault="qualified">
<xsd:element name="news"><xsd:complexType><xsd:sequence>
<xsd:element name="publication"><xsd:complexType><xsd:sequence>
<xsd:element name="name" type="xsd:string"/>
<xsd:element name="language"><xsd:simpleType><xsd:restriction base="xsd:string">
<xsd:pattern value="zh-cn|zh-tw|[a-z]{2,3}"/></xsd:restriction></xsd:simpleType></xsd:element>
</xsd:sequence></xsd:complexType></xsd:element>
<xsd:element name="publication_date" type="xsd:dateTime"/>
<xsd:element name="title" type="xsd:string"/>
</xsd:sequence></xsd:complexType></xsd:element>
</xsd:schema>"""


def _schema(text: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(text))


def read_page(html: str, url: str) -> tuple[list[Json], dict[str, str]]:
    """The JSON-LD documents of a page, and its Open Graph properties. A property that is there twice is a fault."""
    found = extruct.extract(html, base_url=url, syntaxes=["json-ld", "opengraph", "microdata"], errors="strict")
    assert found["microdata"] == [], "no second description beside the one"
    graphs = [graph["properties"] for graph in found["opengraph"]]
    assert len(graphs) == 1
    properties = dict(graphs[0])
    assert len(properties) == len(graphs[0])
    return found["json-ld"], properties


def read_data(document: Mapping[str, Any]) -> Json:
    """The document as a JSON-LD processor understands it, one object; fails on a term that schema.org has not."""
    assert document["@context"] == "https://schema.org"

    def load(url: str, options: object) -> Json:
        assert url.rstrip("/") == "https://schema.org", "nothing else is needed to read it"
        return {"contextUrl": None, "documentUrl": url, "document": CONTEXT}

    options = {"documentLoader": load}
    [expanded] = jsonld.expand(dict(document), options)
    for term in _terms(expanded):
        assert term.startswith(VOCABULARY), term
        assert term.removeprefix(VOCABULARY) in SDO, term
    nodes = [node["@id"] for node in jsonld.flatten(dict(document), None, options) if not node["@id"].startswith("_:")]
    assert len(nodes) == len(set(nodes))
    compacted: Json = jsonld.compact(expanded, CONTEXT, options)
    return compacted


def read_sitemap(body: bytes, *, root: str = "urlset", least: int = 1) -> list[tuple[str, str | None, Json]]:
    """The address, the time and the news of everything in a sitemap; fails on what sitemaps may not be."""
    assert len(body) < 50 * 1024 * 1024
    document = etree.fromstring(body)
    item = {"urlset": "url", "sitemapindex": "sitemap"}[root]
    _schema(_SCHEMA.format(root=root, item=item, least=least)).assertValid(document)
    found = []
    for each in document:
        news = each.find(f"{NEWS}news")
        if news is not None:
            _schema(_NEWS_SCHEMA).assertValid(news)
        told = {} if news is None else {part.tag.removeprefix(NEWS): part.text for part in news.iter() if part.text}
        found.append((each.findtext(f"{SITEMAP}loc") or "", each.findtext(f"{SITEMAP}lastmod"), told))
    assert len({address for address, _, _ in found}) == len(found)
    return found


def _terms(value: Any) -> Iterator[str]:
    """Every term of an expanded document: properties, types of things and of values."""
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            continue
        kinds = each.get("@type", [])
        yield from [kinds] if isinstance(kinds, str) else kinds
        for name, inner in each.items():
            if not name.startswith("@"):
                yield name
                yield from _terms(inner)
