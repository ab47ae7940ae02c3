"""The check of a theme's style sheet: rules, and no address but that of the theme's own logo."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|url\(\s*["']?(?P<url>[^"')]*)["']?\s*\)"""
    r"""|(?P<lead>@(?:import|charset|namespace)\b|\b(?:url|src|image-set|-webkit-image-set|image)\(|</|\\)|(?P<brace>[{}])""",
    re.DOTALL | re.IGNORECASE,
)


def find_fault(style: str, *, logo: str | None) -> tuple[int, str] | None:
    """Find the first thing that a theme's style sheet may not hold: its line and what it is; None for nothing.

    `logo` is the name of the one file that it may show.
    """
    opened: list[int] = []
    for found in _TOKEN.finditer(style):
        line = style.count("\n", 0, found.start()) + 1
        if (address := found["url"]) is not None and address.strip() != logo:
            return line, "url() may name the theme's own logo alone: pages load nothing from elsewhere"
        if lead := found["lead"]:
            return line, f"{lead} is not allowed in a theme: pages load nothing from elsewhere"
        if found["brace"] == "{":
            opened.append(line)
        elif found["brace"] == "}" and not opened:
            return line, "} closes nothing"
        elif found["brace"] == "}":
            opened.pop()
    return (opened[-1], "{ is never closed") if opened else None
