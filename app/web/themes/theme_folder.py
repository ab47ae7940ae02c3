"""An operator's folder of themes, read and checked as a whole at start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import TemplateSyntaxError, nodes

from app.web.rendering import FILTERS
from app.web.themes.logo_size import read_logo_size
from app.web.themes.theme_style import find_fault
from app.web.themes.theme_templates import OURS, make_environment, names_of_ours
from app.web.themes.themes import PLAIN, Logo, Theme, Themes

MAX_STYLE_BYTES = 65_536
MAX_LOGO_BYTES = 204_800
MAX_TEMPLATE_BYTES = 65_536
_NAME = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
_LOGOS = (".svg", ".png", ".webp")


class UnusableTheme(Exception):
    """A theme that cannot be used. The message is one sentence, with the file and where it can the line."""


def read_themes(folder: Path, *, default: str = "") -> Themes:
    """Read every theme in a folder; `default` is the name of the server's own, if it has one. Raises UnusableTheme."""
    try:
        found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        themes = {path.name: _read_theme(path) for path in found if path.is_dir()}
    except OSError as error:
        raise UnusableTheme(f"{error.filename or folder} cannot be read: {error.strerror}") from None
    if default and default not in themes:
        there = ", ".join(themes) or "none"
        raise UnusableTheme(f"{folder / default} is no theme; those there are: {there}")
    return Themes(themes, default=themes[default] if default else PLAIN)


def _read_theme(folder: Path) -> Theme:
    if not _NAME.fullmatch(folder.name):
        raise UnusableTheme(f"{folder} is no name of a theme, like harbour: letters, digits, - and _ between them")
    logo = _read_logo(folder)
    style = folder / "theme.css"
    text = _read_text(style, MAX_STYLE_BYTES) if style.exists() else None
    if text is not None and (fault := find_fault(text, logo=None if logo is None else f"logo{logo.suffix}")):
        raise UnusableTheme(f"{style}, line {fault[0]}: {fault[1]}")
    return Theme(folder.name, text, logo, _read_templates(folder / "templates"))


def _read_logo(folder: Path) -> Logo | None:
    paths = [path for suffix in _LOGOS if (path := folder / f"logo{suffix}").exists()]
    if len(paths) > 1:
        raise UnusableTheme(f"{paths[1]} is a second logo beside {paths[0].name}; keep one")
    if not paths:
        return None
    content = _read(paths[0], MAX_LOGO_BYTES)
    size = read_logo_size(content, paths[0].suffix)
    if size is None:
        raise UnusableTheme(f"{paths[0]} is no {paths[0].suffix[1:]} that says its width and height")
    return Logo(paths[0].suffix, content, *size)


def _read_templates(folder: Path) -> dict[str, str]:
    if not folder.exists():
        return {}
    templates: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.name not in names_of_ours():
            raise UnusableTheme(f"{path} overrides no template; those there are: {', '.join(sorted(names_of_ours()))}")
        templates[path.name] = _read_text(path, MAX_TEMPLATE_BYTES)
    environment = make_environment(FILTERS, templates)
    for name, text in templates.items():
        try:
            environment.compile(text, name, str(folder / name))
            fault = next(_wrong_references(name, environment.parse(text, name)), None)
        except TemplateSyntaxError as error:
            raise UnusableTheme(f"{folder / name}, line {error.lineno}: {error.message}") from None
        if fault:
            raise UnusableTheme(f"{folder / name}, line {fault[0]}: {fault[1]}")
    return templates


def _wrong_references(name: str, tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """List the references to templates that there are not, or that would go round in a circle."""
    known = names_of_ours() | {f"{OURS}{each}" for each in names_of_ours()}
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        for named in node.find_all(nodes.Const):
            if isinstance(named.value, str) and named.value.endswith(".html"):
                if named.value == name:
                    yield node.lineno, f"{name} is made of itself; ours is {OURS}{name}"
                elif named.value not in known:
                    yield node.lineno, f"there is no template {named.value}"


def _read_text(path: Path, most: int) -> str:
    try:
        return _read(path, most).decode()
    except UnicodeDecodeError:
        raise UnusableTheme(f"{path} is not UTF-8 text; save it as such") from None


def _read(path: Path, most: int) -> bytes:
    content = path.read_bytes()
    if len(content) > most:
        raise UnusableTheme(f"{path} has {len(content)} bytes; at most {most} are served")
    return content
