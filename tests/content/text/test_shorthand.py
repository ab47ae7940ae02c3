"""Shorthand: taken where it stands for something and in its place, and nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.text.shorthand import Shorthand, read_shorthand

ADA = {"name": "Ada Reporter"}
SIGNS = [
    "#polls", "#Oslo", "#выборы", "#größe", "#東京", "#चुनाव", "#انتخابات",
    "/key", "/breaking", "/major", "/pin", "@ada",
]  # fmt: skip
NOT_SIGNS = [
    "#1", "#", "##", "#2026", "# Title", "C#", "F#", "a#b", "#polls.", "#polls,", "(#polls)",
    "#выборы.", "#東京。", "#东京，", "（#東京）", "「#東京」", "#東京、#大阪", "発表。#東京", "#東京！",
    "#القدس،", "#القدس؟", "#चुनाव।",
    "#ირჩევნები…",     "#ընտրություն։", "#ምርጫ።", "#เลือกตั้ง๚", "«#выборы»", "#выборы»", "#２０２６", "#٢٠٢٦", "＃", "＃1",
    "#🔥", "#C++", "#ab\u200c",
    "#polls\u3164",
    "/", "//", "/unknown", "/keys", "/key.", "and/or", "/breaking!", "1/2", "/key/pin", "@", "@nobody", "@ada.",
    "ada@example.com", "@ada@example.com", "https://example.com/#polls", "https://example.com/key", "#polls#oslo",
    "[[block:abc]]", "*#polls*", "“#polls”", "\\", "\\x", "\\#", "\\#1", "\\/unknown", "\\@nobody",
]  # fmt: skip
WORDS = ["Polls", "have", "closed.", "—", "“Eight,”", "🙂", "שלום", "東京"]
BLANKS = st.sampled_from([" ", "  ", "\t", "\n", "\n\n", "\r\n", "\r", "\u00a0", " \n "])


def find_author(name: str) -> dict[str, str] | None:
    return ADA if name.lower() == "ada" else None


def read(text: str) -> Shorthand:
    return read_shorthand(text, find_author=find_author)


def joined(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts of those words with any blanks between, before and after."""
    pieces = st.lists(st.tuples(BLANKS, words), max_size=30)
    return st.tuples(pieces, st.sampled_from(["", " ", "\n"])).map(
        lambda made: "".join(blank + word for blank, word in made[0]) + made[1]
    )


@given(joined(st.sampled_from(NOT_SIGNS + WORDS)))
def test_a_text_without_shorthand_is_given_back_to_the_letter(text: str) -> None:
    assert read(text) == Shorthand(text)


@given(st.text().filter(lambda text: not any(word.lstrip("\\")[:1] in {"#", "/", "@"} for word in text.split())))
def test_so_is_any_text_in_which_no_word_begins_with_a_sign(text: str) -> None:
    assert read(text) == Shorthand(text)


@pytest.mark.parametrize("word", NOT_SIGNS)
def test_what_is_not_understood_stays_wherever_it_stands(word: str) -> None:
    for text in (word, f"{word} and more", f"More and {word}", f"One\n{word}\nTwo", f"One\n\n{word}\n"):
        assert read(text) == Shorthand(text)


@given(joined(st.sampled_from(SIGNS + WORDS + NOT_SIGNS)))
def test_only_shorthand_is_taken_and_what_is_taken_is_told(text: str) -> None:
    found = read(text)
    rest, taken = found.text.split(), []
    for word in text.split():
        if rest and rest[0] in {word, word.removeprefix("\\")}:
            rest.pop(0)
        else:
            taken.append(word)
    assert rest == []
    assert set(taken) <= set(SIGNS)
    told = {f"#{tag['label']}" for tag in found.tags} | {f"/{name}" for name in found.commands}
    assert told | ({"@ada"} if found.authors else set()) == set(taken)


