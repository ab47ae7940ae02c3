"""Docstrings an engineer reads once: functions begin with a verb, and no first sentence is a riddle.

`pytest tests/test_prose.py -k storage` runs one package. A verb that is missing from VERBS is added to it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

APP = Path(__file__).parent.parent / "app"
PACKAGES = sorted(path.stem for path in APP.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())
WITH_A_VERB = 0.95
"""The share of the docstrings of a package's public functions that begin with a verb, at least."""

VERBS = frozenset(
    """
    abort accept acquire add admit advance allow amend announce answer append apply archive ask assemble attach
    authenticate authorise await back begin bind block bring broadcast build cache calculate call cancel change
    check checkpoint choose claim classify clear close collect combine compare compile complete compress compute
    conclude configure confirm connect construct consume continue convert copy correct count create cut deal decide
    declare decode decorate deduplicate defer define delete deliver deny describe detach detect determine disable
    discard disconnect dismiss dispatch display divide do draft drain draw drop echo edit emit enable encode end
    enqueue ensure enter escape establish estimate evaluate evict exchange execute expire explain export expose
    extend extract fail fan feed fetch fill filter find finish fire fit flush fold follow forget format forward free
    freeze fulfil gather generate get grant group grow guard handle hash hide hold identify ignore import include
    increment index inform initialise insert inspect install interpret invite issue iterate join judge keep kill
    label leave let lift limit link list listen load locate lock log look lower make map mark match mean measure merge
    migrate mount move name normalise notice notify number observe offer omit open order overwrite pack parse pass
    pause perform pick pin place poll pop post prefer prepare prevent preview print process propose protect prove
    publish pull purge push put queue quote raise rank read rebuild receive recognise reconcile record redirect reduce
    refresh refuse register reinstate reject release reload remove rename render repeat replace reply report
    represent request require reschedule reserve reset resolve respond restart restore resume retract retry return
    reuse reverse revert review revoke rewrite roll round run sanitise save scale schedule search seed select send
    separate serve set settle share shed shorten show shut sign skip sleep slice snapshot sort spend split spread
    start stop store stream strip submit subscribe subtract sum supply surround suspend sweep switch test thaw
    throttle tick tokenise trace track transform translate trim truncate try tune turn undo unfreeze unpack unpin
    unpublish unregister unsubscribe update upgrade upsert use validate verify wait wake walk warn watch withdraw
    wrap write yield
    """.split()
)
RIDDLES = frozenset("What Who Whom Whose Whoever When As Those How Where Wherever Why Whether".split())
NOBODY = re.compile(r"\b(somebody|someone|whoever|whomever)\b", re.IGNORECASE)


class Documented(NamedTuple):
    """A docstring of a module, a class or a function, and its position."""

    at: str
    kind: type[ast.AST]
    text: str

    @property
    def first_word(self) -> str:
        found = re.match(r"[\w’']+", self.text)
        return found[0] if found else ""

    @property
    def first_sentence(self) -> str:
        return re.split(r"(?<=[.!?])\s", self.text.split("\n\n")[0])[0]


def _documented(package: str) -> Iterator[Documented]:
    files = sorted((APP / package).rglob("*.py")) if (APP / package).is_dir() else [APP / f"{package}.py"]
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                name = "" if isinstance(node, ast.Module) else f":{node.lineno} {node.name}"
                if text:
                    yield Documented(f"{file.relative_to(APP)}{name}", type(node), text)


def _is_public_function(each: Documented) -> bool:
    return each.kind in {ast.FunctionDef, ast.AsyncFunctionDef} and not each.at.rsplit(" ", 1)[1].startswith("_")


@pytest.mark.parametrize("package", PACKAGES)
def test_public_functions_are_described_by_a_verb_in_the_imperative(package: str) -> None:
    functions = [each for each in _documented(package) if _is_public_function(each)]
    without = [each for each in functions if each.first_word not in {verb.capitalize() for verb in VERBS}]
    told = "\n".join(f"{each.at}: {each.first_sentence}" for each in without)
    assert len(without) <= (1 - WITH_A_VERB) * len(functions), f"{len(without)} of {len(functions)}:\n{told}"


@pytest.mark.parametrize("package", PACKAGES)
def test_no_first_sentence_is_a_riddle(package: str) -> None:
    riddles = [
        f"{each.at}: {each.first_sentence}"
        for each in _documented(package)
        if each.first_word in RIDDLES or NOBODY.search(each.first_sentence)
    ]
    assert not riddles, "\n".join(riddles)
