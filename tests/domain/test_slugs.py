"""Slugs: one rule for titles and labels, whatever their script, and one slug for all spellings of it."""

from __future__ import annotations

import re
import sys
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.slugs import (
    MAX_SLUG_ADDRESS_LENGTH,
    MAX_SLUG_LENGTH,
    MAX_TAG_SLUG_LENGTH,
    canonical_slug,
    fits,
    is_folded,
    is_slug,
    is_tag_word,
    slug_from_label,
    slug_from_title,
    story_ref,
)
from tests.growth import ANYWHERE, faults, single_pieces

STORY = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"
ENGLAND, SCOTLAND = (
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in name) + "\U000e007f" for name in ("gbeng", "gbsct")
)

WORDS = {
    # German, Scandinavian, Icelandic, French, Polish, Turkish, Azeri, Hausa, Vietnamese, Hawaiian, Uzbek
    "Fußball": "fussball",
    "Größe Straße": "grosse-strasse",
    "GRÖSSE STRASSE": "grosse-strasse",
    "Ærø, Tromsø, Ålesund": "aero-tromso-alesund",
    "Þórður Guðmundsson": "thordur-gudmundsson",
    "L’œuvre d’été": "l-oeuvre-d-ete",
    "Łódź i Gdańsk": "lodz-i-gdansk",
    "İstanbul Işık ILIK": "istanbul-isik-ilik",
    "Azərbaycan": "azerbaycan",
    "Ƙasar Haɓaka": "kasar-habaka",
    "Việt Nam đất": "viet-nam-dat",
    "Hawaiʻi": "hawaii",
    "Oʻzbekiston": "ozbekiston",
    # Greek without tonos, with the sigma of a word's end
    "ΟΔΟΣ Ελλάδα": "οδος-ελλαδα",
    # Cyrillic: й, ї, ў, ѓ are letters; ё is printed as е; stress is no letter
    "Выборы 2026": "выборы-2026",
    "Олимпиада 2026": "олимпиада-2026",
    "Большой ЁЖ": "большои-еж".replace("и-", "й-"),
    "за́мок": "замок",
    "Київ і Її": "київ-і-її",
    "Беларуская ў": "беларуская-ў",
    "Ѓорѓи": "ѓорѓи",
    # marks without which words cannot be read
    "चुनाव नतीजे": "चुनाव-नतीजे",
    "น้ำท่วม": "น้ำท่วม",
    "น\u0e49\u0e4d\u0e32ท่วม": "น้ำท่วม",
    "বাংলাদেশ": "বাংলাদেশ",
    "தேர்தல்": "தேர்தல்",
    "ကျောင်း": "ကျောင်း",
    "الانتخابات ٢٠٢٦": "الانتخابات-2026",
    "مُحَمَّد": "مُحَمَّد",
    "الانتـــخابات": "الانتخابات",
    "می‌خواهم": "می-خواهم",
    "بחירות".replace("ب", "ב"): "בחירות",
    # East Asia
    "東京都知事選": "東京都知事選",
    "ｻｯｶｰ 速報": "サッカー-速報",
    "ガザ、停戦。": "ガザ-停戦",
    "선거 결과": "선거-결과",
    "ㅋㅋ": "ㅋㅋ",
    "ＡＢＣ２０２６": "abc2026",
    "二〇二六年": "二〇二六年",
    # what is not seen, and what parts words
    "Bundes\u00adtags\u200bwahl": "bundestagswahl",
    "a\u200e\ufeffb": "ab",
    "AT&T": "at-t",
    "24/7": "24-7",
    "Node.js": "node-js",
    "Céu & mar": "ceu-mar",
    "#MeToo": "metoo",
    "Lehrer*innen": "lehrer-innen",
    "**LIVE** now": "live-now",
    "Foo™ ®": "foo",
    "m²": "m2",
}

APART = [
    ["C", "C++", "C#", "C*", "C+"],
    ["A", "A+", "A-", "A*"],
    ["1", "+1", "-1", "1 %", "1 ‰", "$1", "€1", "£1", "1°", "1️⃣"],
    ["100", "100 %"],
    ["🔥", "🎉", "👍", "👍🏽", "❤", "💔", "\U0001fae8"],
    ["🇩🇪", "🇫🇷", "DE", "FR", ENGLAND, SCOTLAND, "\U0001f3f4"],
    ["Team 🔴", "Team 🔵", "Team"],
    ["★★★", "★★★★", "★★★☆"],
    ["!!!", "!!", "?", "…", "#", "&", "→", "←"],
    ["Выборы 2026", "Олимпиада 2026", "2026"],
    ["война", "воина"],
    ["x" * 99 + "a" * 50, "x" * 99 + "b" * 50],
    ["中" * 99 + "甲", "中" * 99 + "乙"],
]


