"""The newsroom page's modules are in groups, which import downward only; ARCHITECTURE.md lists them."""

from __future__ import annotations

import os
import re
from graphlib import TopologicalSorter
from pathlib import Path

from app.web.assets import STATIC_FOLDER

ARCHITECTURE = Path(__file__).parents[2] / "ARCHITECTURE.md"
PAGE = STATIC_FOLDER / "newsroom"
GROUPS = ("main", "shell", "actions", "parts", "rich_text", "conflicts", "desk", "drawing", "pure")
"""From the top; `main` is the one module that puts the others together."""

PURE_BESIDE = {
    *("rich_text/shortcuts.js", "rich_text/pasted.js"),
    *("desk/changes.js", "desk/found.js", "desk/holds.js", "desk/queue_kinds.js", "desk/several_texts.js"),
}
"""Pure modules that stand with what they are for."""

AT_A_GLANCE = 20
"""The most modules of a group: about as many as a person takes in."""

MODULES = {path.relative_to(PAGE).as_posix(): path.read_text(encoding="utf-8") for path in PAGE.rglob("*.js")}
_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*?"(\.[^"]+)"', re.MULTILINE)


def _imports(name: str) -> list[str]:
    """The modules of this page that a module imports, by their paths."""
    folder = Path(name).parent
    paths = [os.path.normpath(folder / found) for found in _IMPORT.findall(MODULES[name])]
    return [path for path in paths if not path.startswith("..")]


def _group(name: str) -> str:
    return name.partition("/")[0].removesuffix(".js")


def _listed() -> dict[str, list[str]]:
    """The rows of ARCHITECTURE's table: each group's modules."""
    section = ARCHITECTURE.read_text(encoding="utf-8").partition("## The newsroom's page\n")[2].partition("\n## ")[0]
    rows = [row.split("|") for row in section.splitlines() if row.startswith("| `")]
    return {row[1].strip(" `/"): re.findall(r"`(\w+)`", row[3]) for row in rows}


def test_every_module_is_in_one_of_the_groups_and_listed_there() -> None:
    assert {_group(name) for name in MODULES} == set(GROUPS)
    listed = [f"{group}/{module}.js" for group, modules in _listed().items() for module in modules]
    assert sorted(listed) == sorted(name for name in MODULES if "/" in name)
    assert tuple(_listed()) == GROUPS[1:]


def test_every_import_leads_to_a_module() -> None:
    imports = {name: _imports(name) for name in MODULES}
    assert [f"{name}: {other}" for name, others in imports.items() for other in others if other not in MODULES] == []
    assert sum(len(others) for others in imports.values()) > 3 * len(MODULES)


def test_no_module_imports_one_of_a_group_above_its_own() -> None:
    height = {group: number for number, group in enumerate(GROUPS)}
    assert [
        f"{name} imports {other}"
        for name in MODULES
        for other in _imports(name)
        if height[_group(other)] < height[_group(name)]
    ] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    order = tuple(TopologicalSorter({name: _imports(name) for name in MODULES}).static_order())
    assert order[-1] == "main.js"


def test_a_group_is_taken_in_at_a_glance() -> None:
    for group in GROUPS:
        assert sum(_group(name) == group for name in MODULES) <= AT_A_GLANCE


def test_what_is_pure_touches_no_page() -> None:
    impure = re.compile(r"\b(document|window|location|localStorage|sessionStorage)\b\.")
    pure = {name for name in MODULES if _group(name) == "pure"} | PURE_BESIDE
    assert [name for name in pure if impure.search(MODULES[name])] == []


def test_the_page_has_no_rights_of_its_own_for_entries() -> None:
    assert "created_by" not in "".join(MODULES.values())
