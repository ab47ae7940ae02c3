"""The people of the newsroom, looked up by the names that commands are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from app.cli.admin_api import open_admin_api
from app.cli.control import Refused, ask
from app.domain.identifiers import is_uuid4
from app.settings import Settings
from app.wire.requests.hidden_characters import drop_harmless


async def find_or_add_person(settings: Settings, name: str, *, role: str | None) -> Any:
    """Return the person of that name, added unless there is one. Raises Refused for several, or another role."""
    async with open_admin_api(settings) as api:
        known = await _named(api, name)
        if not known:
            return await ask(api, "POST", "/v1/newsroom/people", {"name": name, "role": role or "reporter"})
        return _only_one(known, name, role=role)


async def ask_about_person(settings: Settings, name: str, then: Callable[[str], tuple[str, str, Any]]) -> Any:
    """Make the call that `then` returns for the id of the person of that name. Raises Refused."""
    async with open_admin_api(settings) as api:
        person = _only_one(await _named(api, name), name, role=None)
        return await ask(api, *then(person["id"]))


async def find_person_id(settings: Settings, name_or_id: str) -> str:
    """Return the id of a person given by id or name. Raises Refused."""
    if is_uuid4(name_or_id):
        return name_or_id
    async with open_admin_api(settings) as api:
        person: str = _only_one(await _named(api, name_or_id), name_or_id, role=None)["id"]
        return person


async def names_of_actors(settings: Settings) -> dict[str, str]:
    """Return the names of people and tokens by their ids. Raises Refused."""
    async with open_admin_api(settings) as api:
        people = (await ask(api, "GET", "/v1/newsroom/people"))["items"]
        tokens = (await ask(api, "GET", "/v1/newsroom/tokens"))["items"]
    return {each["id"]: each["label"] for each in tokens} | {each["id"]: each["name"] for each in people}


async def find_or_add(api: httpx.AsyncClient, person: dict[str, Any]) -> Any:
    """Return the person of that name, role, address and byline, added unless known by that name. Raises Refused."""
    known = await _named(api, person["name"])
    if not known:
        return await ask(api, "POST", "/v1/newsroom/people", person)
    _only_one(known, person["name"], role=person["role"])
    if any(person[name] not in {None, known[0][name]} for name in ("email", "byline")):
        raise Refused(f"The newsroom has {person['name']} already, with another address or byline: leave those out.")
    return known[0]


async def _named(api: httpx.AsyncClient, name: str) -> list[Any]:
    wanted = drop_harmless(name).strip()  # as it was when the person was added
    return [each for each in (await ask(api, "GET", "/v1/newsroom/people"))["items"] if each["name"] == wanted]


def _only_one(known: list[Any], name: str, *, role: str | None) -> Any:
    if not known:
        raise Refused(f"There is nobody called {name}.")
    if len(known) > 1 or role not in {None, known[0]["role"]}:
        there = ", ".join(f"{each['name']} ({each['role']})" for each in known)
        raise Refused(f"The newsroom has {there} already: choose that role, or a name that tells them apart.")
    return known[0]
