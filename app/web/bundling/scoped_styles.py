"""The style sheet of the reader's page in the form for pages of others: it reaches nothing outside of `.liveblog`.

Made of the page's own, so that both look the same. Its custom properties are the page's with `--liveblog-` in front,
which the other page may set; light and dark are as that page is (`color-scheme`), not as the reader's system is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_ROOT = ".liveblog"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NESTING = ("@media", "@supports", "@container", "@layer")
_ELSEWHERE = re.compile(
    r"(?:^|[\s>(,])(?:main|form)\b|\.masthead|\.list\b|\.stories|\.receipt|comment|\.who\b|\.answer|\.order|\.hint"
    r"|\.sending|\.said\b|\.replies|\.of-entry|data-replies"
)
"""Selectors of what stands on pages of ours alone: lists, replies, receipts."""
_WHOLE = re.compile(r"^:is\([^()]*\blive-blog\) ")
"""What begins with any page's whole, the element among them: that is what the root is inside of."""


class _Rule(NamedTuple):
    prelude: str
    body: str


def scope_styles(css: str) -> str:
    """Return the page's style sheet as that of `.liveblog`."""
    rules = list(_rules(_COMMENT.sub("", css)))
    light, dark = _palettes(rules)
    scoped = "\n".join(filter(None, (_scoped(rule) for rule in rules)))
    for name in re.findall(r"@keyframes ([\w-]+)", scoped):
        scoped = re.sub(rf"(@keyframes |animation: ){name}\b", rf"\g<1>liveblog-{name}", scoped)
    return f"{_palette(light, dark)}\n{scoped}\n"


def _palettes(rules: list[_Rule]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the custom properties in the light and in the dark: of one that is set twice the later counts in both."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for rule in rules:
        if rule.prelude == ":root":
            light |= (found := _properties(rule))
            dark = {name: found.get(name, value) for name, value in dark.items()}
        elif "prefers-color-scheme: dark" in rule.prelude:
            for inside in _rules(rule.body):
                dark |= _properties(inside) if inside.prelude == ":root" else {}
    return light, dark


def _palette(light: dict[str, str], dark: dict[str, str]) -> str:
    """Return the custom properties, each as the other page sets it, or else as ours has it."""
    plain = " ".join(f"--{name}: var(--liveblog-{name}, {value});" for name, value in light.items())
    both = " ".join(
        f"--{name}: var(--liveblog-{name}, light-dark({light[name]}, {value}));"
        for name, value in dark.items()
        if name in light
    )
    return f"{_ROOT} {{ {plain} }}\n@supports (color: light-dark(#000, #fff)) {{ {_ROOT} {{ {both} }} }}"


def _properties(rule: _Rule) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", rule.body))


def _scoped(rule: _Rule) -> str:
    if rule.prelude == ":root" or "prefers-color-scheme: dark" in rule.prelude:
        return ""
    if rule.prelude.startswith(_NESTING):
        inside = " ".join(filter(None, (_inside(each) for each in _rules(rule.body))))
        return f"{rule.prelude} {{ {inside} }}" if inside else ""
    if rule.prelude.startswith("@"):
        return f"{rule.prelude} {{{rule.body}}}"
    return _inside(rule)


def _inside(rule: _Rule) -> str:
    selectors = [_led(each) for each in _selectors(rule.prelude) if not _ELSEWHERE.search(each)]
    body = " ".join(rule.body.split())
    return f"{', '.join(selectors)} {{ {body} }}" if selectors else ""


def _led(selector: str) -> str:
    """Return a selector of what is within; of the whole where it is the page's."""
    named = re.sub(r"#([\w-]+)", r'[part="\1"]', _WHOLE.sub("", selector))
    if named == ":root" or re.match(r"body\b", named):
        return _ROOT + named.removeprefix(":root").removeprefix("body")
    if named == "live-blog":
        return named
    return f"{_ROOT}, {_ROOT} *" if named == "*" else f"{_ROOT} {named}"


def _selectors(prelude: str) -> list[str]:
    """Split a list of selectors at its own commas, not at those in brackets."""
    parts, depth = [""], 0
    for sign in prelude:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _rules(css: str) -> Iterator[_Rule]:
    """Split a style sheet into its outermost rules."""
    prelude, start, depth = "", 0, 0
    for found in re.finditer(r"""[{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", css):
        if found[0] == "{":
            if depth == 0:
                prelude, start = css[start : found.start()].strip(), found.end()
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if depth == 0:
                yield _Rule(prelude, css[start : found.start()])
                start = found.end()
