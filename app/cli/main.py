"""The `liveblog` command: each command reads the settings, calls one function of another room, and says what happened.

What a person asked for goes to standard output, explanations and failures to standard error. A command that fails ends
with 1 and one sentence; wrong usage or settings end with 2.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from app import __version__
from app.cli import newsroom as newsroom_commands
from app.cli.commands import (
    add_demo,
    ask_api,
    begin,
    control_path,
    controlled,
    described,
    failing_with_a_sentence,
    make_data_dir,
    make_token,
    remove_demo,
    show_progress,
)
from app.cli.greeting import Greeting
from app.domain.identifiers import SystemRandomSource
from app.domain.rights import Role
from app.main import create_app
from app.server.control_socket import open_listeners
from app.server.uvicorn_server import ControlEndpoint, run_server
from app.settings import ADMIN_TOKEN_FILE, list_misspelt, load_or_make_admin_token
from app.storage.upkeep.copy import back_up
from app.storage.upkeep.copy import restore as restore_backup
from app.storage.upkeep.migrations import migrate as migrate_database

app = typer.Typer(
    name="liveblog",
    help="Run a newsroom's live coverage: serve it, and look after its data. Settings come from LIVEBLOG_… variables.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
tokens = typer.Typer(no_args_is_help=True, help="Make, list and take back the tokens people and bots post with.")
app.add_typer(tokens, name="token")
app.add_typer(newsroom_commands.app)


@app.command()
def serve(
    show_token: Annotated[bool, typer.Option("--show-token", help="Print the admin token when ready.")] = False,
    portable: Annotated[
        bool,
        typer.Option(
            "--portable",
            help="Serve readers as any ASGI server would; slower, without limits on their connections; for comparison.",
        ),
    ] = False,
) -> None:
    """Serve readers and the newsroom until stopped (SIGTERM or Ctrl-C; a second one stops at once)."""
    with failing_with_a_sentence():
        settings = begin()
        for sentence in list_misspelt():
            typer.echo(sentence, err=True)
        make_data_dir(settings)
        token_file = settings.data_dir / ADMIN_TOKEN_FILE if settings.admin_token is None else None
        greeting = Greeting(settings.public_url, load_or_make_admin_token(settings), token_file, show_token=show_token)
        sockets = open_listeners(settings.host, settings.port)
        server, path = create_app(settings), control_path(settings)
        run_server(
            server,
            sockets=sockets,
            control=None if path is None else ControlEndpoint(path, controlled(server)),
            accept_context=None if portable else lambda: server.accept_context,
            trusted_proxies=settings.trusted_proxies,
            drain=server.drain,
            drain_seconds=settings.drain_seconds,
            count_readers=server.count_readers,
            message_bytes=settings.max_message_bytes,
            when_ready=lambda: greeting.show_when_answered(sockets[0]),
        )


@app.command()
def migrate() -> None:
    """Bring the database to the schema this release needs; with nothing there yet, make it."""
    with failing_with_a_sentence():
        settings = begin()
        make_data_dir(settings)
        migrate_database(settings.database_url)
        typer.echo("The database has the schema this release needs.", err=True)


@app.command()
def demo(
    remove: Annotated[bool, typer.Option("--remove", help="Delete the demo story, with everything in it.")] = False,
) -> None:
    """Add a demo story to look at; its remaining entries arrive while somebody has its page open."""
    with failing_with_a_sentence():
        settings = begin()
        typer.echo(asyncio.run(remove_demo(settings) if remove else add_demo(settings)), err=True)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new file to write; readable by you alone.")]) -> None:
    """Copy everything to one file and verify the copy; the server may go on running."""
    with failing_with_a_sentence():
        contents = back_up(begin().database_url, file, progress=show_progress())
        typer.echo(f"{file} holds {described(contents)}; the copy has been verified.", err=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file made by `liveblog backup`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Replace what the database holds now.")] = False,
) -> None:
    """Make the database hold what a backup holds, all or nothing; stop the server first."""
    with failing_with_a_sentence():
        settings = begin()
        make_data_dir(settings)
        random = SystemRandomSource()
        contents = restore_backup(settings.database_url, file, replace=yes, random=random, progress=show_progress())
        typer.echo(f"Restored {described(contents)}; each story has a new epoch, so that", err=True)
        typer.echo("readers begin again from a snapshot. Tokens work as they did when the backup was made.", err=True)


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    with failing_with_a_sentence():
        document = asyncio.run(ask_api(begin(), "GET", "/openapi.json"))
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


@tokens.command("create")
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
        made = asyncio.run(make_token(begin(), person, {**token, "role": role.value} if bot else token))
        typer.echo(f"Made the {made['kind']} token {made['id']} for {name}. Keep it now; it is shown once:", err=True)
        typer.echo(made["token"])


@tokens.command("list")
def list_tokens() -> None:
    """List every token there has been, newest first: id, label, kind, scopes, made, state, when it was used last."""
    with failing_with_a_sentence():
        found = asyncio.run(ask_api(begin(), "GET", "/v1/newsroom/tokens"))["items"]
        for token in found:
            kind = f"{token['kind']} ({token['role']})" if token["role"] else token["kind"]
            until = f"until {token['expires_at']}" if token["expires_at"] else "valid"
            state = f"revoked {token['revoked_at']}" if token["revoked_at"] else until
            used = f"used {token['last_used_at']}" if token["last_used_at"] else "never used"
            columns = (token["id"], token["label"], kind, ",".join(token["scopes"]), token["created_at"], state, used)
            typer.echo("\t".join(columns))
        if not found:
            typer.echo("There are no tokens yet but the admin's.", err=True)


@tokens.command("revoke")
def revoke_token(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, from `liveblog token list`.")],
) -> None:
    """Take a token back: from now on it opens nothing."""
    with failing_with_a_sentence():
        revoked = asyncio.run(ask_api(begin(), "POST", f"/v1/newsroom/tokens/{quote(token_id, safe='')}/revoke"))
        typer.echo(f"{revoked['label']} ({revoked['id']}) opens nothing any more.", err=True)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the options of `liveblog` itself."""
