"""The last gate, alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.content.html.sanitising import sanitise
from tests.content import attacks
from tests.content.oracle import violations


def test_the_gate_alone_leaves_only_allowed_tags_attributes_and_schemes() -> None:
    for payload in attacks.MARKUP:
        found = [finding for finding in violations(sanitise(payload)) if " inside " not in finding]
        assert found == [], payload


def test_every_link_is_given_its_relation() -> None:
    assert sanitise('<a href="tel:1" rel="x">a</a>') == '<a href="tel:1" rel="noopener">a</a>'


def test_a_placeholder_is_a_colour_or_nothing() -> None:
    kept = sanitise('<img src="https://e.org/a.jpg" alt="" data-placeholder="#0a1b2c">')
    assert 'data-placeholder="#0a1b2c"' in kept
    for value in ("url(https://e.org)", "#0a1b2c;", "#0A1B2", "red", ""):
        assert "placeholder" not in sanitise(f'<img src="https://e.org/a.jpg" alt="" data-placeholder="{value}">')


def test_a_non_breaking_space_stays_the_character_it_is() -> None:
    assert sanitise("a\u00a0b &amp;nbsp;") == "a\u00a0b &amp;nbsp;"
    assert sanitise("a&nbsp;b\u00a0\uf8d5") == "a\u00a0b\u00a0\uf8d5"
    assert sanitise('<a href="http://e.org/" title="\u00a0x\uf8d5">\u00a0</a>').count("\u00a0") == 2


_PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<b>",
            "</",
            "<",
            ">",
            "x",
            '"',
            "&",
            "&amp",
            "&am",
            "p;",
            "&amp;",
            "&amp;#",
            "&amp;lt;",
            "&lt;",
        ),
        *("\u00a0", "&nbsp;", "<&amp;", "&amp;>", "<script>&amp;</script>", "<!--&amp;-->", "&amp;amp;", "&lt;"),
        '<a href="https://e.org/?a&amp;b=c&amp;lt;d">x</a>',
        *('<a href="https://e&amp;.org/">y</a>', '<a href="java&amp;script:x">z</a>', '<a href="&amp;">z</a>'),
        *('<a href="https://\u00a0e.org/x">z</a>', "<a title=&amp; href=https://e.org/&amp;>v</a>"),
        '<img src="https://e.org/a?b&amp;c" alt="a &amp; > b\u00a0c">',
        *('<ol start="&amp;1">', '<p class="lb-retraction &amp;">', '<span lang="a&amp;b">q</span>'),
    ]
)


@given(st.lists(_PIECES, max_size=8).map("".join))
def test_letters_that_stand_for_others_change_nothing(html: str) -> None:
    # A text that has the letters already is read without them.
    slowly = sanitise(f"\uf8d5\uf8d6<br>{html}")
    assert slowly == "\uf8d5\uf8d6<br>" + sanitise(f"<br>{html}").removeprefix("<br>")


def test_only_our_own_classes_are_left() -> None:
    assert sanitise('<figure class="lb-embed x"></figure>') == '<figure class="lb-embed"></figure>'
