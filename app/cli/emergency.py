"""The commands for emergencies: `freeze`, `thaw`, `retract-last`, `revert` and `revoke`."""

from __future__ import annotations

import asyncio
from typing import Annotated
from urllib.parse import quote

import typer

from app.cli.admin_api import ask_api
from app.cli.failures import failing_with_a_sentence
from app.cli.output import say
from app.cli.people_lookup import ask_about_person
from app.cli.setup import set_up
from app.content import truncate_text

app = typer.Typer()

_Story = Annotated[str | None, typer.Argument(metavar="[STORY]", help="Its id or slug; the whole site if left out.")]


@app.command()
def freeze(story: _Story = None) -> None:
    """Let nothing more out, of a story or of the whole site; retract, unpublish and remove go on working."""
    _set_freeze(story, frozen=True)
    say(f"{story or 'Everything'} is frozen: nothing goes out until `liveblog thaw`.")


@app.command()
def thaw(story: _Story = None) -> None:
    """Let things out again; what came due meanwhile waits for a person, as a submission."""
    _set_freeze(story, frozen=False)
    say(f"{story or 'The site'} is thawed; look for submissions that came due meanwhile.")
    with failing_with_a_sentence():
        left = asyncio.run(ask_api(set_up(), "GET", "/v1/newsroom/freeze"))
        if left["frozen"]:
            say("The whole site is frozen still: nothing goes out until `liveblog thaw`.")
        for each in left["stories"]:
            say(f"Frozen by itself still: story {each}.")


@app.command("retract-last")
def retract_last(
    story: Annotated[str, typer.Argument(help="Its id or slug.")],
    reason: Annotated[str, typer.Option(help="Why; readers see it.")],
    by: Annotated[
        str | None, typer.Option(help="The name of whose entry it is; what the admin token published if left out.")
    ] = None,
) -> None:
    """Retract the entry that a person published last in a story."""
    path = f"/v1/stories/{quote(story, safe='')}/retract-last"
    with failing_with_a_sentence():
        settings = set_up()
        if by is None:
            done = asyncio.run(ask_api(settings, "POST", path, {"reason": reason}))
        else:
            done = asyncio.run(
                ask_about_person(settings, by, lambda person: ("POST", path, {"reason": reason, "person": person}))
            )
        say(f"Retracted {done['id']}: {done['headline'] or truncate_text(done['text'], 80)}")


@app.command()
def revert(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, from `liveblog token list`.")],
    since: Annotated[str, typer.Option(help="From when on, as in 2026-11-03T21:00:00Z.")],
) -> None:
    """Undo what a token did to stories and entries since a time: one line for each, what was done or why not."""
    with failing_with_a_sentence():
        path = f"/v1/newsroom/tokens/{quote(token_id, safe='')}/revert"
        reverted = asyncio.run(ask_api(set_up(), "POST", path, {"since": since}))
        for item in reverted["items"]:
            what = item["entry"] or item["field"] or "story"
            typer.echo("\t".join((item["story"], what, item["done"] or f"not reverted: {item['why']}")))
        for kept in reverted["not_reverted"]:
            done = f"{kept['object']} {kept['object_id']}: {kept['action']}"
            say(f"{done} stays as it is. {kept['why']}")
        if not reverted["items"]:
            say("It has written to no story and no entry since then.")


@app.command("revoke")
def revoke_person(name: Annotated[str, typer.Argument(help="The person's name.")]) -> None:
    """Revoke every token, session and invitation of a person; what they hold open is closed."""
    with failing_with_a_sentence():
        done = asyncio.run(
            ask_about_person(set_up(), name, lambda person: ("POST", f"/v1/newsroom/people/{person}/revoke", None))
        )
        say(f"{name} had {done['revoked']} tokens and sessions, and has none now.")


def _set_freeze(story: str | None, *, frozen: bool) -> None:
    with failing_with_a_sentence():
        asyncio.run(ask_api(set_up(), "POST", "/v1/newsroom/freeze", {"story": story, "frozen": frozen}))
