"""The shape of the house as a whole: what import-linter's contracts do not say by themselves."""

from __future__ import annotations

import grimp


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