def _can_be_a_tags_slug(text: str) -> bool:
    return fits(text, MAX_TAG_SLUG_LENGTH) and is_folded(text)


@pytest.mark.parametrize(("text", "slug"), WORDS.items())
def test_letters_are_folded_as_newsrooms_of_their_language_write_addresses(text: str, slug: str) -> None:
    assert slug_from_label(text) == slug
    assert slug_from_title(text, tail="X4K2") == f"{slug}-x4k2"
    for form in ("NFC", "NFD"):
        assert slug_from_label(unicodedata.normalize(form, text)) == slug


@pytest.mark.parametrize("labels", APART, ids=lambda labels: labels[0][:8])
def test_what_tells_names_apart_tells_slugs_apart(labels: list[str]) -> None:
    slugs = [slug_from_label(label) for label in labels]
    assert len(set(slugs)) == len(labels), slugs
    assert all(map(_can_be_a_tags_slug, slugs))


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("100 %", "100-percent"),
        ("+1", "plus-1"),
        ("30 °C", "30-degree-c"),
        ("4×100 m", "4x100-m"),
        ("🔥", "fire"),
        ("🇩🇪", "flag-de"),
        (ENGLAND, "flag-gbeng"),
        ("!", "exclamation-mark"),
        ("❤️", "heavy-black-heart"),
        ("\u00ad", "tag-b1fce4"),
    ],
)
def test_symbols_have_names(label: str, slug: str) -> None:
    assert slug_from_label(label) == slug


@given(st.text(min_size=1, max_size=100))
def test_every_label_has_a_slug_and_its_spellings_have_the_same(label: str) -> None:
    slug = slug_from_label(label)
    assert _can_be_a_tags_slug(slug)
    assert {slug_from_label(unicodedata.normalize(form, label)) for form in ("NFC", "NFD")} == {slug}
    assert {canonical_slug(unicodedata.normalize(form, slug)) for form in ("NFC", "NFD")} == {slug}


@given(st.text(max_size=300))
def test_every_title_has_a_slug(title: str) -> None:
    slug = slug_from_title(title, tail="X4k2")
    assert is_slug(slug)
    assert slug.endswith("-x4k2")
    assert story_ref(slug) == slug


def test_every_letter_there_is_folds_to_one_and_so_does_its_capital() -> None:
    letters = [sign for sign in map(chr, range(0x21, sys.maxunicode)) if sign.isalnum()]
    assert len(letters) > 100_000
    assert [sign for sign in letters if canonical_slug(canonical_slug(sign)) != canonical_slug(sign)] == []
    shown = [sign for sign in letters if is_folded(canonical_slug(sign))]
    assert [sign for sign in shown if canonical_slug(sign.upper()) != canonical_slug(sign)] == []
    assert len(shown) > 0.99 * len(letters)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Élection night: 21h!", "election-night-21h-x4k2"),
        ("投票", "投票-x4k2"),
        ("🔴 LIVE: Wahl", "live-wahl-x4k2"),
        ("🔥🔥", "story-x4k2"),
        ("!!!", "story-x4k2"),
        ("a " * 60, "-".join("a" * 40) + "-x4k2"),
        ("中" * 300, "中" * 35 + "-x4k2"),
        ("क्षि" * 100, "क्षि" * 8 + "-x4k2"),
        ("Отставка " * 30, "-".join(["отставка"] * 6) + "-x4k2"),
        ("word " * 15 + "Donaudampfschifffahrt", "-".join(["word"] * 15) + "-x4k2"),
    ],
)
def test_a_slug_is_made_of_the_titles_words_and_a_random_tail(title: str, slug: str) -> None:
    assert slug_from_title(title, tail="X4K2") == slug
    assert is_slug(slug)


@pytest.mark.parametrize("sign", ["a", "ж", "中", "𠀀", "ก", "क्षि", "각", "أَ"])
def test_no_slug_is_longer_than_it_may_be_in_letters_and_in_an_address(sign: str) -> None:
    label, story = slug_from_label(sign * 400), slug_from_title(sign * 400, tail="x4k2zz")
    assert len(label) <= MAX_TAG_SLUG_LENGTH
    assert len(story) <= MAX_SLUG_LENGTH
    assert max(len(quote(label)), len(quote(story))) <= MAX_SLUG_ADDRESS_LENGTH
    assert story.removesuffix("-x4k2zz") == sign * (story.count(sign[0]))


