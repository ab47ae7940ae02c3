"""Bare web addresses in a text of any script: where they end."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content import complete_blocks, dropped_blocks, parse_markdown, render_markdown
from app.content.addresses import lone_address
from app.content.markdown.inline import InlineMarkdown
from tests.content.oracle import counted_ids

CLOSING_SIGNS = {
    "English": "” ’ … — ) ] . , ; : ! ? ' \" … ›",
    "French": "» › … ‽",
    "German": "“ ‘ »",
    "Greek": "; · »",
    "Hebrew": "׃ ” ׀",
    "Arabic": "، ؛ ؟ ﴿ »",
    "Urdu": "۔ ، ؟",
    "Syriac": "܂ ܃ ܀",
    "N'Ko": "߸ ߹",
    "Armenian": "։ ՝ ՞ ՜ »",
    "Georgian": "჻",
    "Hindi": "। ॥",
    "Sinhala": "෴",
    "Thai": "๚ ๛ ” )",
    "Tibetan": "། ༎ ༽",
    "Burmese": "၊ ။",
    "Khmer": "។ ៕ ៖ ៚",
    "Ethiopic": "። ፣ ፤ ፥ ፦ ፧ ፨",
    "Mongolian": "᠂ ᠃ ᠄",
    "Chinese": "。 ， 、 ； ： ！ ？ ” ’ 》 〉 ） 】 』 」 〕 〗 …… —— ～",
    "Japanese": "。 、 」 』 】 〕 〉 》 ） ］ ｝ ！ ？ ： ； … ‥ 〜 ｡ ､ ｣",
    "Korean": "。 ” ’ 」 』 ） ! ?",
    "unseen": "\u200b \u200e \u200f \u202c \u2069 \u2060 \ufeff \u3000",
}
"""Signs that end a sentence, a clause, a quotation or a bracket, by script; a blank follows only in some of them."""

FOLLOWING = ["", " and", "\n", "次の文。", " ثم", "ถัดไป", "다음", "Next"]


@pytest.mark.parametrize("script", CLOSING_SIGNS)
@pytest.mark.parametrize("following", FOLLOWING)
def test_a_bare_address_ends_before_what_closes_the_text_around_it(script: str, following: str) -> None:
    for sign in CLOSING_SIGNS[script].split(" "):
        for address in (
            "https://example.com/foo",
            "https://example.com",
            "https://例え.テスト/道?q=1",
            "http://x.com/a_",
        ):
            goes_on = f" {following}" if sign.isascii() or sign in "’‘·" else following
            html = InlineMarkdown().html(f"a {address}{sign}{goes_on}")
            assert re.findall('href="([^"]*)"', html) == [address], (sign, following)
            assert sign.strip() in unescape(html.partition("</a>")[2])


def test_every_closing_bracket_and_quotation_mark_of_unicode_ends_an_address() -> None:
    marks = [sign for sign in map(chr, range(0x80, 0x10000)) if unicodedata.category(sign) in {"Ps", "Pe", "Pi", "Pf"}]
    kept = [sign for sign in marks if f"https://e.org/a{sign}b</a>" in InlineMarkdown().html(f"https://e.org/a{sign}b")]
    assert kept == ["‘", "’", "‛"]  # an apostrophe is a letter in French


@pytest.mark.parametrize(
    "address", ["https://e.org/L’Équipe", "https://ja.e.org/ジョン・レノン", "https://he.e.org/בית־ספר"]
)
def test_signs_within_words_are_part_of_an_address(address: str) -> None:
    assert f'href="{address}"' in InlineMarkdown().html(f"a {address} b")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("{} for", "<a>{}</a> for"),
        ("_{}_", "<em><a>{}</a></em>"),
        ("__{}__.", "<strong><a>{}</a></strong>."),
        ("_a_ {}", "<em>a</em> <a>{}</a>"),
        ("**{}**", "<strong><a>{}</a></strong>"),
        ("**{}**に", "<strong><a>{}</a></strong>に"),
        ("~~{}~~", "<s><a>{}</a></s>"),
        ("{}*", "<a>{}</a>*"),
    ],
)
@pytest.mark.parametrize(
    "address", ["https://x.com/ada_", "https://x.com/_ada", "https://e.org/~", "https://e.org/a__b"]
)
def test_marks_at_the_end_of_an_address_are_its_own_unless_they_end_emphasis(
    address: str, text: str, html: str
) -> None:
    written = InlineMarkdown().html(text.replace("{}", address))
    assert re.sub("<a [^>]*>", "<a>", written) == html.replace("{}", address)


paths = st.text(st.sampled_from("abcXYZ019/_-~%=&+@é中ب"), min_size=1, max_size=20)


@given(
    paths, st.sampled_from([sign for signs in CLOSING_SIGNS.values() for sign in signs.split() if not sign.isascii()])
)
def test_no_address_swallows_a_closing_sign(path: str, sign: str) -> None:
    html = InlineMarkdown().html(f"x https://e.org/{path}{sign}中")
    (found,) = re.findall('href="([^"]*)"', html)
    assert sign not in found or sign in "’‘·"
    assert found.startswith("https://e.org/")


@pytest.mark.parametrize("line", ["https://e.org/x。", "https://e.org/x」", "https://e.org/a؟"])
def test_an_address_with_a_closing_sign_is_no_lone_address(line: str) -> None:
    assert lone_address(line) is None
    (block,) = parse_markdown(line, new_id=counted_ids())
    assert block["type"] == "paragraph"
    assert f'href="{line[:-1]}"' in block["html"]


def test_a_card_whose_address_no_line_can_have_stands_as_a_mention() -> None:
    url = "https://e.org/「x」"
    blocks = complete_blocks([{"type": "link_card", "url": url}], new_id=counted_ids())
    assert render_markdown(blocks) == ("[[block:b1]]", True)
    assert dropped_blocks("[[block:b1]]", blocks) == []
