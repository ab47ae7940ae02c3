"""The commands that look after the newsroom: `invite` and `audit`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from app.cli.admin_api import ask_api, page_through
from app.cli.failures import failing_with_a_sentence
from app.cli.output import draw, say
from app.cli.people_lookup import find_or_add_person, find_person_id, names_of_actors
from app.cli.setup import set_up
from app.domain.rights import Role
from app.newsroom.people.qr_codes import encode_qr_text
from app.wire.audit_export import encode_audit_header, encode_audit_line

app = typer.Typer()


class AuditForm(StrEnum):
    """The forms in which the audit is printed."""

    TEXT = "text"
    CSV = "csv"
    NDJSON = "ndjson"


@app.command("invite")
def invite_person(
    name: Annotated[str, typer.Argument(help="The person's name; they are added if nobody has it.")],
    role: Annotated[Role | None, typer.Option(help="What somebody new may do; reporter if left out.")] = None,
) -> None:
    """Print a link, and its QR code, that signs a person in once within a day."""
    with failing_with_a_sentence():
        person = asyncio.run(find_or_add_person(set_up(), name, role=None if role is None else role.value))
        invite = asyncio.run(ask_api(set_up(), "POST", "/v1/newsroom/invites", {"person": person["id"]}))
        draw(encode_qr_text(invite["url"]))
        say(f"For {name} ({person['role']}) alone, once, until {invite['expires_at']}:")
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
    filters = {"person": person, "token": token, "story": story, "action": action, "since": since, "until": until}
    query = {name: value for name, value in filters.items() if value is not None}
    found = 0

    def show(item: dict[str, Any]) -> None:
        nonlocal found
        found += 1
        typer.echo(_line(item, form, names), nl=False)

    with failing_with_a_sentence():
        settings = set_up()
        if person is not None:
            query["person"] = asyncio.run(find_person_id(settings, person))
        names = asyncio.run(names_of_actors(settings)) if form is AuditForm.TEXT else {}
        if form is AuditForm.CSV:
            typer.echo(encode_audit_header("csv"), nl=False)
        asyncio.run(page_through(settings, "/v1/newsroom/audit", query, show))
        if not found:
            say("Nothing matches.")


def _line(item: dict[str, Any], form: AuditForm, names: Mapping[str, str]) -> bytes:
    if form is AuditForm.CSV:
        return encode_audit_line(item, "csv")
    if form is AuditForm.NDJSON:
        return encode_audit_line(item, "ndjson")
    who = item["person"] or item["token"]
    columns = (item["at"], names.get(who, who), item["action"], item["object"], item["object_id"], _statuses(item))
    return ("\t".join(columns).rstrip() + "\n").encode()


def _statuses(item: dict[str, Any]) -> str:
    """Return the statuses before and after, where the row is about something that has one."""
    before, after = ((item[name] or {}).get("status") for name in ("before", "after"))
    return (
        str(before or after or "")
        if before == after
        else " → ".join(str(each or "nothing") for each in (before, after))
    )