@pytest.mark.parametrize(
    "ref", [STORY, "a", "election-night-2026", "a" * 120, "größe", "GRÖSSE", "A", "выборы", "東京"]
)
def test_an_id_and_a_slug_in_any_spelling_can_name_a_story(ref: str) -> None:
    assert story_ref(ref) == (ref if ref == STORY else canonical_slug(ref))


@pytest.mark.parametrize(
    "ref",
    ["", "a b", "a/b", "\0", "ä b", "ä!", "-ä", "ä--b", STORY.upper(), "a" * 121, "ж" * 81, STORY.replace("-", ""),
     "ä" * 401, "\u0301", "\ud800"],
)  # fmt: skip
def test_other_texts_name_no_story(ref: str) -> None:
    assert story_ref(ref) is None


@pytest.mark.parametrize(
    ("spelling", "slug"),
    [
        ("GRÖSSE-Straße", "grosse-strasse"),
        ("gro\u0308\u00dfe-stra\u00dfe", "grosse-strasse"),
        ("Election-Night", "election-night"),
        ("ВЫБОРЫ-В-РОССИЙ", "выборы-в-россий"),
        (unicodedata.normalize("NFD", "선거-россий"), "선거-россий"),
        ("οδοσ", "οδος"),
        ("ＡＢＣ-١", "abc-1"),
        (STORY.upper(), STORY.upper()),
        (re.sub("[0-9]", lambda digit: chr(ord(digit[0]) + 0xFEE0), STORY),) * 2,
        ("election\u200b", "election\u200b"),
        ("می\u200cخواهم", "می-خواهم"),
        ("no slug!", "no slug!"),
        ("Kein Wörtchen", "Kein Wörtchen"),
    ],
)
def test_every_spelling_of_a_slug_is_that_slug(spelling: str, slug: str) -> None:
    assert canonical_slug(spelling) == slug


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("election-night-x4k2", True),
        ("a" * MAX_SLUG_LENGTH, True),
        ("a" * (MAX_SLUG_LENGTH + 1), False),
        ("ж" * 80, True),
        ("ж" * 81, False),
        ("выборы-2026", True),
        ("चुनाव-नतीजे", True),
        ("ভোট", True),
        ("größe", False),
        ("Выборы", False),
        ("выборы-в-россии\u0306", False),
        ("٢٠٢٦", False),
        ("", False),
        ("Election", False),
        ("-a", False),
        ("a--b", False),
        ("ж-", False),
        ("a1b2c3d4-0000-1000-8000-000000000000", False),
        ("a1b2c3d4000010008000000000000000", False),
    ],
)
def test_a_slug_is_folded_words_with_hyphens_and_no_uuid(text: str, valid: bool) -> None:
    assert is_slug(text) is valid


@pytest.mark.parametrize(
    "word", ["polls", "größe", "gro\u0308ße", "выборы", "東京", "चुनाव", "می\u200cخواهم", "3D", "第1回"]
)
def test_a_word_of_any_script_can_be_a_tag(word: str) -> None:
    assert is_tag_word(word)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "1",
        "２０２６",
        "٢٠٢٦",
        "-a",
        "_a",
        "a.",
        "東京。",
        "القدس،",
        "चुनाव।",
        "C++",
        "a#b",
        "ab\u200c",
        "a\u3164",
        "\u0301a",
        "🔥",
    ],
)
def test_numbers_and_what_has_other_signs_cannot(word: str) -> None:
    assert not is_tag_word(word)


PIECES = (
    *ANYWHERE,
    "ß",
    "Й",
    "中-",
    "क्ष",
    "ع\u200c",
    "\u05b0\u05b7\u05bc",
    "\u3099",
    "🇩🇪",
    ENGLAND,
    "+",
    "*",
    "ｶﾞ",
    "σ",
    "ㅋ",
    "\u0e4d\u0e32",
)


def test_slugs_are_made_in_time_that_grows_with_the_text() -> None:
    assert faults(slug_from_label, single_pieces(PIECES)) == []
    assert (
        faults(
            lambda text: (slug_from_title(text, tail="a"), story_ref(text), is_tag_word(text)), single_pieces(PIECES)
        )
        == []
    )
