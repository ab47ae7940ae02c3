"""A story's public fields, from stored JSON, slug and settings."""

from __future__ import annotations

from app.domain.identifiers import StoryId
from app.wire.encoding import encode_json
from app.wire.links import Links, Site
from app.wire.story_fields import changed_members, encode_story_fields

STORY = StoryId("0c8f5b1e-6a4f-4d7e-9f3e-2f1d0a9b8c7d")
LINKS = Links("https://live.example", Site("The Harbour Post", "https://harbour.example", None))
STORED = {
    "title": "“Election night” – live",
    "standfirst": None,
    "language": "en",
    "direction": "ltr",
    "time_zone": "Europe/Oslo",
    "publisher": None,
    "about": None,
    "canonical_url": None,
    "status": "live",
}


def test_the_fields_of_a_story_are_these_bytes() -> None:
    assert encode_story_fields(encode_json(STORED), links=LINKS, story=STORY, slug="election-night") == (
        b'{"id":"0c8f5b1e-6a4f-4d7e-9f3e-2f1d0a9b8c7d","slug":"election-night",'
        b'"url":"https://live.example/stories/election-night",'
        b'"entry_url_template":"https://live.example/stories/election-night?entry={id}#entry-{id}",'
        b'"title":"\xe2\x80\x9cElection night\xe2\x80\x9d \xe2\x80\x93 live","standfirst":null,"language":"en",'
        b'"direction":"ltr","time_zone":"Europe/Oslo",'
        b'"publisher":{"name":"The Harbour Post","url":"https://harbour.example","logo":null},'
        b'"about":null,"canonical_url":null,"status":"live",'
        # What the release that stored it did not know yet.
        b'"intro":null,"authors":[],"sponsor":null,"seo":null,'
        b'"section":null,"tags":[],"image":null,"coverage_start":null,"coverage_end":null,"continues":null,'
        b'"continued_by":null,"pinned":[],"key_points":[],"comments":{"mode":"off","url":null}}'
    )


def test_a_story_keeps_the_publisher_it_names() -> None:
    publisher = {"name": "Elsewhere", "url": None, "logo": None}
    encoded = encode_story_fields(encode_json(STORED | {"publisher": publisher}), links=LINKS, story=STORY, slug="a")
    assert b'"publisher":{"name":"Elsewhere","url":null,"logo":null}' in encoded
    assert b"The Harbour Post" not in encoded


def test_what_an_earlier_release_did_not_know_has_not_changed_for_that() -> None:
    assert changed_members(encode_json(STORED), encode_json(STORED | {"section": None, "tags": []})) == ()
    after = encode_json(STORED | {"title": "Night", "pinned": [{"entry": "e", "until": None}]})
    assert changed_members(encode_json(STORED), after) == ("title", "pinned")
