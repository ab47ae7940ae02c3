"""What surrounds the code keeps up with it: the tree, the tables of codes and settings, the commands, the locks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path, PurePosixPath
from typing import get_args

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic_core.core_schema import ErrorType

from app import __version__
from app.domain import errors
from app.settings import PREFIX, Settings
from tests.needs import require

ROOT = Path(__file__).parent.parent
ERROR_CLASSES = {
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.LiveblogError)
}
CODE = re.compile(r"[a-z][a-z0-9_]*")
BINARY = {".png", ".ico", ".webp", ".jpg", ".woff2"}
LONGEST_LINE = 1000
"""Of what people write: the longest is a step of the fixtures. A bundle of scripts or styles has lines of thousands."""

DECLARED_BUT_NOT_IMPORTED = {
    "fastapi-swagger": "app/web/assets.py finds its files, and imports nothing of it",
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "uvloop": "app/server/uvicorn_config.py names it to uvicorn",
}


@pytest.fixture(scope="module")
def tracked() -> list[PurePosixPath]:
    """Every file of the repository that is there."""
    require("a git checkout", found=(ROOT / ".git").exists(), reason="run the suite from a clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [PurePosixPath(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _rows(document: str, heading: str) -> list[str]:
    """The first cells of the tables of a document, without their backticks; `heading` is the tables' first head."""
    cells: list[str] = []
    inside = False
    for line in (ROOT / document).read_text(encoding="utf-8").splitlines():
        first = line.split("|")[1].strip() if line.startswith("|") else None
        if first is None:
            inside = False
        elif first == heading:
            inside = True
        elif inside and first.strip("-:"):
            cells.append(first.strip("`"))
    return cells


