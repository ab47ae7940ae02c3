"""Pictures on the newsroom's page: chosen, found in the composer, and what became of them on the server."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page

from tests.browser.newsroom_roles import composer
from tests.browser.newsroom_server import Newsroom

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
KEPT = "Kept on the server."


def file_of(name: str, data: bytes, kind: str = "image/png") -> FilePayload:
    """Return a file as a file chooser is given one."""
    return {"name": name, "mimeType": kind, "buffer": data}


def choose_files(page: Page, *files: FilePayload) -> None:
    """Choose files in the composer."""
    with page.expect_file_chooser() as opened:
        composer(page).get_by_role("button", name="Add pictures").click()
    opened.value.set_files(list(files))


def choose_picture(field: Locator, file: FilePayload) -> None:
    """Choose the one picture of a field."""
    with field.page.expect_file_chooser() as opened:
        field.get_by_role("button", name="Choose a picture").click()
    opened.value.set_files([file])


def picture_of(page: Page, name: str = "Picture") -> Locator:
    """Return the composer's part about a picture whose name begins so."""
    return composer(page).get_by_role("group", name=re.compile(f"^{name}"))


def said_at(page: Page, name: str = "Picture") -> Locator:
    """Return what is said there of its upload."""
    return picture_of(page, name).get_by_role("status")


def public_entries(newsroom: Newsroom, story: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the story's entries as readers have them, with their blocks."""
    answered = newsroom.client.get(f"/v1/stories/{story['id']}/entries", params={"body": "blocks"})
    assert answered.is_success, answered.text
    items: list[dict[str, Any]] = answered.json()["items"]
    return items


def images_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pictures of an entry."""
    return [block for block in item["blocks"] if block["type"] == "image"]


def library(newsroom: Newsroom, words: str = "") -> list[dict[str, Any]]:
    """Return the uploads that the newsroom finds by these words."""
    answered = newsroom.client.get("/v1/newsroom/media", params={"q": words, "limit": 100})
    items: list[dict[str, Any]] = answered.json()["items"]
    return items
