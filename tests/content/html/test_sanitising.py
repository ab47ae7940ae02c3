"""The last gate, alone."""

from __future__ import annotations

from app.content.html.sanitising import sanitise
from tests.content import attacks
from tests.content.oracle import violations


def test_the_gate_alone_leaves_only_allowed_tags_attributes_and_schemes() -> None:
    for payload in attacks.MARKUP:
        found = [finding for finding in violations(sanitise(payload)) if " inside " not in finding]
        assert found == [], payload


def test_every_link_is_given_its_relation() -> None:
    assert sanitise('<a href="tel:1" rel="x">a</a>') == '<a href="tel:1" rel="noopener">a</a>'


def test_a_non_breaking_space_stays_the_character_it_is() -> None:
    assert sanitise("a\u00a0b &amp;nbsp;") == "a\u00a0b &amp;nbsp;"
    assert sanitise("a&nbsp;b\u00a0\uf8d5") == "a\u00a0b\u00a0\uf8d5"
    assert sanitise('<a href="http://e.org/" title="\u00a0x\uf8d5">\u00a0</a>').count("\u00a0") == 2


def test_only_our_own_classes_are_left() -> None:
    assert sanitise('<figure class="lb-embed x"></figure>') == '<figure class="lb-embed"></figure>'