def _tree_of_architecture() -> set[str]:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    block = re.search(r"^```tree\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert block is not None, "ARCHITECTURE.md has no ```tree block"
    paths: set[str] = set()
    folders: list[str] = []
    for line in block[1].splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        folders[depth:] = [name.rstrip("/")]
        paths.add("/".join(folders) + ("/" if name.endswith("/") else ""))
    return paths


def _tree_on_disk(tracked: Iterable[PurePosixPath]) -> set[str]:
    """Return everything at the top, and every folder of app/ but those below its static files."""
    paths: set[str] = set()
    for file in tracked:
        paths.add(f"{file.parts[0]}/" if len(file.parts) > 1 else file.name)
        if file.parts[0] == "app":
            paths.update(f"{folder}/" for folder in file.parents if "static" not in folder.parts[:-1])
    return paths - {"./"}


def test_the_tree_of_the_architecture_has_every_folder_and_no_file_that_is_not_there(
    tracked: list[PurePosixPath],
) -> None:
    told, folders = _tree_of_architecture(), _tree_on_disk(tracked)
    assert sorted(folders - told) == [], "not told in ARCHITECTURE.md"
    there = folders | {str(file) for file in tracked}
    assert sorted(told - there) == [], "told in ARCHITECTURE.md, but not there"


def test_no_tracked_file_names_this_machine_or_a_package_index(tracked: list[PurePosixPath]) -> None:
    # Joined here, so that this file does not name them either.
    words = [
        "/".join(("", "work", "")), "/".join(("", "root", "")), "pypi" + ".org", "pythonhosted" + ".org",
        "registry.npmjs" + ".org", "deb.debian" + ".org", "--index" + "-url", "--extra-" + "index",
    ]  # fmt: skip
    found = [
        f"{file}: {word}"
        for file in tracked
        if file.suffix not in BINARY
        for word in words
        if word in (ROOT / file).read_text(encoding="utf-8")
    ]
    # The option that keeps the index out of the locks has to be written somewhere.
    assert [line for line in found if line != "Makefile: --index" + "-url"] == []


def test_no_tracked_file_is_third_party_code(tracked: list[PurePosixPath]) -> None:
    """Libraries come from wheels. Committed, one would show by its lines, its licence or its name."""
    # Joined here, so that this file does not have them either.
    marks = ["copy" + "right", "spdx-" + "license", "@" + "license", "/" + "*!"]
    found = []
    for file in (file for file in tracked if file.suffix not in BINARY and file.name != "LICENSE"):
        text = (ROOT / file).read_text(encoding="utf-8")
        found += [f"{file}: {mark}" for mark in marks if mark in text.lower()]
        found += [f"{file}: a line of {len(line)}" for line in text.splitlines() if len(line) > LONGEST_LINE]
    a_licence = re.compile(r"(?:^|\.)(?:licen[cs]e|notice|copying)(?:\.(?:txt|md|rst))?$", re.IGNORECASE)
    licences = [file for file in tracked if a_licence.search(file.name)]
    assert found == []
    assert licences == [PurePosixPath("LICENSE")]
    assert [file for file in tracked if ".min." in file.name or {"vendor", "third_party"} & {*file.parts}] == []


def _sources(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(path for folder in folders or ("app",) for path in (ROOT / folder).rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def _imported(tree: ast.AST) -> set[str]:
    """List the top-level modules that a module imports."""
    names: list[str] = []
    for node in ast.walk(tree):
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return {name.partition(".")[0] for name in names}


def _places_of_codes(trees: Iterable[ast.AST]) -> dict[str, int | None]:
    """Where a call's code stands: in our errors, and in each function or dataclass that takes a `code`."""
    places: dict[str, int | None] = dict.fromkeys(ERROR_CLASSES, 0) | {"InvalidInput": None}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef) and node.name != "__init__":
            names = [argument.arg for argument in node.args.args if argument.arg not in {"self", "cls"}]
            optional = [argument.arg for argument in node.args.kwonlyargs]
        elif isinstance(node, ast.ClassDef):
            fields = [field.target for field in node.body if isinstance(field, ast.AnnAssign)]
            names, optional = [field.id for field in fields if isinstance(field, ast.Name)], []
        else:
            continue
        if "code" in names + optional:
            places[node.name] = names.index("code") if "code" in names else None
    return places


def _code_arguments(tree: ast.AST, places: dict[str, int | None]) -> Iterator[ast.expr]:
    """The argument that is the code, of each call in a module that has one."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in places:
            yield from (keyword.value for keyword in call.keywords if keyword.arg == "code")
            place = places[name]
            if place is not None and len(call.args) > place:
                yield call.args[place]


def _codes_in_code() -> set[str]:
    """Every error code the code can answer with: written out where the error is made."""
    trees = [tree for _, tree in _sources()]
    places = _places_of_codes(trees)
    arguments = [argument for tree in trees for argument in _code_arguments(tree, places)]
    # What is said of Pydantic's findings is a table in a function of this name.
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    tables = [node for each in functions if each.name == "_code" for node in ast.walk(each)]
    arguments += [value for node in tables if isinstance(node, ast.Dict) for value in node.values]
    constants = {
        node.value
        for argument in arguments
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {code for code in constants if CODE.fullmatch(code)} | {"invalid"}


def test_every_error_code_is_documented_and_every_documented_code_exists() -> None:
    documented, used = _rows("docs/errors.md", "code"), _codes_in_code()
    assert sorted(used - set(documented)) == [], "used, but not in docs/errors.md"
    assert sorted(set(documented) - used) == [], "in docs/errors.md, but not used"
    assert len(documented) == len(set(documented)), "documented twice"


def test_every_documented_shape_is_one_that_pydantic_tells() -> None:
    told = set(get_args(ErrorType))
    documented = [name.strip(" `") for cell in _rows("docs/errors.md", "shape") for name in cell.split(",")]
    assert documented
    assert set(documented) <= told


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    exist = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {f"{PREFIX}SECRETS_DIR"}
    assert set(_rows("docs/settings.md", "variable")) == exist


def test_every_command_the_documents_name_is_in_the_makefile(tracked: list[PurePosixPath]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in [file for file in tracked if file.suffix == ".md"]:
        text = (ROOT / document).read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert named <= targets, document
    assert {"run", "test"} <= set(re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))


def test_every_link_between_documents_leads_somewhere(tracked: list[PurePosixPath]) -> None:
    dead = []
    for document in [file for file in tracked if file.suffix == ".md"]:
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if "://" not in target and not (ROOT / document.parent / target).exists():
                dead.append(f"{document}: {target}")
    assert dead == []


def test_every_file_the_documents_name_is_there(tracked: list[PurePosixPath]) -> None:
    gone = []
    for document in [file for file in tracked if file.suffix == ".md" and file.name != "CHANGELOG.md"]:
        text = (ROOT / document).read_text(encoding="utf-8")
        for path in re.findall(r"(?<![\w/.…-])(?:app|benchmarks|docs|migrations|tests)/[\w/*.-]*\w", text):
            if not any(ROOT.glob(path)):
                gone.append(f"{document}: {path}")
    assert gone == []


def test_the_rules_of_the_domain_need_nothing_but_the_standard_library() -> None:
    allowed = sys.stdlib_module_names | {"app"}
    for path, tree in _sources():
        if path.parts[1] == "domain":
            assert _imported(tree) <= allowed, path


def test_every_package_that_is_imported_is_declared_and_every_declared_one_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    modules = set().union(*(_imported(tree) for _, tree in _sources("app", "migrations")))
    modules -= sys.stdlib_module_names | {"app", "migrations"}
    distributions = packages_distributions()
    imported = {canonicalize_name(name) for module in modules for name in distributions[module]}
    assert imported - declared == set(), "imported, but not declared"
    assert declared - imported == set(DECLARED_BUT_NOT_IMPORTED), "declared, but not imported"


def test_no_package_is_left_out_of_what_is_forbidden() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"]: contract for contract in config["tool"]["importlinter"]["contracts"]}
    packages = {f"app.{path.stem}" for path in (ROOT / "app").iterdir() if path.suffix == ".py" or path.is_dir()}
    packages -= {"app.__init__", "app.__pycache__"}
    assert packages - {*contracts["http-at-the-edge"]["source_modules"]} == {
        "app.api",
        "app.web",
        "app.main",
        "app.composition",
    }
    assert packages - {*contracts["sql-in-storage"]["source_modules"]} == {"app.storage"}


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(\S+)", text, re.MULTILINE))


def test_every_declared_package_is_locked_and_the_locks_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    core, container, dev = (_locked(f"requirements{part}.lock") for part in ("", "-container", "-dev"))
    extras = project["project"]["optional-dependencies"]
    assert core.items() <= container.items() <= dev.items()
    for declared, locked in (
        (project["project"]["dependencies"], core),
        (extras["images"], core),
        *((extras[name], container) for name in ("postgres", "heic", "redis", "s3")),
        (extras["video"], dev),
        (project["dependency-groups"]["dev"], dev),
    ):
        names = {re.split(r"[\[<>=;~! ]", line)[0] for line in declared}
        assert names <= locked.keys()


def test_an_extra_that_a_package_asks_of_another_stands_on_the_locked_pin() -> None:
    """Without it pip looks at the newest release for the extra, and has no hash for that once it is newer."""
    text = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    asked = [Requirement(line) for name in _locked("requirements-dev.lock") for line in _requirements_of(name)]
    with_extras = [each for each in asked if each.extras and (each.marker is None or each.marker.evaluate())]
    assert with_extras
    for each in with_extras:
        assert f"\n{each.name}[{','.join(sorted(each.extras))}]==" in text, str(each)


def _requirements_of(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:  # for another system or another Python
        return []


def test_every_locked_package_has_a_hash_of_its_own() -> None:
    for name in ("requirements.lock", "requirements-container.lock", "requirements-dev.lock"):
        blocks = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert all("--hash=sha256:" in block for block in blocks if block.strip()), name


def test_all_that_is_released_together_has_one_version() -> None:
    patterns = {
        "CHANGELOG.md": r"^## \[(\d[^\]]+)\] - \d{4}-\d\d-\d\d$",
        "clients/js/package.json": r'"version": "([^"]+)"',
        "clients/js/package-lock.json": r'"version": "([^"]+)"',
        "clients/python/pyproject.toml": r'^version = "([^"]+)"',
        "clients/wordpress/block.json": r'"version": "([^"]+)"',
        "clients/wordpress/liveblog-story.php": r"^const VERSION = '([^']+)';",
        "clients/wordpress/readme.txt": r"^Stable tag: (.+)$",
        "deploy/kubernetes/liveblog.yaml": r"/liveblog:([\w.]+)$",
    }
    found = {name: re.search(pattern, (ROOT / name).read_text(), re.M) for name, pattern in patterns.items()}
    assert {name: match and match[1] for name, match in found.items()} == dict.fromkeys(patterns, __version__)
