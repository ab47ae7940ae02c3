"""Patterns of addresses and templates of frames: what they find and refuse, in time that grows with the length."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from app.content.addresses import split_web_address
from app.content.embeds.forms import Form, Provider, form
from app.content.embeds.patterns import UnusablePattern, read_pattern, read_template, take_apart
from app.content.embeds.providers import Providers
from tests.growth import GROWTH, LARGE, cpu_seconds

OWN = Provider("own", "Own", "video")


def found(pattern: str, address: str) -> dict[str, str] | None:
    parts = split_web_address(address)
    assert parts is not None
    apart = take_apart(parts)
    return (
        None if apart is None or apart.host not in read_pattern(pattern).hosts else read_pattern(pattern).match(apart)
    )


@pytest.mark.parametrize(
    ("pattern", "address", "values"),
    [
        ("https://a.example/w/{id}", "https://a.example/w/x-1", {"id": "x-1"}),
        ("https://a.example/w/{id}", "https://www.a.example/w/x-1/", {"id": "x-1"}),
        ("https://a.example/w/{id}", "https://A.EXAMPLE./w/x", {"id": "x"}),
        ("https://a.example|b.example/{id}", "https://b.example/x", {"id": "x"}),
        ("https://a.example/{id}", "https://a.example/x/more", None),
        ("https://a.example/{id}/**", "https://a.example/x/more/and/more", {"id": "x"}),
        ("https://a.example/{id}/**", "https://a.example/x", {"id": "x"}),
        ("https://a.example/*/{id}", "https://a.example/any%20thing/x", {"id": "x"}),
        ("https://a.example/*/{id}", "https://a.example/x", None),
        ("https://a.example/v{id:number}.html", "https://a.example/v12.html", {"id": "12"}),
        ("https://a.example/v{id:number}.html", "https://a.example/v.html", None),
        ("https://a.example/{id:number:3-}", "https://a.example/12", None),
        ("https://a.example/{id:id:3}", "https://a.example/abcd", None),
        ("https://a.example/{id:id:2-3}", "https://a.example/abc", {"id": "abc"}),
        ("https://a.example/{kind:film|clip}/{id}", "https://a.example/clip/x", {"kind": "clip", "id": "x"}),
        ("https://a.example/{kind:film|clip}/{id}", "https://a.example/page/x", None),
        ("https://a.example/?v={id}", "https://a.example/?utm=1&v=x&v=y", {"id": "x"}),
        ("https://a.example/?v={id}", "https://a.example/?w=x", None),
        ("https://a.example/?v={id}&t={start?:seconds}", "https://a.example/?v=x&t=1m", {"id": "x", "start": "60"}),
        ("https://a.example/?v={id}&t={start?:seconds}", "https://a.example/?v=x&t=soon", {"id": "x"}),
        ("https://a.example/?v={id}", "https://a.example/#v=x", {"id": "x"}),
        ("https://a.example/?v={id}", "https://a.example/?v=y#v=x", {"id": "y"}),
        ("https://a.example/?kind=film&v={id}", "https://a.example/?kind=clip&v=y", None),
        ("https://a.example/@{user:name}", "https://a.example/%40Some.One", {"user": "Some.One"}),
        ("https://a.example/{user:name}", "https://a.example/..", None),
        ("https://a.example/?v={id}", "https://a.example/?" + "a=1&" * 60 + "v=x", None),
        ("https://a.example/{id}", "https://a.example:8000/x", None),
        ("https://a.example/{id}", "https://a.example:443/x", {"id": "x"}),
    ],
)
def test_a_pattern_finds_what_stands_where_its_placeholders_do(
    pattern: str, address: str, values: dict[str, str] | None
) -> None:
    assert found(pattern, address) == values


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("http://a.example/{id}", "has to begin with https://"),
        ("https://{host}.example/{id}", "has no host in"),
        ("https://*.a.example/{id}", "has no host in"),
        ("https://A.example/{id}", "in lower case"),
        ("https://localhost/{id}", "has no host in"),
        ("https://127.0.0.1/{id}", "has no host in"),
        ("https://a.example:80/{id}", "has no host in"),
        ("https://user@a.example/{id}", "has no host in"),
        ("https://a.example/(.*)+", "neither text of an address nor one placeholder"),
        ("https://a.example/{a}{b}", "neither text of an address nor one placeholder"),
        ("https://a.example/{id:regex}", "has the kind 'regex'; there are id"),
        ("https://a.example/{id}/{id}", "has {id} twice"),
        ("https://a.example/{id?}", "neither text of an address nor one placeholder"),
        ("https://a.example/?{id}", "write name={placeholder}"),
        ("https://a.example/?v", "write name={placeholder}"),
    ],
)
def test_what_is_no_pattern_is_refused_with_its_reason(pattern: str, sentence: str) -> None:
    with pytest.raises(UnusablePattern) as refused:
        form(OWN, pattern)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("http://f.example/{id}", "has to begin with https://"),
        ("https://{id}.example/", "a host without placeholders"),
        ("https://{id}/x", "a host without placeholders"),
        ("https://f.example", "and a slash"),
        ("https://f.example@{id}/", "a host without placeholders"),
        ("https://f.example:8443/{id}", "a host without placeholders"),
        ("https://f.example\\@g.example/{id}", "a host without placeholders"),
        ("javascript:alert(1)//f.example/{id}", "has to begin with https://"),
        ("https://f.example/{other}", "which is in no address pattern"),
        ("https://f.example/{start}", "which has to be in every address pattern"),
        ("https://f.example/{words}", "of a kind but text"),
        ('https://f.example/{id}"onload=1', "more in it than text of an address"),
        ("https://f.example/{id:number}", "more in it than text of an address"),
    ],
)
def test_a_frame_is_of_one_literal_host_and_made_of_what_is_always_there(template: str, sentence: str) -> None:
    pattern = read_pattern("https://a.example/{id}?t={start?:seconds}&w={words:text}")
    with pytest.raises(UnusablePattern) as refused:
        read_template(template, (pattern,))
    assert sentence in str(refused.value)


def test_what_a_frame_is_made_of_is_encoded_and_what_is_absent_is_left_out() -> None:
    pattern = read_pattern("https://a.example/{id:name}?t={start?:seconds}&w={words:text}")
    template = read_template("https://f.example/{id}/x?w={words}&s={start}&a=1#t={start}", (pattern,))
    assert template.fill({"id": "a@b", "words": 'a&b=c/d?e#f "<'}) == (
        "https://f.example/a@b/x?w=a%26b%3Dc%2Fd%3Fe%23f%20%22%3C&a=1"
    )
    assert template.fill({"id": "x", "words": "y", "start": "9"}) == "https://f.example/x/x?w=y&s=9&a=1#t=9"


def test_a_frame_whose_address_would_be_too_long_is_none() -> None:
    own = Providers(
        [form(OWN, "https://a.example/?w={words:text}", frame="https://f.example/?w={words}", ratio="16/9")]
    )
    parts = split_web_address(f"https://a.example/?w={'ä' * 1_400}")
    apart = take_apart(parts) if parts else None
    known = own.find(apart) if apart else None
    assert known is not None
    assert known.frame is None


HOSTILE: list[tuple[str, str]] = [
    ("https://a.example/**?v={id?}", "/a"),
    ("https://a.example/*/*/*/{id}/**", "/"),
    ("https://a.example/?v={id}&t={start?:seconds}", "&v=a"),
    ("https://a.example/?p={place:text}", "%41"),
    ("https://a.example/@{user:name}/**", "%40"),
    ("https://a.example/{point:point}/**", "1.1,"),
]


@pytest.mark.parametrize(("pattern", "piece"), HOSTILE)
def test_a_pattern_costs_as_an_address_is_long(pattern: str, piece: str) -> None:
    read = read_pattern(pattern)

    def work(text: str) -> object:
        apart = take_apart(urlsplit(f"https://a.example/{text}"))
        return None if apart is None else read.match(apart)

    times = [min(cpu_seconds(work, piece * (size // len(piece))) for _ in range(3)) for size in (LARGE, 2 * LARGE)]
    assert times[1] < max(GROWTH * times[0], 0.02)


def _form(*addresses: str) -> Form:
    return form(OWN, *addresses, frame="https://f.example/{id}", ratio="16/9")


def test_of_several_forms_the_first_that_fits_counts() -> None:
    first, second = _form("https://a.example/{id:number}"), _form("https://a.example/{id}")
    for order, expected in (([first, second], first), ([second, first], second)):
        parts = split_web_address("https://a.example/12")
        apart = take_apart(parts) if parts else None
        assert apart is not None
        known = Providers(order).find(apart)
        assert known is not None
        assert known == expected.read(expected.patterns[0], apart)
