"""The commands of `liveblog` that an admin's newsroom needs when there is no time for anything else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import typer

from app.cli.commands import (
    ask_api,
    begin,
    failing_with_a_sentence,
    find_person,
    find_person_and,
    find_person_id,
    names_of_actors,
    page_through,
)
from app.domain.rights import Role
from app.wire.audit_export import encode_audit_header, encode_audit_line
from app.wire.qr_codes import encode_qr_text

app = typer.Typer()

_Story = Annotated[str | None, typer.Argument(metavar="[STORY]", help="Its id or slug; the whole site if left out.")]


class AuditForm(StrEnum):
    """How the audit is printed."""

    TEXT = "text"
    CSV = "csv"
    NDJSON = "ndjson"


@app.command()
def freeze(story: _Story = None) -> None:
    """Let nothing more out, of a story or of the whole site; retract, unpublish and remove go on working."""
    _set_freeze(story, frozen=True)
    typer.echo(f"{story or 'Everything'} is frozen: nothing goes out until `liveblog thaw`.", err=True)


@app.command()
def thaw(story: _Story = None) -> None:
    """Let things out again; what came due meanwhile waits for a person, as a submission."""
    _set_freeze(story, frozen=False)
    typer.echo(f"{story or 'The site'} is thawed; look for submissions that came due meanwhile.", err=True)
    with failing_with_a_sentence():
        left = asyncio.run(ask_api(begin(), "GET", "/v1/newsroom/freeze"))
        if left["frozen"]:
            typer.echo("The whole site is frozen still: nothing goes out until `liveblog thaw`.", err=True)
        for each in left["stories"]:
            typer.echo(f"Frozen by itself still: story {each}.", err=True)


@app.command("retract-last")
def retract_last(
    story: Annotated[str, typer.Argument(help="Its id or slug.")],
    reason: Annotated[str, typer.Option(help="Why; readers see it.")],
    by: Annotated[
        str | None, typer.Option(help="The name of whose entry it is; what the admin token published if left out.")
    ] = None,
) -> None:
    """Retract the entry that somebody published last in a story."""
    path = f"/v1/stories/{quote(story, safe='')}/retract-last"
    with failing_with_a_sentence():
        settings = begin()
        if by is None:
            done = asyncio.run(ask_api(settings, "POST", path, {"reason": reason}))
        else:
            done = asyncio.run(
                find_person_and(settings, by, lambda person: ("POST", path, {"reason": reason, "person": person}))
            )
        typer.echo(f"Retracted {done['id']}: {done['headline'] or done['text'][:80]}", err=True)


@app.command()
def revert(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, from `liveblog token list`.")],
    since: Annotated[str, typer.Option(help="From when on, as in 2026-11-03T21:00:00Z.")],
) -> None:
    """Undo what a token did to stories and entries since a time: one line for each, what was done or why not."""
    with failing_with_a_sentence():
        path = f"/v1/newsroom/tokens/{quote(token_id, safe='')}/revert"
        told = asyncio.run(ask_api(begin(), "POST", path, {"since": since}))
        for item in told["items"]:
            what = item["entry"] or item["field"] or "story"
            typer.echo("\t".join((item["story"], what, item["done"] or f"not reverted: {item['why']}")))
        for kept in told["not_reverted"]:
            done = f"{kept['object']} {kept['object_id']}: {kept['action']}"
            typer.echo(f"{done} stays as it is. {kept['why']}", err=True)
        if not told["items"]:
            typer.echo("It has written to no story and no entry since then.", err=True)


@app.command("revoke")
def revoke_person(name: Annotated[str, typer.Argument(help="The person's name.")]) -> None:
    """Take back every token, session and invitation of a person; what they hold open is closed."""
    with failing_with_a_sentence():
        done = asyncio.run(
            find_person_and(begin(), name, lambda person: ("POST", f"/v1/newsroom/people/{person}/revoke", None))
        )
        typer.echo(f"{name} had {done['revoked']} tokens and sessions, and has none now.", err=True)


@app.command("invite")
def invite_person(
    name: Annotated[str, typer.Argument(help="The person's name; they are added if nobody has it.")],
    role: Annotated[Role | None, typer.Option(help="What somebody new may do; reporter if left out.")] = None,
) -> None:
    """Print a link, and its QR code, that signs a person in once within a day."""
    with failing_with_a_sentence():
        person = asyncio.run(find_person(begin(), name, role=None if role is None else role.value))
        invite = asyncio.run(ask_api(begin(), "POST", "/v1/newsroom/invites", {"person": person["id"]}))
        typer.echo(encode_qr_text(invite["url"]), err=True)
        typer.echo(f"For {name} ({person['role']}) alone, once, until {invite['expires_at']}:", err=True)
        typer.echo(invite["url"])


@app.command()
def audit(
    person: Annotated[str | None, typer.Option(help="A person's name or id.")] = None,
    token: Annotated[str | None, typer.Option(help="A token's id, or admin.")] = None,
    story: Annotated[str | None, typer.Option(help="A story's id or slug.")] = None,
    action: Annotated[str | None, typer.Option(help="What was done: publish, retract, revoke …")] = None,
    since: Annotated[str | None, typer.Option(help="From when on, as in 2026-11-03T21:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to when.")] = None,
    form: Annotated[AuditForm, typer.Option("--format", help="csv and ndjson have every member.")] = AuditForm.TEXT,
) -> None:
    """Print who did what when, the newest first, and the status before and after."""
    asked = {"person": person, "token": token, "story": story, "action": action, "since": since, "until": until}
    query = {name: value for name, value in asked.items() if value is not None}
    found = 0

    def show(item: dict[str, Any]) -> None:
        nonlocal found
        found += 1
        typer.echo(_line(item, form, names), nl=False)

    with failing_with_a_sentence():
        settings = begin()
        if person is not None:
            query["person"] = asyncio.run(find_person_id(settings, person))
        names = asyncio.run(names_of_actors(settings)) if form is AuditForm.TEXT else {}
        if form is AuditForm.CSV:
            typer.echo(encode_audit_header("csv"), nl=False)
        asyncio.run(page_through(settings, "/v1/newsroom/audit", query, show))
        if not found:
            typer.echo("Nothing matches.", err=True)


def _line(item: dict[str, Any], form: AuditForm, names: Mapping[str, str]) -> bytes:
    if form is AuditForm.CSV:
        return encode_audit_line(item, "csv")
    if form is AuditForm.NDJSON:
        return encode_audit_line(item, "ndjson")
    who = item["person"] or item["token"]
    columns = (item["at"], names.get(who, who), item["action"], item["object"], item["object_id"], _course(item))
    return ("\t".join(columns).rstrip() + "\n").encode()


def _course(item: dict[str, Any]) -> str:
    """From which status to which, where the row is about something that has one."""
    before, after = ((item[name] or {}).get("status") for name in ("before", "after"))
    return (
        str(before or after or "")
        if before == after
        else " → ".join(str(each or "nothing") for each in (before, after))
    )


def _set_freeze(story: str | None, *, frozen: bool) -> None:
    with failing_with_a_sentence():
        asyncio.run(ask_api(begin(), "POST", "/v1/newsroom/freeze", {"story": story, "frozen": frozen}))
