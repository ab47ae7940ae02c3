"""The commands that take text out for good, and keep it for a court: `purge` and `legal-hold`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from app.cli.admin_api import ask_api
from app.cli.failures import failing_with_a_sentence
from app.cli.output import say
from app.cli.people_lookup import find_person_id
from app.cli.setup import set_up

purges = typer.Typer(name="purge", help="Take text out of everything for good; without --for-good, say what would go.")
holds = typer.Typer(
    name="legal-hold", help="Keep a story or an entry for a court, from every purge and from retention."
)
app = typer.Typer()
app.add_typer(purges)
app.add_typer(holds)

_Story = Annotated[str, typer.Argument(metavar="STORY", help="Its id or slug.")]
_Entry = Annotated[str, typer.Argument(metavar="ENTRY", help="Its id.")]
_SomeEntry = Annotated[str | None, typer.Argument(metavar="[ENTRY]", help="Its id; the whole story if left out.")]
_ForGood = Annotated[bool, typer.Option("--for-good", help="Do it: nothing brings the text back but a backup.")]


@purges.command("entry")
def purge_entry(story: _Story, entry: _Entry, for_good: _ForGood = False) -> None:
    """Purge an entry: a tombstone for readers, and its text gone from versions, replies, search, audit and memory."""
    with failing_with_a_sentence():
        _purge({"story": story, "entry": entry}, for_good=for_good)


@purges.command("story")
def purge_story(story: _Story, for_good: _ForGood = False) -> None:
    """Purge a story with all of its entries and its names; for readers it is withdrawn."""
    with failing_with_a_sentence():
        _purge({"story": story}, for_good=for_good)


@purges.command("person")
def purge_person(
    name: Annotated[str, typer.Argument(help="The person's name or id.")],
    bylines: Annotated[bool, typer.Option("--bylines", help="Out of every entry and version too.")] = False,
    for_good: _ForGood = False,
) -> None:
    """Purge who a person is: name, address and byline; they can sign in no more."""
    with failing_with_a_sentence():
        person = asyncio.run(find_person_id(set_up(), name))
        _purge({"person": person, "bylines": bylines}, for_good=for_good)


@purges.command("media")
def purge_media(
    media: Annotated[str, typer.Argument(metavar="MEDIA", help="The upload's id.")], for_good: _ForGood = False
) -> None:
    """Purge an upload: out of every entry, version, story and avatar that shows it, and its files."""
    with failing_with_a_sentence():
        _purge({"media": media}, for_good=for_good)


@purges.command("comment")
def purge_comment(
    comment: Annotated[str, typer.Argument(metavar="COMMENT", help="Its id.")], for_good: _ForGood = False
) -> None:
    """Purge a reader's comment: hidden with what stands under it, and its text, writer and notices gone."""
    with failing_with_a_sentence():
        _purge({"comment": comment}, for_good=for_good)


@holds.command("set")
def set_hold(story: _Story, entry: _SomeEntry = None) -> None:
    """Hold a story with all of its entries, or one entry."""
    _set_hold(story, entry, held=True)
    say("It is held: no purge and no retention takes it until `liveblog legal-hold lift`.")


@holds.command("lift")
def lift_hold(story: _Story, entry: _SomeEntry = None) -> None:
    """Lift the hold on a story, or on one entry."""
    _set_hold(story, entry, held=False)
    say("The hold is lifted.")


@holds.command("list")
def list_holds() -> None:
    """Print every hold: the story, and the entry where it is on one."""
    with failing_with_a_sentence():
        found = asyncio.run(ask_api(set_up(), "GET", "/v1/newsroom/legal-hold"))["items"]
        for hold in found:
            typer.echo(_line(hold))
        if not found:
            say("Nothing is held.")


def _purge(target: dict[str, Any], *, for_good: bool) -> None:
    """Print what would go, or purge it and print what went. Raises Refused."""
    settings = set_up()
    shown = asyncio.run(ask_api(settings, "POST", "/v1/newsroom/purge", target))
    if for_good and shown["confirm"] is not None:
        confirmed = {"confirm": shown["confirm"]}
        shown = asyncio.run(ask_api(settings, "POST", "/v1/newsroom/purge/confirm", confirmed))
    for place in shown["places"]:
        typer.echo(f"{place['place']}\t{place['count']}")
    for hold in shown["held"]:
        say(f"Held for a court: {_line(hold)}")
    for upload in shown["kept"]:
        say(f"Kept, since it is used elsewhere: {upload['media']} ({', '.join(_place(use) for use in upload['uses'])})")
    if not (shown["places"] or shown["held"] or shown["kept"]):
        say("Nothing of it is left here. What browsers, caches and backups hold: docs/erasure.md.")
    elif "confirm" not in shown:
        say("It is gone from here. What browsers, caches and backups hold: docs/erasure.md.")
    elif shown["confirm"] is None:
        say("Nothing can go while it is held: lift the hold first, with `liveblog legal-hold lift`.")
        raise typer.Exit(1)
    else:
        say("This would go, for good, and nothing has yet: say --for-good.")


def _set_hold(story: str, entry: str | None, *, held: bool) -> None:
    with failing_with_a_sentence():
        body = {"story": story, "entry": entry, "held": held}
        asyncio.run(ask_api(set_up(), "POST", "/v1/newsroom/legal-hold", body))


def _place(use: dict[str, Any]) -> str:
    if use["story"] is None:
        return f"the avatar of {use['name']}"
    return f"the entry {use['entry']} of {use['slug']}" if use["entry"] else f"the story {use['slug']}"


def _line(hold: dict[str, str | None]) -> str:
    return "\t".join(ident for ident in (hold["story"], hold["entry"]) if ident is not None)
