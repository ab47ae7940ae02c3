"""What an editor does to a whole story from the newsroom's page, and what a reporter sees of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.newsroom_page import (
    READS_NOTHING_BY_ITSELF,
    choose,
    item,
    newsroom_page,
    open_as,
    press,
    publish_at_once,
    sign_in,
    somebody,
)
from tests.browser.newsroom_roles import text_field
from tests.browser.newsroom_server import Newsroom


def _choose(driver: Page, action: str, *, sure: bool = True) -> None:
    driver.click(f"[data-story={action}]")
    if sure:
        driver.click("#ask .primary")


def test_a_story_is_paused_resumed_ended_archived_and_withdrawn(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    title, chosen = story["title"], driver.locator("#story option:checked")
    _choose(driver, "paused", sure=False)
    expect(chosen).to_have_text(f"{title} (paused)")
    _choose(driver, "live", sure=False)
    expect(chosen).to_have_text(title)
    newsroom.publish(story, "The last word.")
    _choose(driver, "ended")
    expect(driver.locator("#closed")).to_contain_text("has ended")
    expect(driver.locator("#composer")).to_be_hidden()
    item(driver, "The last word.").locator('[data-action="edit"]').click()
    driver.fill("[name=text]", "The very last word.")
    driver.click("#publish")
    expect(item(driver, "The very last word.")).to_be_visible()
    expect(driver.locator("#composer")).to_be_hidden()
    _choose(driver, "archived")
    expect(driver.locator("#closed")).to_contain_text("read only")
    expect(item(driver, "The very last word.").locator("button")).to_have_text(
        ["Retract", "Preview link", "Versions", "Unpublish", "Remove"]
    )
    _choose(driver, "withdrawn")
    expect(chosen).to_have_text(f"{title} (withdrawn)")
    assert newsroom.client.get(f"/v1/stories/{story['id']}").status_code == 410


def test_the_page_begins_with_a_story_that_goes_on(
    driver: Page, newsroom: Newsroom, story: dict[str, Any], browser: Browser
) -> None:
    over = newsroom.make_story(title="Over and done")
    newsroom.edit_story(over, status="ended")
    with newsroom_page(browser, newsroom) as page:
        expect(page.locator("#story option").first).to_have_text("Over and done (ended)")
        expect(page.locator("#story option:checked")).not_to_contain_text("(ended)")
        expect(page.locator("#composer")).to_be_visible()


def test_an_entry_is_pinned_and_taken_down_again(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    entry = newsroom.publish(story, "Where to vote.")
    pin = item(driver, "Where to vote.").locator('[data-action="pin"]')
    press(driver, "Where to vote.", "pin")
    expect(item(driver, "Where to vote.")).to_contain_text("pinned")
    assert [each["entry"] for each in newsroom.state(story)["pinned"]] == [entry["id"]]
    expect(pin).to_have_text("Unpin")
    pin.click()
    expect(pin).to_have_text("Pin")
    assert newsroom.state(story)["pinned"] == []


def test_pin_pins_what_a_colleague_has_just_pinned(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    entry = newsroom.publish(story, "Where to vote.")
    expect(item(driver, "Where to vote.")).to_be_visible()
    driver.route("**/entries?limit=**", lambda route: route.abort())  # what is drawn is what was read before
    path = f"/v1/stories/{story['id']}/pinned"
    pins = {"items": [{"entry": entry["id"]}]}
    assert newsroom.client.put(path, json=pins, headers={"If-Match": "*"}).is_success
    press(driver, "Where to vote.", "pin")
    expect(driver.locator("#said")).to_have_text("Pinned above the timeline.")
    assert [each["entry"] for each in newsroom.state(story)["pinned"]] == [entry["id"]]


def test_key_points_are_written_one_a_line_and_keep_the_entries_they_name(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "Counted.")
    items = {"items": [{"text": "Turnout is 61 %", "entry": entry["id"]}]}
    assert newsroom.client.put(f"/v1/stories/{story['id']}/key-points", json=items).is_success
    _choose(driver, "key-points", sure=False)
    expect(driver.locator("#ask [name=points]")).to_have_value("Turnout is 61 %")
    driver.fill("#ask [name=points]", "Polls have closed\n\nTurnout is 61 %")
    with driver.expect_response("**/key-points"):
        driver.click("#ask .primary")
    assert newsroom.state(story)["key_points"] == [
        {"text": "Polls have closed", "entry": None},
        {"text": "Turnout is 61 %", "entry": entry["id"]},
    ]


def test_a_freeze_is_said_to_everybody_and_ended_again(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    _choose(driver, "freeze")
    expect(driver.locator("#closed")).to_contain_text("This story is frozen")
    expect(driver.locator("[data-story=freeze]")).to_have_text("Thaw this story")
    _choose(driver, "freeze")
    expect(driver.locator("#closed")).to_be_hidden()
    newsroom.client.post("/v1/newsroom/freeze", json={"frozen": True})
    driver.reload()
    expect(driver.locator("#closed")).to_contain_text("The whole site is frozen")
    newsroom.client.post("/v1/newsroom/freeze", json={"frozen": False})
    driver.reload()
    expect(driver.locator("#connection")).to_have_text("Connected")
    newsroom.publish(story, "Out again.")
    expect(item(driver, "Out again.")).to_be_visible()


def test_a_frozen_storys_entries_offer_taking_back_and_looking_until_it_is_thawed(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "Polls have closed.")
    buttons = item(driver, "Polls have closed.").locator("[data-action]")
    offered = ["Edit", "Add a correction", "Retract", "Pin", "Move in the timeline", "Times", "Preview link"]
    expect(buttons).to_have_text([*offered, "Unpublish", "Remove"])
    _choose(driver, "freeze")
    expect(buttons).to_have_text(["Retract", "Preview link", "Unpublish", "Remove"])
    _choose(driver, "freeze")
    expect(buttons).to_have_text([*offered, "Unpublish", "Remove"])


def test_what_came_out_last_is_retracted_with_one_button(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "It stands.")
    newsroom.publish(story, "It does not.")
    driver.click("[data-story=retract-last]")
    driver.fill("#ask [name=reason]", "Wrong town.")
    driver.click("#ask .primary")
    expect(item(driver, "It does not.").locator(".state.is-retracted")).to_be_visible()
    expect(item(driver, "It stands.").locator(".state.is-published")).to_be_visible()


def test_what_an_editor_notes_is_read_by_the_author_and_kept_with_the_versions(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "Turnout was 61 %.", status="submitted")
    newsroom.act(entry, "return", note="Whose figure is it?")
    expect(item(driver, "Turnout was 61 %.").locator(".note:not(.at-work)")).to_have_text("Whose figure is it?")
    newsroom.edit(entry, text="Turnout was 62 %.")
    press(driver, "Turnout was 62 %.", "versions")
    versions = driver.locator("#show .version")
    expect(versions).to_have_count(3)
    expect(versions.first.locator("del")).to_contain_text("61")
    expect(versions.first.locator("ins")).to_contain_text("62")
    expect(versions.nth(1)).to_contain_text("Whose figure is it?")
    driver.click("#show button")
    newsroom.act(entry, "submit")
    expect(item(driver, "Turnout was 62 %.").locator(".state.is-submitted")).to_be_visible()
    expect(item(driver, "Turnout was 62 %.").locator(".note:not(.at-work)")).to_have_count(0)


def test_somebody_new_is_invited_and_comes_in_with_the_link(driver: Page, newsroom: Newsroom, browser: Browser) -> None:
    driver.click("[data-story=invite]")
    driver.fill("#ask [name=name]", "Nora Vik")
    driver.select_option("#ask [name=role]", "editor")
    driver.click("#ask .primary")
    expect(driver.locator("#show h2")).to_contain_text("Nora Vik (editor)")
    expect(driver.locator("#show svg")).to_be_visible()
    link = driver.locator("#show input").input_value()
    with browser.new_context() as other:
        publish_at_once(other)
        page = other.new_page()
        page.goto(link)
        expect(page.locator("#me")).to_have_text("Nora Vik, editor")


def test_review_and_a_hold_are_set_where_the_story_is_edited(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    driver.click("#story-edit")
    driver.check("#ask [name=review_required]")
    driver.fill("#ask [name=hold_seconds]", "600")
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    driver.fill("[name=text]", "Held for ten minutes.")
    driver.click("#publish")
    expect(item(driver, "Held for ten minutes.")).to_contain_text("until then it can still be stopped")
    driver.click("#story-edit")
    expect(driver.locator("#ask [name=review_required]")).to_be_checked()
    expect(driver.locator("#ask [name=hold_seconds]")).to_have_value("600")


def test_a_preview_link_shows_a_draft_to_somebody_without_an_account_and_ends_with_it(
    driver: Page, newsroom: Newsroom, story: dict[str, Any], browser: Browser
) -> None:
    draft = newsroom.publish(story, "For the **lawyer**.", status="draft", headline="Under the table")
    press(driver, "For the lawyer.", "preview")
    link = driver.locator("#show input").input_value()
    assert link.startswith(f"{newsroom.url}/previews/")
    with browser.new_context() as other:
        publish_at_once(other)
        page = other.new_page()
        page.goto(link)
        expect(page.locator("#preview h2")).to_have_text("Under the table")
        expect(page.locator("#preview strong")).to_have_text("lawyer")
        expect(page.locator("#preview-notice")).to_contain_text("draft")
        newsroom.act(draft, "remove")
        page.reload()
        expect(page.locator("#preview-notice")).to_contain_text("over")
        expect(page.locator("#preview h2")).to_have_count(0)


def test_the_page_of_a_preview_is_the_same_whatever_its_link(newsroom: Newsroom, story: dict[str, Any]) -> None:
    draft = newsroom.publish(story, "Secret.", status="draft")
    path = f"/v1/newsroom/stories/{story['id']}/entries/{draft['id']}/preview"
    url = newsroom.client.post(path).json()["page_url"]
    real, forged = newsroom.client.get(url), newsroom.client.get("/previews/forged")
    assert (real.status_code, real.content) == (forged.status_code, forged.content)
    assert real.headers["referrer-policy"] == "no-referrer"
    assert real.headers["cache-control"] == "no-store"


def test_a_reporter_sees_what_they_may_do_and_one_button_where_an_editor_looks_first(
    newsroom: Newsroom, story: dict[str, Any], context: BrowserContext
) -> None:
    newsroom.publish(story, "By a colleague.")
    person = somebody(newsroom, "Rae Holm")
    context.add_init_script(READS_NOTHING_BY_ITSELF)  # what changes here meanwhile it is told
    page = open_as(context, newsroom, person)
    choose(page, story)
    expect(item(page, "By a colleague.").locator("button")).to_have_text(["Preview link"])
    text_field(page).fill("By Rae.")
    page.click("#publish")
    mine = ["Edit", "Add a correction", "Retract", "Times", "Preview link", "Unpublish", "Remove"]
    expect(item(page, "By Rae.").locator("button")).to_have_text(mine)
    page.click("#story-more summary")
    expect(page.locator("#story-actions button")).to_have_text(["Several entries at once", "Retract my last entry"])
    newsroom.edit_story(story, settings={"review_required": True})
    expect(page.locator("#publish")).to_be_hidden()
    text_field(page).fill("For an editor.")
    page.click("#submit")
    expect(item(page, "For an editor.").locator(".state.is-submitted")).to_be_visible()
    expect(item(page, "By Rae.").locator("button")).to_have_text(["Edit", "Preview link"])
    newsroom.client.put(f"/v1/newsroom/stories/{story['id']}/members/{person}", json={"role": "editor"})
    page.reload()
    expect(page.locator("#publish")).to_be_visible()
    expect(item(page, "By a colleague.").locator('[data-action="pin"]')).to_have_text("Pin")


def test_enter_in_a_line_of_the_form_publishes_nothing(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    driver.fill("[name=headline]", "Half a headl")
    driver.press("[name=headline]", "Enter")
    expect(driver.locator("[name=text]")).to_be_focused()
    driver.click("summary:has-text('Byline')")
    driver.fill("[name=tags]", "polls")
    driver.press("[name=tags]", "Enter")
    expect(driver.locator("[name=headline]")).to_have_value("Half a headl")
    driver.fill("[name=text]", "And now the text.")
    driver.click("#publish")
    expect(item(driver, "And now the text.")).to_be_visible()
    assert newsroom.state(story)["entry_count"] == 1


def test_a_draft_in_another_story_is_found_and_gone_to(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    other = newsroom.make_story(title="Storm watch")
    draft = newsroom.publish(other, "Gullfaks is evacuated.", status="draft")
    driver.fill("[name=words]", "gullfaks evac")
    driver.click("#search button")  # Enter would open what is offered by then, if anything is
    found = driver.locator("#show .found")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Storm watch")
    expect(found).to_contain_text("Gullfaks is evacuated.")
    found.get_by_role("button", name="Go there").click()
    expect(driver.locator("#story option:checked")).to_have_text("Storm watch")
    expect(driver.locator(f'.item[data-id="{draft["id"]}"]')).to_be_in_viewport()
    driver.fill("[name=words]", "nothing like it")
    driver.click("#search button")
    expect(driver.locator("#show h2")).to_have_text("Nothing has all of: nothing like it")


def test_a_story_older_than_the_menu_reaches_is_found_and_stays_chosen(
    context: BrowserContext, newsroom: Newsroom
) -> None:
    old = newsroom.make_story()
    entry = newsroom.publish(old, "Zanzibar declares.")
    for number in range(101):
        answer = newsroom.client.post("/v1/stories", json={"title": f"Draft {number}", "status": "draft"})
        assert answer.status_code == 201, answer.text
    page = context.new_page()
    sign_in(page, newsroom)
    options = page.locator("#story option")
    expect(options).to_have_count(100)
    page.fill("[name=words]", "zanzibar")
    page.click("#search button")
    page.locator("#show .found").get_by_role("button", name="Go there").click()
    expect(page.locator("#story-page")).to_have_attribute("href", f"/stories/{old['slug']}")
    expect(page.locator(f'[data-id="{entry["id"]}"]')).to_be_visible()
    page.reload()
    expect(page.locator("#story option:checked")).to_have_text(old["title"])
    expect(options).to_have_count(101)


def test_a_story_is_given_a_picture_tags_and_an_end_of_its_own(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    _choose(driver, "details", sure=False)
    driver.fill("#ask [name=image]", "https://pictures.example/no blanks.jpg")
    driver.fill("#ask [name=alt]", "A river")
    driver.fill("#ask [name=tags]", "Weather, Trains & buses")
    driver.fill("#ask [name=auto_end_after]", "90")
    driver.click("#ask .primary")
    expect(driver.locator("#wrong-image")).to_contain_text("percent-encoded")
    driver.fill("#ask [name=image]", "https://pictures.example/river.jpg")
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    state = newsroom.state(story)
    assert (state["image"]["url"], state["image"]["alt"]) == ("https://pictures.example/river.jpg", "A river")
    assert [tag["slug"] for tag in state["tags"]] == ["weather", "trains-buses"]
    told = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}").json()
    assert told["settings"]["auto_end_after"] == 5_400
    _choose(driver, "details", sure=False)
    expect(driver.locator("#ask [name=auto_end_after]")).to_have_value("90")
    driver.fill("#ask [name=image]", "")
    driver.fill("#ask [name=auto_end_after]", "")
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    assert newsroom.state(story)["image"] is None


def test_two_who_change_different_words_of_one_picture_lose_neither(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    picture = {"url": "https://pictures.example/river.jpg", "alt": "A river", "caption": "At noon"}
    newsroom.edit_story(story, image=picture)
    _choose(driver, "details", sure=False)
    expect(driver.locator("#ask [name=caption]")).to_have_value("At noon")  # read before theirs is there
    newsroom.edit_story(story, image={**picture, "caption": "At midnight"})
    driver.fill("#ask [name=alt]", "A river in flood")
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    image = newsroom.state(story)["image"]
    assert (image["alt"], image["caption"]) == ("A river in flood", "At midnight")


def test_a_draft_is_announced_or_left_to_start_by_itself(context: BrowserContext, newsroom: Newsroom) -> None:
    story = newsroom.make_story(title="Tomorrow", status="draft", time_zone="Europe/Lisbon")
    page = context.new_page()
    sign_in(page, newsroom)
    page.select_option("#story", story["id"])
    page.click("#story-more summary")
    chosen = page.locator("#story option:checked")
    page.click("[data-story=scheduled]")
    page.fill("#ask [name=coverage_start]", "2020-01-01T10:00")
    page.click("#ask .primary")
    expect(page.locator("#wrong-coverage_start")).to_contain_text("say when")
    page.fill("#ask [name=coverage_start]", "2099-07-01T10:00")
    page.click("#ask .primary")
    expect(chosen).to_have_text("Tomorrow (scheduled)")
    page.click("[data-story=upcoming]")
    expect(page.locator("#ask [name=coverage_start]")).to_have_value("2099-07-01T10:00")
    page.click("#ask .primary")
    expect(chosen).to_have_text("Tomorrow (upcoming)")
    assert newsroom.state(story)["coverage_start"] == "2099-07-01T09:00:00.000Z"
