"""An operator's own words: over the catalogue's, in a language of their own, and refused by file and key."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.web.own_words import UnusableWords, read_own_words
from app.web.words import Catalogue
from tests.loopback import NO_CERTIFICATES
from tests.processes import Installation

SWAHILI = {
    "status.live": "Moja kwa moja",
    "updates.new": {"one": "taarifa {count} mpya", "other": "taarifa {count} mpya"},
}


def written(tmp_path: Path, words: Any) -> Path:
    path = tmp_path / "words.json"
    path.write_text(words if isinstance(words, str) else json.dumps(words), encoding="utf-8")
    return path


def test_own_words_stand_over_those_of_the_catalogue(tmp_path: Path) -> None:
    own = {"de": {"status.live": "Live-Ticker"}, "de-AT": {"months": ["Jänner", *["x"] * 11]}, "sw": SWAHILI}
    catalogue = Catalogue(read_own_words(written(tmp_path, own)))
    assert catalogue.words_for("de").say("status.live") == "Live-Ticker"
    assert catalogue.words_for("de-CH").say("status.paused") == "Live, unterbrochen"
    austrian = catalogue.words_for("de-AT")
    assert (austrian.say("status.live"), austrian.date(date(2026, 1, 2))) == ("Live-Ticker", "2. Jänner 2026")
    assert catalogue.words_for("en").say("status.live") == "Live updates"
    # A language that the catalogue has not: its own words, and English ones for those that it lacks.
    swahili = catalogue.words_for("sw-KE")
    assert (swahili.said_in, swahili.foreign) == ("sw", None)
    assert swahili.count("updates.new", 2) == "taarifa 2 mpya"
    assert swahili.say("status.ended") == "Ended"
    assert Catalogue().digest != catalogue.digest


FAULTS: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "is no JSON"),
    "no object": ([], "has to be an object, by language"),
    "no language": ({"german": {}, "x-y": {}}, "'x-y' is no language tag"),
    "no texts": ({"de": "Live"}, "de has to be an object of texts"),
    "an unknown key": ({"de": {"status.life": "Live"}}, "de, status.life: there is no such key"),
    "a missing placeholder": ({"de": {"updated": "Aktualisiert"}}, "de, updated: lacks {time}"),
    "a wrong placeholder": ({"de": {"updated": "{time} {who}"}}, "de, updated: has {who}, which there is not"),
    "an empty text": ({"de": {"pinned": " "}}, "de, pinned: has to be a text of 1 to 300 characters"),
    "a form too few": (
        {"pl": {"updates.new": {"one": "{count}", "other": "{count}"}}},
        "pl, updates.new: has to",
    ),
    "a form of another language": (
        {"ja": {"updates.new": {"one": "{count}", "other": "{count}"}}},
        "ja, updates.new: has to be an object with a text for each of other",
    ),
    "a form without its number": (
        {"de": {"updates.new": {"one": "eine neue", "other": "neue"}}},
        "de, updates.new: other lacks {count}",
    ),
    "a month too few": ({"de": {"months": ["Jänner"]}}, "de, months: has to be a list of 12 texts"),
    "a text for months": ({"de": {"months": "Jänner"}}, "de, months: has to be a list of 12 texts"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_used_is_refused_by_file_and_key(tmp_path: Path, name: str) -> None:
    words, sentence = FAULTS[name]
    path = written(tmp_path, words)
    with pytest.raises(UnusableWords) as refused:
        read_own_words(path)
    assert str(path) in str(refused.value)
    assert sentence in str(refused.value)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnusableWords) as refused:
        read_own_words(written(tmp_path, {"de": {"a": "x", "b": "y"}, "fr": {"updated": "x"}}))
    assert len(str(refused.value).splitlines()) == 3


def test_a_server_shows_the_operators_words_and_does_not_start_with_bad_ones(tmp_path: Path, free_port: int) -> None:
    path = written(tmp_path, {"de": {"status.live": "Live-Ticker & mehr"}})
    site = Installation(tmp_path / "data", {"LIVEBLOG_WORDS": str(path)})
    site.check("migrate")
    with site.serving(free_port):
        address = f"http://127.0.0.1:{free_port}"
        with httpx.Client(base_url=address, verify=NO_CERTIFICATES, timeout=40) as client:
            client.headers["Authorization"] = f"Bearer {site.token}"
            made = client.post("/v1/stories", json={"title": "x", "slug": "wahl", "language": "de-AT"})
            assert made.status_code == 201
            page = client.get("/stories/wahl").text
            assert "Live-Ticker &amp; mehr</p>" in page
            assert "Noch keine Meldungen." in page
    path.write_text('{"de": {"status.life": "Live"}}', encoding="utf-8")
    refused = site.run("serve")
    assert refused.returncode != 0
    assert f"LIVEBLOG_WORDS: {path}: de, status.life: there is no such key" in refused.stderr
    assert "Traceback" not in refused.stderr
    path.unlink()
    assert f"LIVEBLOG_WORDS: {path} cannot be read" in site.run("serve").stderr