@given(joined(st.sampled_from(SIGNS)))
def test_a_text_of_nothing_but_shorthand_is_empty_afterwards(text: str) -> None:
    assert read(text).text == "" or read(text) == Shorthand(text)
    assert read(text).text.strip() == ""


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("/breaking #polls Polls have closed.", "Polls have closed."),
        ("Polls have closed. #polls /breaking", "Polls have closed."),
        ("/breaking Polls have closed.  #polls ", "Polls have closed."),
        ("/breaking #polls\nPolls have closed.", "Polls have closed."),
        ("Polls have closed.\n\n#polls /breaking", "Polls have closed."),
        ("Polls have closed.\r\n\r\n/breaking\r\n#polls\r\n", "Polls have closed."),
        ("One.\n#polls\nTwo. /breaking", "One.\nTwo."),
        ("/breaking One.\n\n#polls\n\nTwo.", "One.\n\n\nTwo."),
        ("  /breaking   #polls   One.", "One."),
    ],
)
def test_shorthand_stands_at_the_beginning_at_the_end_or_on_a_line_of_its_own(text: str, rest: str) -> None:
    found = read(text)
    assert found == Shorthand(rest, ({"slug": "polls", "label": "polls"},), ("breaking",))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("/unknown #polls Closed. @ada", "/unknown #polls Closed."),
        ("The #polls have closed.\n\nSo has the /pin. @ada", "The #polls have closed.\n\nSo has the /pin."),
        ("One #polls\nTwo #polls\nThree @ada", "One #polls\nTwo #polls\nThree"),
        ("#polls and\n#1 #polls\nmore @ada", "and\n#1 #polls\nmore"),
        ("# Title\n\nText. @ada", "# Title\n\nText."),
    ],
)
def test_elsewhere_it_is_text(text: str, rest: str) -> None:
    found = read(text)
    assert (found.text, found.authors) == (rest, (ADA,))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (r"\#polls are trending.", "#polls are trending."),
        (r"What trends is \#polls", "What trends is #polls"),
        (r"\#polls", "#polls"),
        (r"\#polls \/key \@ada", "#polls /key @ada"),
        ("One\n\\#polls\nTwo", "One\n#polls\nTwo"),
        ("One\n\\#polls \\/key\nTwo", "One\n#polls /key\nTwo"),
        (r"the \#polls tag is used", r"the \#polls tag is used"),
        ("One \\#polls two\n\nthree", "One \\#polls two\n\nthree"),
    ],
)
def test_a_backslash_keeps_a_word_that_would_be_taken_and_is_taken_itself(text: str, rest: str) -> None:
    assert read(text) == Shorthand(rest)


def test_a_word_that_was_kept_ends_what_is_taken() -> None:
    assert read(r"#polls \#oslo #rain Wet.") == Shorthand("#oslo #rain Wet.", ({"slug": "polls", "label": "polls"},))


@pytest.mark.parametrize(
    ("word", "slug", "label"),
    [
        ("#WorldCup", "worldcup", "WorldCup"),
        ("#world_cup", "world-cup", "world cup"),
        ("#world-cup-26", "world-cup-26", "world-cup-26"),
        ("#Ålesund", "alesund", "Ålesund"),
        ("#Tromsø", "tromso", "Tromsø"),
        ("#3D", "3d", "3D"),
        ("#Fußball", "fussball", "Fußball"),
        ("#größe", "grosse", "größe"),
        ("#gro\u0308ße", "grosse", "gro\u0308ße"),
        ("#выборы_2026", "выборы-2026", "выборы 2026"),
        ("#東京", "東京", "東京"),
        ("＃東京", "東京", "東京"),
        ("#चुनाव", "चुनाव", "चुनाव"),
        ("#เลือกตั้ง", "เลือกตั้ง", "เลือกตั้ง"),
        ("#می\u200cخواهم", "می-خواهم", "می\u200cخواهم"),
        ("#بحيرة", "بحيرة", "بحيرة"),
    ],
)
def test_a_tag_is_filed_under_what_can_stand_in_an_address_and_shown_as_it_was_typed(
    word: str, slug: str, label: str
) -> None:
    assert read(f"Text. {word}").tags == ({"slug": slug, "label": label},)


def test_each_sign_is_told_once_and_commands_whatever_their_case() -> None:
    found = read("/Breaking /breaking #polls #polls @Ada @ada Text. /PIN /key /major")
    assert found == Shorthand(
        "Text.", ({"slug": "polls", "label": "polls"},), ("breaking", "pin", "key", "major"), (ADA,)
    )


def test_a_name_is_looked_up_once_however_often_it_stands() -> None:
    asked: list[str] = []
    read_shorthand("@nobody " * 50_000 + "@else", find_author=asked.append)
    assert sorted(asked) == ["else", "nobody"]


def test_a_soft_hyphen_is_no_part_of_a_word() -> None:
    found = read("/bre\u00adaking #Bundestags\u00adwahl @a\u00adda Die Bundestags\u00adwahl")
    assert found == Shorthand(
        "Die Bundestags\u00adwahl",
        tags=({"slug": "bundestagswahl", "label": "Bundestagswahl"},),
        commands=("breaking",),
        authors=(ADA,),
    )


def test_lines_of_code_are_no_shorthand() -> None:
    text = "Look:\n```c\n#if\n/key\n#endif\n```\nThat."
    assert read(f"{text} #polls").text == text
    assert read("```\n#polls").text == "```"  # never closed, and so no code
