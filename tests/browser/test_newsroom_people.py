"""A story's name and neighbours, its members, the audit, and the brakes, from the newsroom's page."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.newsroom_page import PHONE, choose, item, open_as, open_tools, publish_at_once, somebody
from tests.browser.newsroom_server import Newsroom


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
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    driver.click("#story-edit")
    expect(driver.locator("#hint-slug")).to_contain_text("go on leading to it")
    driver.fill("#ask [name=slug]", "No Blanks Here")
    driver.click("#ask .primary")
    expect(driver.locator("#wrong-slug")).to_contain_text("lower-case letters")
    expect(driver.locator("#ask [name=slug]")).to_have_value("No Blanks Here")
    driver.fill("#ask [name=slug]", f"renamed-{story['slug']}")
    driver.click("#ask .primary")
    expect(driver.locator("#story-page")).to_have_attribute("href", f"/stories/renamed-{story['slug']}")
    expect(driver.locator("#said")).to_contain_text("the old one goes on leading to it")
    old = httpx.get(f"{newsroom.url}/v1/stories/{story['slug']}", timeout=40)
    assert (old.status_code, old.headers["location"].endswith(f"/v1/stories/renamed-{story['slug']}")) == (308, True)


def test_a_story_goes_on_from_another_and_each_shows_the_way_to_the_other(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    before = newsroom.make_story(title="The day before")
    driver.reload()
    open_tools(driver)
    driver.click("#story-edit")
    driver.select_option("#ask [name=continues]", label="The day before")
    driver.click("#ask .primary")
    links = driver.locator("#story-links")
    expect(links).to_have_text("Continues The day before")
    expect(links.locator("a")).to_have_attribute("href", f"/stories/{before['slug']}")
    choose(driver, before)
    expect(links).to_have_text(f"Continued by {story['title']}")
    choose(driver, story)
    driver.click("#story-edit")
    expect(driver.locator("#ask [name=continues] option:checked")).to_have_text("The day before")
    driver.select_option("#ask [name=continues]", "")
    driver.click("#ask .primary")
    expect(links).to_be_hidden()


def test_two_who_edit_a_story_lose_nothing_of_each_other(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    driver.click("#story-edit")
    expect(driver.locator("#ask [name=title]")).to_have_value(story["title"])  # read before theirs is there
    newsroom.edit_story(story, title="Theirs", standfirst="By a colleague.")
    driver.fill("#ask [name=title]", "Mine")
    driver.click("#ask .primary")
    expect(driver.locator("#wrong-title")).to_have_text("Theirs: Theirs")
    driver.click("#ask .primary")
    expect(driver.locator("#story option:checked")).to_have_text("Mine")
    state = newsroom.client.get(f"/v1/stories/{story['id']}").json()
    assert (state["title"], state["standfirst"]) == ("Mine", "By a colleague.")


def test_a_form_that_opens_late_begins_with_what_is_there_by_then_and_warns_of_nothing(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    held: list[Route] = []
    late = True
    driver.route(
        f"**/v1/newsroom/stories/{story['id']}", lambda route: held.append(route) if late else route.continue_()
    )
    with driver.expect_request(f"**/v1/newsroom/stories/{story['id']}"):
        driver.click("#story-edit")
    newsroom.edit_story(story, title="Theirs", standfirst="By a colleague.")
    late = False
    for route in held:
        route.continue_()
    expect(driver.locator("#ask [name=title]")).to_have_value("Theirs")
    driver.fill("#ask [name=title]", "Mine")
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    state = newsroom.client.get(f"/v1/stories/{story['id']}").json()
    assert (state["title"], state["standfirst"]) == ("Mine", "By a colleague.")


def test_members_are_added_given_another_role_and_removed(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    somebody(newsroom, "Mia Holt")
    driver.click("[data-story=members]")
    expect(driver.locator("#show .people")).to_have_text("Nobody yet.")
    driver.select_option("[name=member]", label="Mia Holt")
    driver.click(".adding button")
    change = driver.get_by_role("button", name="Make editor: Mia Holt")
    expect(change).to_be_focused()
    assert _members(newsroom, story) == {"Mia Holt": "reporter"}
    change.click()
    expect(driver.get_by_role("button", name="Make reporter: Mia Holt")).to_be_focused()
    assert _members(newsroom, story) == {"Mia Holt": "editor"}
    driver.get_by_role("button", name="Remove Mia Holt").click()
    expect(driver.locator("#show .people")).to_have_text("Nobody yet.")
    assert _members(newsroom, story) == {}


def test_an_editor_finds_everybody_by_name_and_is_told_what_is_no_id(
    newsroom: Newsroom, story: dict[str, Any], context: BrowserContext
) -> None:
    somebody(newsroom, "Una Vale")
    page = open_as(context, newsroom, somebody(newsroom, "Ed Moss", "editor"))
    choose(page, story)
    expect(page.locator("#site-actions button")).to_have_text(["Where I am signed in"])
    page.click("#story-more summary")
    page.click("[data-story=members]")
    options = page.locator("[name=member] option")
    expect(options.filter(has_text="Somebody else, by id")).to_have_count(1)  # everybody has been asked for by then
    assert {"Ed Moss", "Una Vale", "Somebody else, by id"} <= set(options.all_text_contents())
    page.select_option("[name=member]", "")
    page.fill("[name=member_id]", "nonsense")
    page.press("[name=member_id]", "Enter")
    expect(page.locator("#show .problem")).to_have_text("There is no such person.")
    expect(page.locator("[name=member_id]")).to_have_value("nonsense")
    page.select_option("[name=member]", label="Una Vale")
    page.click(".adding button")
    expect(page.locator("#show .people")).to_contain_text("Una Vale")
    assert _members(newsroom, story) == {"Una Vale": "reporter"}


def test_the_audit_is_read_narrowed_down_and_taken_along_as_a_file(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    bot = _make_bot(newsroom, "Results bot")
    entry = _write_as(newsroom, bot, story, "61 % counted.")
    newsroom.act(entry, "retract", reason="It was 51 %.")
    driver.click("[data-story=audit]")
    lines = driver.locator(".audit li")
    expect(lines.first).to_contain_text("The operator")
    expect(lines.first).to_contain_text("published → retracted")
    expect(lines.first).to_contain_text("61 % counted.")
    driver.click("#show summary")
    driver.select_option("#show [name=token]", label="Results bot")
    driver.fill("#show [name=action]", "create")
    driver.press("#show [name=action]", "Enter")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("Results bot")
    with driver.expect_download() as file:
        driver.click("#show a:has-text('CSV')")
    rows = file.value.path().read_text(encoding="utf-8").splitlines()
    assert (file.value.suggested_filename, len(rows)) == ("audit.csv", 2)
    assert entry["id"] in rows[1]
    driver.fill("#show [name=action]", "nonsense")
    driver.press("#show [name=action]", "Enter")
    expect(driver.locator("#show [role=status]")).to_have_text("Nothing like that was done.")
    expect(lines).to_have_count(0)


def test_of_the_audit_stays_what_was_asked_for_last_whatever_is_answered_last(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.act(newsroom.publish(story, "61 % counted."), "retract", reason="It was 51 %.")
    driver.click("[data-story=audit]")
    lines = driver.locator(".audit li")
    expect(lines.first).to_contain_text("published → retracted")
    driver.click("#show summary")
    held: list[Route] = []
    driver.route("**/v1/newsroom/audit?*", lambda route: held.append(route), times=1)
    with driver.expect_request("**/v1/newsroom/audit?*"):
        driver.fill("#show [name=action]", "retract")
        driver.press("#show [name=action]", "Enter")
    driver.fill("#show [name=action]", "nonsense")
    driver.press("#show [name=action]", "Enter")
    expect(lines).to_have_count(0)
    with driver.expect_response("**/v1/newsroom/audit?*") as answer:
        held[0].continue_()
    answer.value.finished()
    driver.evaluate("new Promise((resolve) => requestIdleCallback(resolve))")  # whoever waited for it has gone on
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
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    bot = _make_bot(newsroom, "Runaway bot")
    _write_as(newsroom, bot, story, "Nonsense from a bot.")
    contested = _write_as(newsroom, bot, story, "Somebody mended this.")
    newsroom.edit(contested, text="Somebody mended this by hand.")
    newsroom.publish(story, "By the operator.")
    driver.click("[data-story=people]")
    driver.click("#show summary:has-text('Bots')")
    token = driver.locator("[data-token]", has_text="Runaway bot")
    token.get_by_role("button", name="Revoke").click()
    driver.click("#ask .primary")
    expect(token).to_contain_text("revoked")
    token.get_by_role("button", name="Undo what it did").click()
    driver.click("#ask .primary")
    outcome = driver.locator(".outcome li")
    expect(outcome.filter(has_text="Nonsense from a bot.")).to_contain_text("taken out")
    expect(outcome.filter(has_text="Somebody mended this")).to_have_count(1)
    driver.click("#show .close")
    expect(item(driver, "Nonsense from a bot.").locator(".state.is-unpublished")).to_be_visible()
    expect(item(driver, "By the operator.").locator(".state.is-published")).to_be_visible()


def test_a_person_is_kept_out_let_in_again_and_loses_every_session(
    driver: Page, newsroom: Newsroom, story: dict[str, Any], browser: Browser
) -> None:
    person = somebody(newsroom, "Lou Hart")
    with browser.new_context() as other:
        publish_at_once(other)
        page = open_as(other, newsroom, person)
        driver.click("[data-story=people]")
        lou = driver.locator(f'#show details[data-person="{person}"]')
        lou.locator("summary").click()
        lou.get_by_role("button", name="Keep out for now").click()
        driver.click("#ask .primary")
        expect(lou.locator("summary")).to_contain_text("kept out")
        expect(lou.locator("summary")).to_be_focused()
        page.reload()
        page.wait_for_selector("#sign-in")
        lou.get_by_role("button", name="Let in again").click()
        driver.click("#ask .primary")
        expect(lou.locator("summary")).not_to_contain_text("kept out")
        page.reload()
        page.wait_for_selector("#list")
        lou.get_by_role("button", name="Revoke all").click()
        driver.click("#ask .primary")
        expect(lou).to_contain_text("revoked")
        page.reload()
        page.wait_for_selector("#sign-in")


def test_a_bot_is_given_a_token_that_is_shown_once_and_a_person_another_role(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    person = somebody(newsroom, "Pia Wolf")
    driver.click("[data-story=people]")
    driver.click("#show summary:has-text('Bots')")
    driver.get_by_role("button", name="New bot").click()
    driver.fill("#ask [name=label]", "Weather bot")
    driver.fill("#ask [name=expires_in_days]", "9999")
    driver.click("#ask .primary")
    expect(driver.locator("#wrong-expires_in_days")).to_contain_text("3650")
    driver.fill("#ask [name=expires_in_days]", "30")
    driver.click("#ask .primary")
    secret = driver.locator("#show input").input_value()
    assert _write_as(newsroom, {"token": secret}, story, "12 °C.")["status"] == "published"
    driver.click("#show .close")
    driver.click("[data-story=people]")
    pia = driver.locator(f'#show details[data-person="{person}"]')
    pia.locator("summary").click()
    pia.get_by_role("button", name="Change").click()
    driver.select_option("#ask [name=role]", "editor")
    driver.click("#ask .primary")
    expect(pia.locator("summary")).to_have_text("Pia Wolf, editor")


def test_somebody_revokes_the_phone_that_they_have_lost(
    newsroom: Newsroom, story: dict[str, Any], context: BrowserContext, browser: Browser
) -> None:
    person = somebody(newsroom, "Ola Rask")
    with browser.new_context() as other:
        publish_at_once(other)
        lost = open_as(other, newsroom, person)
        page = open_as(context, newsroom, person)
        page.click("#site-more summary")
        page.click("[data-story=own-tokens]")
        for left in (2, 1):  # the other's, then the page's own, which ends it
            expect(page.locator("[data-token]")).to_have_count(left)
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
        publish_at_once(other)
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
    expect(page.locator("#ask")).to_contain_text("posted by Rod Finn")
    page.fill("#ask [name=reason]", "Not so.")
    page.click("#ask .primary")
    expect(item(page, "By Rod, and wrong.").locator(".state.is-retracted")).to_be_visible()


def test_the_whole_site_is_frozen_and_thawed(driver: Page, newsroom: Newsroom) -> None:
    button = driver.locator("[data-story=freeze-site]")
    button.click()
    driver.click("#ask .primary")
    expect(driver.locator("#closed")).to_contain_text("The whole site is frozen")
    expect(button).to_have_text("Thaw the site")
    driver.fill("[name=text]", "Not now.")
    driver.click("#publish")
    expect(driver.locator(".outbox-item .problem")).to_contain_text("frozen")
    button.click()
    driver.click("#ask .primary")
    expect(driver.locator("#closed")).to_be_hidden()
    driver.click('.outbox-item [data-choice="again"]')
    expect(driver.locator("[name=text]")).to_have_value("Not now.")


def test_every_dialog_fits_a_phone(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    newsroom.edit_story(story, title="W" * 60)
    entry = newsroom.publish(story, "https://example.org/" + "x" * 200, headline="H" * 80)
    expect(driver.locator(f'.item[data-id="{entry["id"]}"]')).to_be_visible()
    driver.locator(".seldom > summary").click()
    opened = [f'[data-action="{name}"]' for name in ("move", "times", "preview")]
    opened += [
        f"[data-story={name}]" for name in ("key-points", "details", "members", "retract-last", "people", "audit")
    ]
    for button in [*opened, "#story-edit"]:
        driver.click(button)
        dialog = driver.locator("dialog[open]")
        expect(dialog).to_be_visible()
        wide = dialog.evaluate("(box) => [box.scrollWidth - box.clientWidth, document.documentElement.scrollWidth]")
        assert wide == [0, PHONE["width"]], button
        driver.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
