"""What feeds show of an entry: its text whole, with links where players are taken out, and what was wrong."""

from __future__ import annotations

from typing import Any

from app.web.feeds.bodies import write_body, write_summary
from app.web.feeds.enclosures import enclosures_of
from app.web.words import Catalogue
from tests.web import samples

WORDS = Catalogue().words_for("en")
REASON = {"text": "It was <another> bridge.", "at": "2026-11-03T20:00:00Z", "severity": "retraction"}
LINE = {"text": "They closed at eight & not at nine.", "at": "2026-11-03T20:00:00Z", "severity": "clarification"}


def _entry(**fields: Any) -> dict[str, Any]:
    return samples.entry(1, body_text="Update number 1.", blocks=[], **fields)


def _body(language: str = "en", direction: str = "ltr", **fields: Any) -> str:
    return write_body(_entry(**fields), {"language": language, "direction": direction}, WORDS)


def test_the_text_says_its_language_and_direction() -> None:
    assert _body("ar", "rtl") == '<div lang="ar" dir="rtl"><p>Update number 1.</p></div>'


def test_a_player_has_a_link_in_it_for_those_who_take_players_out() -> None:
    film = '<video src="https://a.example/f.mp4?a=1&amp;b=2" controls="" preload="none"></video>'
    link = '<a href="https://a.example/f.mp4?a=1&amp;b=2">https://a.example/f.mp4?a=1&amp;b=2</a>'
    assert film.replace("></video>", f">{link}</video>") in _body(body_html=f"<figure>{film}</figure>")
    sound = '<audio src="https://a.example/s.mp3" title="a > b" controls=""></audio>'
    assert '<a href="https://a.example/s.mp3">https://a.example/s.mp3</a></audio>' in _body(body_html=sound)


def test_a_correction_and_the_source_stand_below_the_text() -> None:
    source = {"url": "https://agency.example/?a=1&b=2", "name": "R&D <desk>"}
    assert _body(corrections=[LINE], source=source) == (
        '<div lang="en" dir="ltr"><p>Update number 1.</p>\n'
        "<p><strong>Clarification:</strong> They closed at eight &amp; not at nine.</p>\n"
        '<p><a href="https://agency.example/?a=1&amp;b=2">Source link</a> R&amp;D &lt;desk&gt;</p></div>'
    )
    assert "javascript" not in _body(source={"url": "javascript:alert(1)"})


def test_of_a_retracted_entry_the_reason_comes_first_and_no_summary_has_what_was_struck_out() -> None:
    html = '<p class="lb-retraction">It was &lt;another&gt; bridge.</p>\n<p><s>Update number 1.</s></p>'
    retracted: dict[str, Any] = {"status": "retracted", "body_html": html, "corrections": [LINE, REASON]}
    body = _body(**retracted)
    assert body.index("Retracted") < body.index("another") < body.index("<s>Update") < body.index("Clarification:")
    assert body.count("another") == 1
    summary = write_summary(_entry(**retracted), WORDS)
    assert summary == ("Retracted: It was <another> bridge.\n\nClarification: They closed at eight & not at nine.")


def test_a_summary_is_the_beginning_of_the_text() -> None:
    long = "word " * 1_000
    assert len(write_summary(_entry() | {"body_text": long}, WORDS)) <= 500
    assert write_summary(_entry() | {"body_text": "One\n\ntwo"}, WORDS) == "One two"


def test_files_are_enclosed_with_what_is_known_of_them_and_none_of_a_retracted_entry() -> None:
    own = {"url": "https://m.example/x/960.jpg", "type": "image/jpeg", "width": 960, "height": 540, "size": 4711}
    blocks = [
        {"type": "image", "url": own["url"], "alt": "The bridge", "renditions": [own], "width": 1920, "height": 1080},
        {"type": "audio", "url": "https://a.example/Sound.MP3?x=.png", "caption": "The clerk"},
        {"type": "video", "url": "https://a.example/watch"},
        {"type": "image", "url": "javascript:alert(1)", "alt": ""},
        {"type": "paragraph", "html": "<p>x</p>"},
    ]
    entry = _entry() | {"blocks": blocks}
    picture, sound = enclosures_of(entry)
    assert (picture.url, picture.type, picture.size, picture.width) == (own["url"], "image/jpeg", 4711, 960)
    assert (sound.type, sound.size, sound.title) == ("audio/mpeg", None, "The clerk")
    assert enclosures_of(entry | {"status": "retracted"}) == ()
