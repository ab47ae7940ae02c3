"""What commands do beyond one call: reach the API with the admin's rights, show progress, fail with a sentence."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import typer
from pydantic import ValidationError

from app.cli.control import Refused, ask, ask_to_remove_demo, reach_api, with_controls
from app.domain.clock import Clock, Micros, system_clock
from app.domain.errors import LiveblogError
from app.domain.identifiers import is_uuid4
from app.jobs.demo import DemoRefused, seed_demo
from app.jobs.demo import remove_demo as delete_demo
from app.jobs.demo_story import load_demo_story
from app.jobs.job import run_in_thread
from app.logs import configure_logging
from app.main import Application, create_app
from app.server.control_socket import CONTROL_SOCKET, CannotListen
from app.server.lifespan import Application as ControlledApplication
from app.server.lifespan import LifespanFailed
from app.settings import Settings, UnusableSettings, load_or_make_admin_token, read_settings
from app.storage.database.opening import database_folder
from app.storage.database.sqlite import StoreLocked
from app.storage.upkeep.archive import BackupFailed, Contents
from app.storage.upkeep.backup import Progress
from app.storage.upkeep.migrations import WrongSchema
from app.wire.problems import problem_of, validation_errors
from app.wire.requests.people import TokenDraft

FAILED = 1
MISUSED = 2

_MINUTE = 60_000_000


@contextmanager
def failing_with_a_sentence() -> Generator[None]:
    """Turn every failure a person can do something about into one sentence on standard error and an exit code."""
    try:
        yield
    except UnusableSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(MISUSED) from None
    except StoreLocked as error:
        folder = Path(str(error)).parent
        typer.echo(f"A server or another command is using {folder}: stop it first, or choose another folder.", err=True)
        raise typer.Exit(FAILED) from None
    except WrongSchema:
        typer.echo("The database is not at the schema this release needs: run `liveblog migrate`.", err=True)
        raise typer.Exit(FAILED) from None
    except LiveblogError as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(FAILED) from None
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        typer.echo("PostgreSQL needs its driver: install requirements-postgres.lock.", err=True)
        raise typer.Exit(FAILED) from None
    except (CannotListen, BackupFailed, DemoRefused, Refused, LifespanFailed, OSError, httpx.HTTPError) as error:
        typer.echo(str(error) or type(error).__name__, err=True)
        raise typer.Exit(FAILED) from None


def begin() -> Settings:
    """Read the settings, set up logging by them, and keep every new file to its owner. Raises UnusableSettings."""
    os.umask(0o077)
    settings = read_settings()
    configure_logging(level=settings.log_level, form=settings.log_format)
    return settings


def make_data_dir(settings: Settings) -> None:
    """Make the data folder, open to its owner only, unless it is there. Raises Refused."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"The data folder {settings.data_dir} cannot be made: {error.strerror}.") from None


def control_path(settings: Settings) -> Path | None:
    """Where the server's control socket is: beside the SQLite file. None for PostgreSQL, where nobody needs one."""
    folder = database_folder(settings.database_url)
    return None if folder is None else folder / CONTROL_SOCKET


def controlled(served: Application) -> ControlledApplication:
    """The application with what only commands may do."""
    return with_controls(
        served, remove_demo=lambda: run_in_thread(lambda: delete_demo(served.app_state.newsroom.database))
    )


@asynccontextmanager
async def api_of(settings: Settings, *, clock: Clock = system_clock) -> AsyncGenerator[httpx.AsyncClient]:
    """The API with the admin's rights: of the running server, else of this process, which then goes by `clock`."""
    # Only what goes wrong is of interest to somebody who runs a command.
    quiet = settings.model_copy(update={"log_level": "warning"})
    configure_logging(level=quiet.log_level, form=quiet.log_format)
    token = load_or_make_admin_token(quiet)
    async with reach_api(
        control_path(quiet), token, make_app=lambda: controlled(create_app(quiet, clock=clock))
    ) as api:
        yield api


async def ask_api(settings: Settings, method: str, path: str, body: Any = None) -> Any:
    """One call. Raises Refused."""
    async with api_of(settings) as api:
        return await ask(api, method, path, body)


async def page_through(
    settings: Settings, path: str, query: dict[str, str], each: Callable[[dict[str, Any]], None]
) -> None:
    """Hand over every item of a list, page by page. Raises Refused."""
    async with api_of(settings) as api:
        position: str | None = None
        while True:
            asked = {**query, "limit": "100"} | ({} if position is None else {"position": position})
            page = await ask(api, "GET", f"{path}?{urlencode(asked)}")
            for item in page["items"]:
                each(item)
            position = page["next"]
            if position is None:
                return


