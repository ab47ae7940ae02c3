"""The group `liveblog token`: make, list and revoke the tokens people and bots post with."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any
from urllib.parse import quote

import typer
from pydantic import ValidationError

from app.cli.admin_api import ask_api, open_admin_api
from app.cli.control import Refused, ask
from app.cli.failures import failing_with_a_sentence
from app.cli.output import say
from app.cli.people_lookup import find_or_add
from app.cli.setup import set_up
from app.domain.rights import Role
from app.settings import Settings
from app.wire.problems import problem_of, validation_errors
from app.wire.requests.people import TokenDraft

app = typer.Typer(
    name="token", no_args_is_help=True, help="Make, list and take back the tokens people and bots post with."
)


@app.command("create")
def create_token(
    name: Annotated[str, typer.Option(help="The person's name, or what the bot is called.")],
    role: Annotated[Role, typer.Option(help="What the person or bot may do.")],
    bot: Annotated[bool, typer.Option("--bot", help="For a bot: no person, no byline.")] = False,
    email: Annotated[str | None, typer.Option(help="The person's address; never shown to readers.")] = None,
    byline: Annotated[str | None, typer.Option(help="Shown on the person's entries; the name if left out.")] = None,
    scopes: Annotated[str | None, typer.Option(help="Limits it to some of: read,write,publish,manage.")] = None,
    expires_days: Annotated[int | None, typer.Option(help="Days after which it ends by itself.")] = None,
    stories: Annotated[
        list[str] | None, typer.Option("--story", help="A story it is limited to, by id or slug; may be repeated.")
    ] = None,
    shorthand: Annotated[
        bool, typer.Option("--shorthand", help="Read #tag, /key, /pin and @author in what it writes.")
    ] = False,
) -> None:
    """Make a token and print it, alone on standard output and only this once."""
    if bot and (email or byline):
        raise typer.BadParameter("a bot has neither an address nor a byline")
    person = None if bot else {"name": name, "role": role.value, "email": email, "byline": byline}
    token = {
        "label": name,
        "scopes": [scope.strip() for scope in scopes.split(",")] if scopes else None,
        "expires_in_days": expires_days,
        "stories": stories or None,
        "shorthand": shorthand,
    }
    with failing_with_a_sentence():
        made = asyncio.run(_make_token(set_up(), person, {**token, "role": role.value} if bot else token))
        say(f"Made the {made['kind']} token {made['id']} for {name}. Keep it now; it is shown once:")
        typer.echo(made["token"])


@app.command("list")
def list_tokens() -> None:
    """List every token there has been, newest first: id, label, kind, scopes, made, state, when it was used last."""
    with failing_with_a_sentence():
        found = asyncio.run(ask_api(set_up(), "GET", "/v1/newsroom/tokens"))["items"]
        for token in found:
            kind = f"{token['kind']} ({token['role']})" if token["role"] else token["kind"]
            until = f"until {token['expires_at']}" if token["expires_at"] else "valid"
            state = f"revoked {token['revoked_at']}" if token["revoked_at"] else until
            used = f"used {token['last_used_at']}" if token["last_used_at"] else "never used"
            columns = (token["id"], token["label"], kind, ",".join(token["scopes"]), token["created_at"], state, used)
            typer.echo("\t".join(columns))
        if not found:
            say("There are no tokens yet but the admin's.")


@app.command("revoke")
def revoke_token(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, from `liveblog token list`.")],
) -> None:
    """Revoke a token: from now on it opens nothing."""
    with failing_with_a_sentence():
        revoked = asyncio.run(ask_api(set_up(), "POST", f"/v1/newsroom/tokens/{quote(token_id, safe='')}/revoke"))
        say(f"{revoked['label']} ({revoked['id']}) opens nothing any more.")


async def _make_token(settings: Settings, person: dict[str, Any] | None, token: dict[str, Any]) -> Any:
    """Make a token: for `person`, who is added unless known by that name, or without one. Raises Refused."""
    if person is not None:
        _check_token({**token, "role": person["role"]})
    async with open_admin_api(settings) as api:
        if person is not None:
            token = {**token, "person": (await find_or_add(api, person))["id"]}
        return await ask(api, "POST", "/v1/newsroom/tokens", token)


def _check_token(token: dict[str, Any]) -> None:
    """Raise Refused for a token that the API would refuse, before a person is added who would be left without one."""
    try:
        TokenDraft.model_validate_json(json.dumps(token))
    except ValidationError as error:
        raise Refused(problem_of(validation_errors(error.errors()))["detail"]) from None
