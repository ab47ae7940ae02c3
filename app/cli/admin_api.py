"""The API with the admin's rights: of the running server, else of this process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from app.cli.control import ask, reach_api, with_controls
from app.domain.clock import Clock, system_clock
from app.jobs.demo import remove_demo
from app.jobs.job import run_in_thread
from app.logs import configure_logging
from app.main import Application, create_app
from app.server.control_socket import CONTROL_SOCKET
from app.server.lifespan import Application as ControlledApplication
from app.settings import Settings, load_or_make_admin_token
from app.storage.database.opening import database_folder


def control_path(settings: Settings) -> Path | None:
    """Return the path of the server's control socket, beside the SQLite file. None for PostgreSQL, which needs none."""
    folder = database_folder(settings.database_url)
    return None if folder is None else folder / CONTROL_SOCKET


def controlled(served: Application) -> ControlledApplication:
    """Add to the application what only commands may do."""
    return with_controls(
        served, remove_demo=lambda: run_in_thread(lambda: remove_demo(served.app_state.newsroom.database))
    )


@asynccontextmanager
async def open_admin_api(settings: Settings, *, clock: Clock = system_clock) -> AsyncGenerator[httpx.AsyncClient]:
    """Open a client of the API with the admin's rights: of the running server, else of this process, with `clock`."""
    # A person who runs a command wants to see only what goes wrong.
    quiet = settings.model_copy(update={"log_level": "warning"})
    configure_logging(level=quiet.log_level, form=quiet.log_format)
    path = control_path(quiet)
    served = create_app(quiet, clock=clock, follows_database=clock is system_clock)
    # With PostgreSQL the admin token may be on another node: this process has one of its own.
    token = served.own_token if path is None else load_or_make_admin_token(quiet)
    async with reach_api(path, token, make_app=lambda: controlled(served)) as api:
        yield api


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
