"""The shape of the house as a whole: what import-linter's contracts do not say by themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import grimp

STORAGE = Path(__file__).parent.parent / "app" / "storage"
STORAGE_VERBS = (
    "read_",
    "list_",
    "count_",
    "has_",
    "lock_",
    "insert_",
    "append_",
    "update_",
    "upsert_",
    "delete_",
    "index_",
)


def test_no_two_modules_import_each_other_directly_or_round_about() -> None:
    """Imports that only type checkers see count, too: people read them."""
    graph = grimp.build_graph("app", exclude_type_checking_imports=False, cache_dir=None)
    left = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while left:
        imported = set().union(*left.values())
        in_the_middle = {
            m: imports & left.keys() for m, imports in left.items() if m in imported and imports & left.keys()
        }
        if in_the_middle == left:
            break
        left = in_the_middle
    assert left == {}, "these modules import each other, or lie between modules that do"


def test_what_storage_does_to_tables_is_named_by_a_verb_of_storage() -> None:
    names = [
        node.name
        for folder in ("newsroom", "public")
        for file in sorted((STORAGE / folder).glob("*.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if node.args.args and node.args.args[0].arg == "tx"
    ]
    assert len(names) > 50
    assert [name for name in names if not name.startswith(STORAGE_VERBS)] == []
