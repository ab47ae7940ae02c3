"""The commands that print the API's descriptions: `liveblog openapi` and `liveblog asyncapi`."""

from __future__ import annotations

import asyncio
import json

import typer

from app.cli.admin_api import ask_api
from app.cli.failures import failing_with_a_sentence
from app.cli.setup import set_up

app = typer.Typer()


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    _print_document("/openapi.json")


@app.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of the live messages."""
    _print_document("/asyncapi.json")


def _print_document(address: str) -> None:
    with failing_with_a_sentence():
        document = asyncio.run(ask_api(set_up(), "GET", address))
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
