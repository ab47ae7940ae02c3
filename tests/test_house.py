"""The shape of the house as a whole: what import-linter's contracts do not say by themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"
STORAGE = APP / "storage"
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


def _signatures() -> Iterator[tuple[str, ast.arguments]]:
    """Yield the functions of app/, but for commands, whose parameters are options, and rules of markdown-it."""
    for file in sorted(APP.rglob("*.py")):
        path = file.relative_to(APP)
        if path.parts[0] == "cli" or path.parts[:2] in {("api", "routes"), ("content", "markdown")}:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.lineno} {node.name}", node.args


def _positional(arguments: ast.arguments) -> list[ast.arg]:
    return [each for each in arguments.posonlyargs + arguments.args if each.arg not in {"self", "cls"}]


def test_no_function_takes_more_than_five_arguments_by_position() -> None:
    """A use case has the most: newsroom, call, the two parts of a path, the change."""
    assert [name for name, arguments in _signatures() if len(_positional(arguments)) > 5] == []


def test_no_boolean_is_passed_by_position() -> None:
    found = [
        name
        for name, arguments in _signatures()
        for each in _positional(arguments)
        if each.annotation is not None and ast.unparse(each.annotation) == "bool"
    ]
    assert found == []


def test_no_module_is_longer_than_400_lines_or_named_after_nothing() -> None:
    files = {file.relative_to(APP): len(file.read_text(encoding="utf-8").splitlines()) for file in APP.rglob("*.py")}
    assert len(files) > 200
    assert [str(file) for file, lines in files.items() if lines > 400] == []
    nothing = {"base", "common", "core", "helpers", "misc", "util", "utils"}
    assert [str(file) for file in files if nothing & {*file.with_suffix("").parts}] == []


def test_no_file_of_tests_or_benchmarks_is_longer_than_400_lines() -> None:
    files = [
        file for folder in ("tests", "benchmarks") for kind in ("*.py", "*.mjs") for file in (ROOT / folder).rglob(kind)
    ]
    assert len(files) > 300
    assert [str(file) for file in files if len(file.read_text(encoding="utf-8").splitlines()) > 400] == []
