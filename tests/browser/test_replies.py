"""A reader leaves a reply without scripts, and finds what became of it; the page tells the number as it changes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from app.web.words import Catalogue
from tests.browser.newsroom_server import Newsroom

TYPING_MILLISECONDS = 7_000
"""Nobody writes a name and a text in less; what is sent sooner is taken for a machine's."""


def commented_story(newsroom: Newsroom, slug: str) -> str:
    draft = {"title": "Election night", "slug": slug, "settings": {"comments": {"mode": "moderated"}}}
    story: str = newsroom.client.post("/v1/stories", json=draft).json()["id"]
    return story


def test_a_page_with_replies_tells_another_number_as_it_is_approved(newsroom: Newsroom, browser: Browser) -> None:
    story = commented_story(newsroom, "numbers")
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{newsroom.url}/stories/numbers")
    expect(page.locator("#comment-count")).to_have_text("0 replies")
    expect(page.get_by_text("Your email address will not be published.").first).to_be_visible()
    sent = newsroom.client.post(
        f"/v1/stories/{story}/comments", json={"name": "Ann", "text": "Which districts?"}
    ).json()
    assert newsroom.client.post(f"/v1/newsroom/comments/{sent['id']}/approve", json={}).status_code == 200
    expect(page.locator("#comment-count")).to_have_text("1 reply")
    page.reload()
    expect(page.locator("#comments")).to_contain_text("Which districts?")
    context.close()


def test_what_is_about_replies_is_said_again_in_another_language(newsroom: Newsroom, browser: Browser) -> None:
    story = commented_story(newsroom, "languages")
    sent = newsroom.client.post(f"/v1/stories/{story}/comments", json={"name": "Ann", "text": "Which?"}).json()
    newsroom.client.post(f"/v1/newsroom/comments/{sent['id']}/approve", json={})
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{newsroom.url}/stories/languages")
    expect(page.locator("#comment-count")).to_have_text("1 reply")
    page.get_by_label("Name").first.fill("Cy")
    headers = {"if-match": "*"}
    changed = newsroom.client.patch(f"/v1/stories/{story}", json={"language": "ar"}, headers=headers)
    assert changed.status_code == 200
    words = Catalogue().words_for("ar")
    for place in ("#comment-count", "#comments-title"):
        expect(page.locator(place)).to_have_text(str(words.count("replies.count", 1)))
    expect(page.locator("#leave-a-reply")).to_have_text(str(words.say("replies.leave")))
    expect(page.locator("option").first).to_have_text(str(words.say("reason.illegal")))
    expect(page.get_by_label(str(words.say("replies.name"))).first).to_have_value("Cy")
    assert "reply" not in page.locator("#comments").inner_text().lower()
    context.close()


@pytest.mark.slow
def test_a_reader_without_scripts_leaves_a_reply_and_sees_what_becomes_of_it(
    newsroom: Newsroom, browser: Browser
) -> None:
    commented_story(newsroom, "talk")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{newsroom.url}/stories/talk")
    page.get_by_label("Name").fill("Cy")
    page.get_by_label("Email (optional)").fill("cy@mail.example")
    page.get_by_label("Reply", exact=True).fill("Left without scripts.")
    page.wait_for_timeout(TYPING_MILLISECONDS)  # as a person types
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator("main")).to_contain_text("Your reply waits for the newsroom")
    (waiting,) = newsroom.client.get("/v1/newsroom/comments?status=pending").json()["items"]
    assert (waiting["text"], waiting["email"], waiting["flags"]) == ("Left without scripts.", "cy@mail.example", [])
    newsroom.client.post(f"/v1/newsroom/comments/{waiting['id']}/reject", json={"reason": "off_topic"})
    page.reload()
    expect(page.locator("main")).to_contain_text("It is not about the story.")
    page.get_by_label("Why").fill("But it is.")
    page.get_by_role("button", name="Send objection").click()
    expect(page.locator("main")).to_contain_text("You have objected")
    page.get_by_role("link", name="Back to the story").click()
    expect(page.get_by_role("heading", name="Leave a reply")).to_be_visible()
    assert "cy@mail.example" not in page.content()
    context.close()
