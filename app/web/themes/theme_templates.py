"""The templates of readers' pages, ours and a theme's in front of them: a theme's run in Jinja's sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, PrefixLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

OURS = "ours/"
"""Before the name of a template: ours, whatever the theme has under that name."""

_TEMPLATES = Path(__file__).parents[1] / "templates"
PAGES_WITHOUT_THEME = frozenset({"newsroom.html", "preview.html", "docs.html", "messages.html", "demo.html"})
"""Pages for those who write and program, which no theme draws."""


@cache
def names_of_ours() -> frozenset[str]:
    """Return the names that a theme may override."""
    return frozenset(path.name for path in _TEMPLATES.glob("*.html")) - PAGES_WITHOUT_THEME


def make_environment(filters: Mapping[str, Any], overridden: Mapping[str, str] | None = None) -> Environment:
    """Make the environment of our templates, with a theme's in front where it has any."""
    ours = FileSystemLoader(_TEMPLATES)
    made: Environment
    if not overridden:
        made = Environment(loader=ours, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    else:
        loader = ChoiceLoader([DictLoader(overridden), ours, PrefixLoader({OURS.rstrip("/"): ours})])
        made = ImmutableSandboxedEnvironment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters |= filters
    return made
