"""The newsroom page's modules are those that ARCHITECTURE.md tells of, and point the way it says."""

from __future__ import annotations

import re
from pathlib import Path

from app.web.assets import STATIC_FOLDER

ARCHITECTURE = Path(__file__).parents[2] / "ARCHITECTURE.md"
MODULES = {path.stem: path.read_text(encoding="utf-8") for path in (STATIC_FOLDER / "newsroom").glob("*.js")}


def _layers() -> list[list[str]]:
    """The rows of the table, the topmost first, beneath what puts all of it together."""
    section = ARCHITECTURE.read_text(encoding="utf-8").partition("## The newsroom's page\n")[2].partition("\n## ")[0]
    rows = [row.split("|")[2] for row in section.splitlines() if row.startswith("| ")]
    return [["main"], *(re.findall(r"`(\w+)`", row) for row in rows[1:])]


def test_every_module_is_told_of_once() -> None:
    assert sorted(name for layer in _layers() for name in layer) == sorted(MODULES)


def test_no_module_imports_one_that_stands_above_it() -> None:
    height = {name: number for number, layer in enumerate(_layers()) for name in layer}
    imports = {name: re.findall(r'(?:from|import) "\./(\w+)\.js"', script) for name, script in MODULES.items()}
    assert [
        f"{name} imports {other}" for name in imports for other in imports[name] if height[other] < height[name]
    ] == []


def test_what_is_pure_touches_no_page() -> None:
    impure = re.compile(r"\b(document|window|location|localStorage|sessionStorage)\b\.")
    assert [name for name in _layers()[-1] if impure.search(MODULES[name])] == []
