"""Readers' replies in the newsroom's page: sent as readers send them, and the moderators' queue by roles and labels."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.newsroom_server import Newsroom

ADDRESS = "canary.person@mail.example"
NETWORK_ADDRESS = "192.0.2.7"
"""Where all replies of these tests come from."""

SETTINGS = {
    "LIVEBLOG_COMMENTS": "moderated",
    "LIVEBLOG_COMMENTS_PER_ADDRESS": "0",
    "LIVEBLOG_COMMENTS_PER_STORY": "0",
    "LIVEBLOG_COMMENTS_PER_SITE": "0",
    "LIVEBLOG_TRUSTED_PROXIES": "127.0.0.1",
}
"""Every story takes replies, as many as come, from where the proxy says."""


def send_reply(newsroom: Newsroom, story: dict[str, Any], text: str, **more: Any) -> dict[str, Any]:
    """A reader's reply, as it was taken, with its receipt."""
    draft = {"name": "Ann", "email": ADDRESS, "text": text} | more
    headers = {"X-Forwarded-For": NETWORK_ADDRESS}
    answer = newsroom.client.post(f"/v1/stories/{story['id']}/comments", json=draft, headers=headers)
    assert answer.status_code == 202, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


def decide(newsroom: Newsroom, sent: dict[str, Any], action: str, **body: Any) -> None:
    """Decide about a reply as the operator."""
    answer = newsroom.client.post(f"/v1/newsroom/comments/{sent['id']}/{action}", json=body)
    assert answer.is_success, answer.text


def status_of(newsroom: Newsroom, sent: dict[str, Any]) -> str:
    """What has been decided about a reply."""
    read: str = newsroom.client.get(f"/v1/newsroom/comments/{sent['id']}").json()["status"]
    return read


def open_replies(page: Page, story: dict[str, Any]) -> None:
    """Open the queue of the chosen story from beside its name, and wait until it is read."""
    page.get_by_role("link", name="Its replies").click()
    expect(page.get_by_role("combobox", name="Story")).to_have_value(story["id"])
    expect(queue(page)).to_be_visible()


def queue(page: Page) -> Locator:
    """The moderators' queue."""
    return page.get_by_role("region", name="Readers’ replies")


def replies(page: Page) -> Locator:
    """The replies that are shown in it."""
    return queue(page).get_by_role("article")


def reply(page: Page, text: str) -> Locator:
    """The reply that says so."""
    return replies(page).filter(has_text=text)


def said(page: Page) -> Locator:
    """The line that says what was decided."""
    return page.get_by_role("status", name="What was decided")


def waiting(page: Page) -> Locator:
    """The link to the queue, in the bar that is always seen."""
    return page.get_by_role("navigation", name="Views").get_by_role("link", name="Replies")
