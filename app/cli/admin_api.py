"""The API with the admin's rights: of the running server, else of this process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from app.cli.control import AnswerCall, ControlAnswer, Through, ask, reach_api, with_controls
from app.composition.admin_token import load_or_make_admin_token
from app.domain.clock import Clock, system_clock
from app.jobs.demo import remove_demo
from app.jobs.job import run_in_thread
from app.logs import configure_logging
from app.server.control_socket import CONTROL_SOCKET
from app.server.lifespan import Application as ControlledApplication
from app.settings import Settings
from app.storage.database.opening import database_folder

if TYPE_CHECKING:
    from app.main import Application
    from app.newsroom.context.newsroom import Newsroom


def control_path(settings: Settings) -> Path | None:
    """Return the path of the server's control socket, beside the SQLite file. None for PostgreSQL, which needs none."""
    folder = database_folder(settings.database_url)
    return None if folder is None else folder / CONTROL_SOCKET


def controlled(served: Application) -> ControlledApplication:
    """Add to the application what only commands may do."""

    async def answer(method: str, path: str, token: str | None, body: bytes) -> ControlAnswer:
        calls = await run_in_thread(load_calls)
        answers = next(answers for prefix, answers in calls.items() if path.startswith(prefix))
        return await answers(served.app_state.newsroom)(method, path, token, body)

    return with_controls(
        served,
        remove_demo=lambda: run_in_thread(lambda: remove_demo(served.app_state.newsroom.database)),
        answer_call=answer,
    )


def load_calls() -> Mapping[str, Callable[[Newsroom], AnswerCall]]:
    """Import what answers the calls of commands, by the beginning of their paths.

    It takes as long as a part of the start that nobody needs to wait for: a server does so once it is ready, and
    before another release can be in the place of its own.
    """
    from app.cli.copying.controls import answer_copies  # noqa: PLC0415
    from app.cli.imports.controls import answer_imports  # noqa: PLC0415
    from app.cli.imports.export_controls import answer_exports  # noqa: PLC0415

    return {
        "/control/copy": lambda newsroom: answer_copies(newsroom.database),
        "/control/exports": answer_exports,
        "/control/imports": answer_imports,
    }


@asynccontextmanager
async def open_admin_api(
    settings: Settings, *, clock: Clock = system_clock, through: Through = lambda way: way
) -> AsyncGenerator[httpx.AsyncClient]:
    """Open a client of the API with the admin's rights: of the running server, else of this process, with `clock`.

    `through` puts something around the way that calls go.
    """
    # A person who runs a command wants to see only what goes wrong.
    quiet = settings.model_copy(update={"log_level": "warning"})
    configure_logging(level=quiet.log_level, form=quiet.log_format, node=quiet.node_name)
    path = control_path(quiet)
    if path is None:
        # With PostgreSQL the admin token may be on another node: this process has one of its own.
        served = _application(quiet, clock)
        async with reach_api(None, served.own_token, make_app=lambda: controlled(served), through=through) as api:
            yield api
    else:
        token = load_or_make_admin_token(quiet)
        async with reach_api(
            path, token, make_app=lambda: controlled(_application(quiet, clock)), through=through
        ) as api:
            yield api


def _application(settings: Settings, clock: Clock) -> Application:
    # Imported where it is needed: it takes longer than all that most commands do, and they ask the server that runs.
    from app.main import create_app  # noqa: PLC0415

    return create_app(settings, clock=clock, follows_database=clock is system_clock)


async def ask_api(settings: Settings, method: str, path: str, body: Any = None) -> Any:
    """Make one call and return its answer. Raises Refused."""
    async with open_admin_api(settings) as api:
        return await ask(api, method, path, body)


async def page_through(
    settings: Settings, path: str, query: dict[str, str], each: Callable[[dict[str, Any]], None]
) -> None:
    """Call `each` with every item of a list, page by page. Raises Refused."""
    async with open_admin_api(settings) as api:
        position: str | None = None
        while True:
            asked = {**query, "limit": "100"} | ({} if position is None else {"position": position})
            page = await ask(api, "GET", f"{path}?{urlencode(asked)}")
            for item in page["items"]:
                each(item)
            position = page["next"]
            if position is None:
                return
