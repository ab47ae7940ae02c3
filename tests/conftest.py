"""Fixtures every test may ask for, and the options of the suite."""

from __future__ import annotations

import logging
import os
import platform
import shutil
import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import Any

import fastapi.dependencies.models
import pytest
import structlog
from hypothesis import settings

from app.storage.database.postgres import PostgresDatabase
from app.storage.database.sqlite import SqliteDatabase
from app.storage.database.transactions import Database
from app.storage.upkeep.migrations import migrate
from app.wire.log_lines import name_node
from tests.commands import STARTS_EACH_ANEW
from tests.figures import Figures
from tests.needs import require
from tests.ports import reserved_port
from tests.postgres import PostgresServer, ReusedDatabases, find_programs, run_postgres
from tests.processes import Installation

PROVE_TIMEOUT_SECONDS = 3600
WORKERS_LIMIT = 8
"""More would each start a PostgreSQL of their own for the last few files."""

LONG_FILES = (
    *(
        "tests/faults/",
        "tests/e2e/",
        "tests/browser/",
        "tests/contracts/",
        "tests/cli/",
        "tests/clients/",
    ),
    "tests/description/",
    "tests/content/test_linear_time.py",
)
"""Where a file may take a minute: those are begun first, so that no worker is left alone with one in the end."""
FIRST_OF_FILE = ("tests/browser/", "tests/cli/", "tests/clients/", "tests/e2e/", "tests/faults/")
"""Where nearly every test starts programs: `make test` runs the first of each file, and `make test-all` all."""
OPTIONS = {"LIVEBLOG_PROVE", "LIVEBLOG_TEST_REQUIRE", STARTS_EACH_ANEW}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--all`, `--prove` (also LIVEBLOG_PROVE=1), `--ticker-trace` and `--firefox`."""
    parser.addoption("--all", action="store_true", help="run the slow tests too, and all with the suite's own counts")
    parser.addoption("--prove", action="store_true", help="run the full reliability figures; takes long")
    parser.addoption("--ticker-trace", type=Path, help="replay the tickers of this trace instead of made ones")
    parser.addoption("--firefox", action="store_true", help="run the tests of pages in Firefox instead of Chromium")


def pytest_configure(config: pytest.Config) -> None:
    """Register our markers, and forget the settings of the developer's own server."""
    for name in [name for name in os.environ if name.startswith("LIVEBLOG_") and name not in OPTIONS]:
        del os.environ[name]
    if _proving(config):
        os.environ[STARTS_EACH_ANEW] = "1"
    settings.register_profile("suite", deadline=None)  # by the clock, of a machine that other tests share
    settings.load_profile("suite")
    config.addinivalue_line("markers", "reliability: asks for figures or is `full`, so `make prove` runs it")
    config.addinivalue_line("markers", "slow: left out of `make test`")
    config.addinivalue_line("markers", "full: needs the machine for itself, so that `make prove` alone runs it")


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Decide what `-n auto` is: one worker more than cores, but none for full figures, which need the machine.

    A third of the tests' time goes by while a browser, a disk or the limit under test is waited for.
    """
    return 0 if _proving(config) else min(len(os.sched_getaffinity(0)) + 1, WORKERS_LIMIT)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that ask for figures; give full figures the time they need, whatever the small ones have.

    A worker among others runs the long files first. Slow tests are left out, but for `--all`, `--prove` and `-m`, full
    ones but for `--prove`.
    """
    left_out = set() if _proving(config) else {item for item in items if item.get_closest_marker("full")}
    if not (_running_all(config) or config.getoption("markexpr")):
        left_out |= {item for item in items if item.get_closest_marker("slow")}
        if _is_whole_suite(config):
            known = {item.nodeid for item in items}
            for key in (_file_of_programs, partial(_test_on_postgres, known)):
                left_out |= set(_list_later([item for item in items if item not in left_out], key))
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    if hasattr(config, "workerinput"):
        items.sort(key=_turn_of_file)
    for item in items:
        if "figures" in getattr(item, "fixturenames", ()) or item.get_closest_marker("full"):
            item.add_marker(pytest.mark.reliability)
        if _proving(config):
            item.add_marker(pytest.mark.timeout(PROVE_TIMEOUT_SECONDS), append=False)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker whether somebody has named what to run: it is given names in any case."""
    node.workerinput["is_whole_suite"] = _is_whole_suite(node.config)


def _is_whole_suite(config: pytest.Config) -> bool:
    if hasattr(config, "workerinput"):
        return bool(config.workerinput["is_whole_suite"])
    return config.args_source is not pytest.Config.ArgsSource.ARGS


def _turn_of_file(item: pytest.Item) -> tuple[bool, int]:
    """Return when the file of an item is begun: long ones first, the others mixed, always in the same order.

    In the order of their names files that wait for sockets stand together, and the cores idle meanwhile.
    """
    is_long = item.nodeid.startswith(LONG_FILES)
    return not is_long, 0 if is_long else zlib.crc32(item.nodeid.partition("::")[0].encode())


def _list_later(items: Iterable[pytest.Item], key: Callable[[pytest.Item], str | None]) -> Iterator[pytest.Item]:
    """List the items whose key another has that comes before; those without a key are not listed."""
    begun = set()
    for item in items:
        found = key(item)
        if found is not None and found in begun:
            yield item
        begun.add(found)


def _file_of_programs(item: pytest.Item) -> str | None:
    """Return the file of an item, where the first of each file is enough for the short suite."""
    return str(item.path) if item.nodeid.startswith(FIRST_OF_FILE) else None


def _test_on_postgres(known: AbstractSet[str], item: pytest.Item) -> str | None:
    """Return the test of a case on PostgreSQL: there the short suite runs the first, and all of them on SQLite.

    A case that is not `known` on SQLite has none: all of those are run.
    """
    name, _, case = item.nodeid.removesuffix("]").partition("[")
    parts = case.split("-")
    on_sqlite = "-".join("sqlite" if part == "postgres" else part for part in parts)
    return name if "postgres" in parts and f"{name}[{on_sqlite}]" in known else None


def _proving(config: pytest.Config) -> bool:
    return bool(config.getoption("--prove")) or os.environ.get("LIVEBLOG_PROVE") == "1"


def _running_all(config: pytest.Config) -> bool:
    return bool(config.getoption("--all")) or _proving(config)


@pytest.fixture(autouse=True)
def free_applications() -> Iterator[None]:
    """Let each test's applications be freed after it: 2.4 MB each, 1.5 GB in a worker that kept them all."""
    yield
    forget_routes()


def forget_routes() -> None:
    """Empty FastAPI's process-wide caches, which keep every route handler, and so every application, alive."""
    for each in vars(fastapi.dependencies.models).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()


@pytest.fixture
def own_logging() -> Iterator[None]:
    """Let the test set up logging, and undo it after."""
    root, access = logging.root, logging.getLogger("uvicorn.access")
    kept = (root.handlers, root.level, access.handlers, access.propagate)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    yield
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    root.handlers, root.level, access.handlers, access.propagate = kept
    structlog.reset_defaults()
    name_node(platform.node())


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio alone; uvloop is what the tests with real servers run on."""
    return "asyncio"


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """Chooses each reliability test's count: few in `make test`, more in `make test-all`, full in `make prove`."""
    return Figures(full=_proving(pytestconfig), quick=not _running_all(pytestconfig))


@pytest.fixture
def ticker_trace(request: pytest.FixtureRequest) -> Path | None:
    """A recorded trace of real tickers, if one was named."""
    path: Path | None = request.config.getoption("--ticker-trace")
    return path


@pytest.fixture
def free_port() -> Iterator[int]:
    """A TCP port on 127.0.0.1 that is this test's own."""
    with reserved_port() as port:
        yield port


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A private PostgreSQL server for the whole session; tests that share it ask it for databases of their own."""
    programs = find_programs()
    require("PostgreSQL", found=programs is not None, reason="install the postgresql package, or the pgserver wheel")
    assert programs is not None
    with run_postgres(programs) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database of this test's own."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest schema with nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("template") / "liveblog.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database at the newest schema with nothing in it, to be copied."""
    name = postgres_server.create_database()
    migrate(postgres_server.url(name))
    return name


@pytest.fixture(scope="session")
def reused_databases(postgres_server: PostgresServer, migrated_postgres: str) -> ReusedDatabases:
    """The PostgreSQL databases that the tests of the session have one after the other, each of them empty."""
    return ReusedDatabases(postgres_server, migrated_postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database of this test's own: the test runs once on each kind."""
    if request.param == "sqlite":
        yield copy_of(request.getfixturevalue("migrated_sqlite"), tmp_path)
        return
    databases: ReusedDatabases = request.getfixturevalue("reused_databases")
    with databases.lend() as name:
        yield databases.server.url(name)


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The same, on SQLite alone: for tests whose subject does not reach the database's own ways."""
    return copy_of(migrated_sqlite, tmp_path)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """That database, open."""
    # Without what open_database asks a server before, which has its own tests: a quarter of a small test.
    path = database_url.removeprefix("sqlite:///")
    opened = PostgresDatabase(database_url) if path == database_url else SqliteDatabase(Path(path))
    yield opened
    opened.close()


def copy_of(template: Path, folder: Path) -> str:
    """Copy a migrated SQLite file into `folder`; the URL of the copy."""
    path = folder / "data" / template.name
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def installation(migrated_sqlite: Path, tmp_path: Path) -> Installation:
    """A data folder with an empty database."""
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    shutil.copyfile(migrated_sqlite, data_dir / "liveblog.db")
    return Installation(data_dir)
