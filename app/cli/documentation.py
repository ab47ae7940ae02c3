"""The command that prints the API's description: `liveblog openapi`."""

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
    with failing_with_a_sentence():
        document = asyncio.run(ask_api(set_up(), "GET", "/openapi.json"))
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
