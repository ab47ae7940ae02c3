"""An operator's file of providers: what it adds, and how what is wrong in it is named."""

from __future__ import annotations

import pytest

from app.content import parse_html, parse_markdown
from app.content.embeds.provider_file import UnusableProviders, read_providers
from app.content.embeds.providers import find_embed, providers_in_use, use_providers
from tests.content.oracle import counted_ids

ENTRY = """
[[provider]]
name = "peertube"
label = "Our <PeerTube>"
category = "video"
addresses = ["https://video.example/w/{id}", "https://video.example/videos/watch/{id}"]
frame = "https://video.example/videos/embed/{id}"
page = "https://video.example/w/{id}"
ratio = "16/9"
cookies = false
"""


def test_what_an_operator_adds_is_read_as_what_is_ours() -> None:
    assert find_embed("https://video.example/w/abc") is None
    use_providers(read_providers(ENTRY))
    block = parse_markdown("https://video.example/videos/watch/abc", new_id=counted_ids())[0]
    named = ("type", "provider", "provider_name", "category", "frame", "ratio", "consent")
    assert [block[name] for name in named] == [
        *("embed", "peertube", "Our <PeerTube>", "video", "https://video.example/videos/embed/abc", "16/9", False),
    ]
    assert "<cite>Our &lt;PeerTube&gt;</cite>" in block["html"]
    assert parse_html(block["html"], new_id=counted_ids()) == [block]
    assert "https://video.example" in providers_in_use().frame_sources.split()
    use_providers()
    assert "https://video.example" not in providers_in_use().frame_sources


def test_an_operators_entry_comes_before_ours() -> None:
    mine = ENTRY.replace('https://video.example/w/{id}", "', 'https://toot.example/@{user:name}/{id:number}", "')
    mine = mine.replace(', "https://video.example/videos/watch/{id}"', "").replace(
        'page = "https://video.example/w/{id}"', ""
    )
    assert (known := find_embed("https://toot.example/@a/12345")) is not None
    assert known.frame is None
    use_providers(read_providers(mine))
    assert (known := find_embed("https://toot.example/@a/12345")) is not None
    assert known.frame == "https://video.example/videos/embed/12345"


def _without(line: str) -> str:
    return "\n".join(each for each in ENTRY.split("\n") if not each.startswith(line))


FAULTS = {
    "no TOML": ("[[provider]]\nname =", "is no TOML: Invalid value (at end of document)"),
    "something else": ("name = 'x'", "has to be entries that each begin with [[provider]]"),
    "a table": ("[provider]\nname = 'x'", "has to be entries that each begin with [[provider]]"),
    "an unknown member": (f"{ENTRY}regex = '.*'", "entry 1 (line 2), peertube: there is no member 'regex'"),
    "no addresses": (_without("addresses"), "addresses is missing"),
    "no name": (_without("name"), "entry 1 (line 2), without a name: name is missing"),
    "a bad name": (ENTRY.replace('"peertube"', '"Peer Tube"'), "name has to be of a-z"),
    "a bad category": (ENTRY.replace('"video"', '"Video!"'), "category has to be one of consent"),
    "a number for a text": (ENTRY.replace('"16/9"', "16"), "ratio has to be a text"),
    "true for a number": (ENTRY.replace('ratio = "16/9"', "height = true"), "height has to be a whole number"),
    "an unknown ratio": (ENTRY.replace("16/9", "16/10"), "ratio has to be one of 16/9, 9/16"),
    "an odd height": (ENTRY.replace('ratio = "16/9"', "height = 451"), "height has to be a multiple of 50"),
    "both shapes": (f"{ENTRY}height = 450", "a frame needs a ratio, like 16/9, or a height, like 450, and not both"),
    "no shape": (_without("ratio"), "a frame needs a ratio"),
    "any host": (ENTRY.replace("https://video.example/w/", "https://*/w/"), "addresses has a pattern of any host"),
    "a host of placeholders": (
        ENTRY.replace("https://video.example/videos/embed", "https://{id}"),
        "a host without placeholders",
    ),
    "an expression": (ENTRY.replace("/w/{id}", "/w/(?P<id>.*)*"), "neither text of an address nor one placeholder"),
    "an empty list": (
        ENTRY.replace('["https://video.example/w/{id}", "https://video.example/videos/watch/{id}"]', "[]"),
        "1 to 20",
    ),
    "a text of two lines": (ENTRY.replace("Our <PeerTube>", "Our\\nPeerTube"), "label has to be one line"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_used_is_named_with_its_entry_and_line(name: str) -> None:
    text, sentence = FAULTS[name]
    with pytest.raises(UnusableProviders) as refused:
        read_providers(text)
    assert sentence in str(refused.value)


def test_every_fault_is_named_at_once() -> None:
    text = ENTRY.replace("16/9", "1/9") + ENTRY + ENTRY.replace('video"', 'V"')
    with pytest.raises(UnusableProviders) as refused:
        read_providers(text)
    entries = [line.partition(",")[0] for line in str(refused.value).splitlines()]
    assert entries == ["entry 1 (line 2)", "entry 3 (line 22)"]