async def find_person(settings: Settings, name: str, *, role: str | None) -> Any:
    """The person of that name, who is added unless there is one. Raises Refused for several, or another role."""
    async with api_of(settings) as api:
        known = await _named(api, name)
        if not known:
            return await ask(api, "POST", "/v1/newsroom/people", {"name": name, "role": role or "reporter"})
        return _only_one(known, name, role=role)


async def find_person_and(settings: Settings, name: str, then: Callable[[str], tuple[str, str, Any]]) -> Any:
    """Make the call that `then` makes of the id of the person of that name. Raises Refused."""
    async with api_of(settings) as api:
        person = _only_one(await _named(api, name), name, role=None)
        return await ask(api, *then(person["id"]))


async def find_person_id(settings: Settings, name_or_id: str) -> str:
    """The id of a person told by it or by their name. Raises Refused."""
    if is_uuid4(name_or_id):
        return name_or_id
    async with api_of(settings) as api:
        person: str = _only_one(await _named(api, name_or_id), name_or_id, role=None)["id"]
        return person


async def names_of_actors(settings: Settings) -> dict[str, str]:
    """What people and tokens are called, by their ids. Raises Refused."""
    async with api_of(settings) as api:
        people = (await ask(api, "GET", "/v1/newsroom/people"))["items"]
        tokens = (await ask(api, "GET", "/v1/newsroom/tokens"))["items"]
    return {each["id"]: each["label"] for each in tokens} | {each["id"]: each["name"] for each in people}


async def make_token(settings: Settings, person: dict[str, Any] | None, token: dict[str, Any]) -> Any:
    """Make a token: for `person`, who is added unless known by that name, or without one. Raises Refused."""
    if person is not None:
        _check_token({**token, "role": person["role"]})
    async with api_of(settings) as api:
        if person is not None:
            token = {**token, "person": (await _find_or_add(api, person))["id"]}
        return await ask(api, "POST", "/v1/newsroom/tokens", token)


async def add_demo(settings: Settings) -> str:
    """Seed the demo story unless it is there; a sentence about it. Where no server runs, its times lie in the past."""
    clock = _PastClock()
    async with api_of(settings, clock=clock) as api:
        added = await seed_demo(api, load_demo_story(settings.public_url), set_minutes_ago=clock.go_back)
    return "The demo story has been added." if added else "The demo story is there already; nothing was added."


async def remove_demo(settings: Settings) -> str:
    """Delete the demo story; a sentence about it."""
    async with api_of(settings) as api:
        removed = await ask_to_remove_demo(api)
    return "The demo story has been deleted." if removed else "There is no demo story."


def show_progress() -> Progress:
    """Shows how a copy goes on: one line that changes on a terminal, one line a table elsewhere."""
    changing = sys.stderr.isatty()

    def show(table: str, done: int, total: int) -> None:
        line = f"{table}: {done:,} of {total:,} rows"
        if changing:
            typer.echo(f"\r\033[K{line}", err=True, nl=done >= total)
        elif done >= total:
            typer.echo(line, err=True)

    return show


def described(contents: Contents) -> str:
    """What a backup holds, as part of a sentence."""
    return (
        f"{contents.stories:,} stories, {contents.entries:,} entries, {contents.events:,} events"
        f" and {contents.people:,} people"
    )


class _PastClock:
    """The system's clock, set back."""

    def __init__(self) -> None:
        self._back = 0

    def __call__(self) -> Micros:
        return Micros(system_clock() - self._back)

    def go_back(self, minutes: float) -> None:
        self._back = round(minutes * _MINUTE)


def _check_token(token: dict[str, Any]) -> None:
    """Raise Refused for what the API would refuse, before a person is added who would be left without a token."""
    try:
        TokenDraft.model_validate_json(json.dumps(token))
    except ValidationError as error:
        raise Refused(problem_of(validation_errors(error.errors()))["detail"]) from None


async def _named(api: httpx.AsyncClient, name: str) -> list[Any]:
    return [each for each in (await ask(api, "GET", "/v1/newsroom/people"))["items"] if each["name"] == name]


def _only_one(known: list[Any], name: str, *, role: str | None) -> Any:
    if not known:
        raise Refused(f"There is nobody called {name}.")
    if len(known) > 1 or role not in {None, known[0]["role"]}:
        there = ", ".join(f"{each['name']} ({each['role']})" for each in known)
        raise Refused(f"The newsroom has {there} already: choose that role, or a name that tells them apart.")
    return known[0]


async def _find_or_add(api: httpx.AsyncClient, person: dict[str, Any]) -> Any:
    known = await _named(api, person["name"])
    if not known:
        return await ask(api, "POST", "/v1/newsroom/people", person)
    _only_one(known, person["name"], role=person["role"])
    if any(person[name] not in {None, known[0][name]} for name in ("email", "byline")):
        raise Refused(f"The newsroom has {person['name']} already, with another address or byline: leave those out.")
    return known[0]
