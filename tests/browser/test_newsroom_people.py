"""A story's name and neighbours, its members, the audit, and the brakes, from the newsroom's page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Newsroom
from tests.browser.desk import PHONE, at_the_desk, choose, item, open_as, somebody


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport=PHONE) as context:
        context.set_default_timeout(10_000)
        yield context


@pytest.fixture
def story(newsroom: Newsroom) -> dict[str, Any]:
    return newsroom.make_story()


@pytest.fixture
def desk(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    with at_the_desk(context, newsroom, story) as page:
        yield page


def _make_bot(newsroom: Newsroom, label: str) -> dict[str, Any]:
    answer = newsroom.client.post("/v1/newsroom/tokens", json={"label": label, "role": "editor"})
    assert answer.is_success, answer.text
    bot: dict[str, Any] = answer.json()
    return bot


def _write_as(newsroom: Newsroom, bot: dict[str, Any], story: dict[str, Any], text: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {bot['token']}"}
    answer = newsroom.client.post(f"/v1/stories/{story['id']}/entries", json={"text": text}, headers=headers)
    assert answer.is_success, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


def _members(newsroom: Newsroom, story: dict[str, Any]) -> dict[str, str]:
    items = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}/members").json()["items"]
    return {member["name"]: member["role"] for member in items}


def test_a_story_is_renamed_and_its_old_address_goes_on_working(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    desk.click("#story-edit")
    expect(desk.locator("#hint-slug")).to_contain_text("go on leading to it")
    desk.fill("#ask [name=slug]", "No Blanks Here")
    desk.click("#ask .primary")
    expect(desk.locator("#wrong-slug")).to_contain_text("lower-case letters")
    expect(desk.locator("#ask [name=slug]")).to_have_value("No Blanks Here")
    desk.fill("#ask [name=slug]", f"renamed-{story['slug']}")
    desk.click("#ask .primary")
    expect(desk.locator("#story-page")).to_have_attribute("href", f"/stories/renamed-{story['slug']}")
    expect(desk.locator("#said")).to_contain_text("the old one goes on leading to it")
    old = httpx.get(f"{newsroom.url}/v1/stories/{story['slug']}")
    assert (old.status_code, old.headers["location"].endswith(f"/v1/stories/renamed-{story['slug']}")) == (308, True)


def test_a_story_goes_on_from_another_and_each_shows_the_way_to_the_other(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    before = newsroom.make_story(title="The day before")
    desk.reload()
    desk.click("#story-edit")
    desk.select_option("#ask [name=continues]", label="The day before")
    desk.click("#ask .primary")
    links = desk.locator("#story-links")
    expect(links).to_have_text("Continues The day before")
    expect(links.locator("a")).to_have_attribute("href", f"/stories/{before['slug']}")
    choose(desk, before)
    expect(links).to_have_text(f"Continued by {story['title']}")
    choose(desk, story)
    desk.click("#story-edit")
    expect(desk.locator("#ask [name=continues] option:checked")).to_have_text("The day before")
    desk.select_option("#ask [name=continues]", "")
    desk.click("#ask .primary")
    expect(links).to_be_hidden()


def test_two_who_edit_a_story_lose_nothing_of_each_other(desk: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    desk.click("#story-edit")
    newsroom.edit_story(story, title="Theirs", standfirst="By a colleague.")
    desk.fill("#ask [name=title]", "Mine")
    desk.click("#ask .primary")
    expect(desk.locator("#wrong-title")).to_have_text("Theirs: Theirs")
    desk.click("#ask .primary")
    expect(desk.locator("#story option:checked")).to_have_text("Mine")
    state = newsroom.client.get(f"/v1/stories/{story['id']}").json()
    assert (state["title"], state["standfirst"]) == ("Mine", "By a colleague.")


def test_members_are_added_given_another_role_and_removed(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    somebody(newsroom, "Mia Holt")
    desk.click("[data-story=members]")
    expect(desk.locator("#show .people")).to_have_text("Nobody yet.")
    desk.select_option("[name=member]", label="Mia Holt")
    desk.click(".adding button")
    change = desk.get_by_role("button", name="Make editor: Mia Holt")
    expect(change).to_be_focused()
    assert _members(newsroom, story) == {"Mia Holt": "reporter"}
    change.click()
    expect(desk.get_by_role("button", name="Make reporter: Mia Holt")).to_be_focused()
    assert _members(newsroom, story) == {"Mia Holt": "editor"}
    desk.get_by_role("button", name="Remove Mia Holt").click()
    expect(desk.locator("#show .people")).to_have_text("Nobody yet.")
    assert _members(newsroom, story) == {}


def test_an_editor_chooses_members_among_those_met_in_the_story_or_by_id_and_is_told_what_is_no_id(
    newsroom: Newsroom, story: dict[str, Any], context: BrowserContext
) -> None:
    unmet = somebody(newsroom, "Una Vale")
    page = open_as(context, newsroom, somebody(newsroom, "Ed Moss", "editor"))
    choose(page, story)
    expect(page.locator("#site-actions button")).to_have_text(["Where I am signed in"])
    page.fill("[name=text]", "By Ed.")
    page.click("#publish")
    expect(item(page, "By Ed.")).to_have_count(1)
    page.click("#story-more summary")
    page.click("[data-story=members]")
    expect(page.locator("[name=member] option")).to_have_text(["Ed Moss", "Somebody else, by id"])
    page.select_option("[name=member]", "")
    page.fill("[name=member_id]", "nonsense")
    page.press("[name=member_id]", "Enter")
    expect(page.locator("#show .problem")).to_have_text("There is no such person.")
    expect(page.locator("[name=member_id]")).to_have_value("nonsense")
    page.fill("[name=member_id]", unmet)
    page.press("[name=member_id]", "Enter")
    expect(page.locator("#show .people")).to_contain_text("Una Vale")
    assert _members(newsroom, story) == {"Una Vale": "reporter"}


def test_the_audit_is_read_narrowed_down_and_taken_along_as_a_file(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    bot = _make_bot(newsroom, "Results bot")
    entry = _write_as(newsroom, bot, story, "61 % counted.")
    newsroom.act(entry, "retract", reason="It was 51 %.")
    desk.click("[data-story=audit]")
    lines = desk.locator(".audit li")
    expect(lines.first).to_contain_text("The operator")
    expect(lines.first).to_contain_text("published → retracted")
    expect(lines.first).to_contain_text("61 % counted.")
    desk.click("#show summary")
    desk.select_option("#show [name=token]", label="Results bot")
    desk.fill("#show [name=action]", "create")
    desk.press("#show [name=action]", "Enter")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("Results bot")
    with desk.expect_download() as file:
        desk.click("#show a:has-text('CSV')")
    rows = file.value.path().read_text(encoding="utf-8").splitlines()
    assert (file.value.suggested_filename, len(rows)) == ("audit.csv", 2)
    assert entry["id"] in rows[1]
    desk.fill("#show [name=action]", "nonsense")
    desk.press("#show [name=action]", "Enter")
    expect(desk.locator("#show [role=status]")).to_have_text("Nothing like that was done.")
    expect(lines).to_have_count(0)


def test_somebody_with_a_session_takes_the_audit_along_by_a_plain_link(
    newsroom: Newsroom, story: dict[str, Any], context: BrowserContext
) -> None:
    page = open_as(context, newsroom, somebody(newsroom, "Amy Root", "admin"))
    page.click("#site-more summary")
    page.click("[data-story=audit]")
    page.locator(".audit li").first.wait_for()
    with page.expect_download() as file:
        page.click("#show a:has-text('NDJSON')")
    assert file.value.url.endswith("/v1/newsroom/audit?format=ndjson")
    assert '"object":"story"' in file.value.path().read_text(encoding="utf-8").replace(" ", "")


def test_what_a_token_did_is_undone_since_a_time_and_told_item_by_item(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    bot = _make_bot(newsroom, "Runaway bot")
    _write_as(newsroom, bot, story, "Nonsense from a bot.")
    contested = _write_as(newsroom, bot, story, "Somebody mended this.")
    newsroom.edit(contested, text="Somebody mended this by hand.")
    newsroom.publish(story, "By the operator.")
    desk.click("[data-story=people]")
    desk.click("#show summary:has-text('Bots')")
    token = desk.locator("[data-token]", has_text="Runaway bot")
    token.get_by_role("button", name="Revoke").click()
    desk.click("#ask .primary")
    expect(token).to_contain_text("revoked")
    token.get_by_role("button", name="Undo what it did").click()
    desk.click("#ask .primary")
    outcome = desk.locator(".outcome li")
    expect(outcome.filter(has_text="Nonsense from a bot.")).to_contain_text("taken out")
    expect(outcome.filter(has_text="Somebody mended this")).to_have_count(1)
    desk.click("#show .close")
    expect(item(desk, "Nonsense from a bot.").locator(".state.is-unpublished")).to_be_visible()
    expect(item(desk, "By the operator.").locator(".state.is-published")).to_be_visible()


def test_a_person_is_kept_out_let_in_again_and_loses_every_session(
    desk: Page, newsroom: Newsroom, story: dict[str, Any], browser: Browser
) -> None:
    person = somebody(newsroom, "Lou Hart")
    with browser.new_context() as other:
        page = open_as(other, newsroom, person)
        desk.click("[data-story=people]")
        lou = desk.locator(f'#show details[data-person="{person}"]')
        lou.locator("summary").click()
        lou.get_by_role("button", name="Keep out for now").click()
        desk.click("#ask .primary")
        expect(lou.locator("summary")).to_contain_text("kept out")
        expect(lou.locator("summary")).to_be_focused()
        page.reload()
        page.wait_for_selector("#sign-in")
        lou.get_by_role("button", name="Let in again").click()
        desk.click("#ask .primary")
        expect(lou.locator("summary")).not_to_contain_text("kept out")
        page.reload()
        page.wait_for_selector("#list")
        lou.get_by_role("button", name="Revoke all").click()
        desk.click("#ask .primary")
        expect(lou).to_contain_text("revoked")
        page.reload()
        page.wait_for_selector("#sign-in")


def test_a_bot_is_given_a_token_that_is_shown_once_and_a_person_another_role(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    person = somebody(newsroom, "Pia Wolf")
    desk.click("[data-story=people]")
    desk.click("#show summary:has-text('Bots')")
    desk.get_by_role("button", name="New bot").click()
    desk.fill("#ask [name=label]", "Weather bot")
    desk.fill("#ask [name=expires_in_days]", "9999")
    desk.click("#ask .primary")
    expect(desk.locator("#wrong-expires_in_days")).to_contain_text("3650")
    desk.fill("#ask [name=expires_in_days]", "30")
    desk.click("#ask .primary")
    secret = desk.locator("#show input").input_value()
    assert _write_as(newsroom, {"token": secret}, story, "12 °C.")["status"] == "published"
    desk.click("#show .close")
    desk.click("[data-story=people]")
    pia = desk.locator(f'#show details[data-person="{person}"]')
    pia.locator("summary").click()
    pia.get_by_role("button", name="Change").click()
    desk.select_option("#ask [name=role]", "editor")
    desk.click("#ask .primary")
    expect(pia.locator("summary")).to_have_text("Pia Wolf, editor")


def test_somebody_revokes_the_phone_that_they_have_lost(
    newsroom: Newsroom, story: dict[str, Any], context: BrowserContext, browser: Browser
) -> None:
    person = somebody(newsroom, "Ola Rask")
    with browser.new_context() as other:
        lost = open_as(other, newsroom, person)
        page = open_as(context, newsroom, person)
        page.click("#site-more summary")
        page.click("[data-story=own-tokens]")
        expect(page.locator("[data-token]")).to_have_count(2)
        for _ in range(2):  # one of the two is the page's own, which ends it
            page.locator("[data-token] button").last.click()
            page.click("#ask .primary")
            expect(page.locator("#ask")).to_be_hidden()
        page.wait_for_selector("#sign-in")
        expect(page.locator("dialog[open]")).to_have_count(0)
        lost.reload()
        lost.wait_for_selector("#sign-in")


def test_an_editor_retracts_what_a_colleague_published_last(
    newsroom: Newsroom, story: dict[str, Any], context: BrowserContext, browser: Browser
) -> None:
    with browser.new_context() as other:
        colleague = open_as(other, newsroom, somebody(newsroom, "Rod Finn"))
        choose(colleague, story)
        colleague.fill("[name=text]", "By Rod, and wrong.")
        colleague.click("#publish")
        expect(item(colleague, "By Rod, and wrong.")).to_have_count(1)
    page = open_as(context, newsroom, somebody(newsroom, "Eva Stone", "editor"))
    choose(page, story)
    expect(item(page, "By Rod, and wrong.")).to_have_count(1)
    page.click("#story-more summary")
    page.click("[data-story=retract-last]")
    page.fill("#ask [name=reason]", "Not so.")
    page.click("#ask .primary")
    expect(page.locator("#ask .general")).to_contain_text("no public entry of yours")
    expect(page.locator("#ask [name=reason]")).to_have_value("Not so.")
    page.select_option("#ask [name=person]", label="Rod Finn")
    page.click("#ask .primary")
    expect(item(page, "By Rod, and wrong.").locator(".state.is-retracted")).to_be_visible()


def test_the_whole_site_is_frozen_and_thawed(desk: Page, newsroom: Newsroom) -> None:
    button = desk.locator("[data-story=freeze-site]")
    button.click()
    desk.click("#ask .primary")
    expect(desk.locator("#closed")).to_contain_text("The whole site is frozen")
    expect(button).to_have_text("Thaw the site")
    desk.fill("[name=text]", "Not now.")
    desk.click("#publish")
    expect(desk.locator(".outbox-item .problem")).to_contain_text("frozen")
    button.click()
    desk.click("#ask .primary")
    expect(desk.locator("#closed")).to_be_hidden()
    desk.click('.outbox-item [data-choice="again"]')
    expect(desk.locator("[name=text]")).to_have_value("Not now.")


def test_every_dialog_fits_a_phone(desk: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    newsroom.edit_story(story, title="W" * 60)
    entry = newsroom.publish(story, "https://example.org/" + "x" * 200, headline="H" * 80)
    expect(desk.locator(f'.item[data-id="{entry["id"]}"]')).to_be_visible()
    desk.locator(".seldom > summary").click()
    opened = [f'[data-action="{name}"]' for name in ("move", "times", "preview")]
    opened += [
        f"[data-story={name}]" for name in ("key-points", "details", "members", "retract-last", "people", "audit")
    ]
    for button in [*opened, "#story-edit"]:
        desk.click(button)
        dialog = desk.locator("dialog[open]")
        expect(dialog).to_be_visible()
        wide = dialog.evaluate("(box) => [box.scrollWidth - box.clientWidth, document.documentElement.scrollWidth]")
        assert wide == [0, PHONE["width"]], button
        desk.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
