"""The style sheet for pages of others, made of the reader's page's own."""

from __future__ import annotations

import re

from app.web.assets import Assets
from app.web.bundling.scoped_styles import scope_styles

CSS = """
:root { color-scheme: light dark; --paper: #fff; --serif: Georgia, serif; }
@media (prefers-color-scheme: dark) { :root { --paper: #111; } }
/* a { color: red; } */
body { margin: 0; }
a:is(.b, .c), #timeline > p { color: var(--paper); }
.masthead a, .entry h2 { margin: 0; }
:is(#story, #preview, live-blog) .lb-embed[data-frame] { position: relative; }
main { padding: 1rem; }
@media print { .fresh, form button { display: none; } }
.is-new { animation: arrive 3s ease-out; }
@keyframes arrive { from { opacity: 0; } }
"""


def test_every_rule_is_led_into_the_element_and_what_is_of_our_pages_alone_is_left_out() -> None:
    assert scope_styles(CSS).splitlines() == [
        ".liveblog { --paper: var(--liveblog-paper, #fff); --serif: var(--liveblog-serif, Georgia, serif); }",
        "@supports (color: light-dark(#000, #fff)) "
        "{ .liveblog { --paper: var(--liveblog-paper, light-dark(#fff, #111)); } }",
        ".liveblog { margin: 0; }",
        '.liveblog a:is(.b, .c), .liveblog [part="timeline"] > p { color: var(--paper); }',
        ".liveblog .entry h2 { margin: 0; }",
        ".liveblog .lb-embed[data-frame] { position: relative; }",
        "@media print { .liveblog .fresh { display: none; } }",
        ".liveblog .is-new { animation: liveblog-arrive 3s ease-out; }",
        "@keyframes liveblog-arrive { from { opacity: 0; } }",
    ]


def test_no_rule_of_the_real_one_reaches_the_page_around_it() -> None:
    asset, _ = Assets().find("live-blog.css")
    assert asset is not None
    css = asset.content.decode()
    without_names = re.sub(r"@keyframes liveblog-[\w-]+ \{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
    preludes = [each.strip() for each in re.findall(r"([^{};]+)\{", without_names)]
    rules = [each for each in preludes if not each.startswith("@")]
    assert len(rules) > 80
    for rule in rules:
        parts = re.split(r",(?![^()]*\))", rule)
        assert all(part.strip().startswith(".liveblog") for part in parts) or rule == "live-blog", rule
    assert "@import" not in css
    assert "@font-face" not in css
