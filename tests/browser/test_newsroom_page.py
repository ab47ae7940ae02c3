from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.newsroom_page import (
    READS_NOTHING_BY_ITSELF,
    choose,
    give_token,
    item,
    open_tools,
    press,
    unbroken,
)
from tests.browser.newsroom_roles import connection, text_field
from tests.browser.newsroom_server import Newsroom


@pytest.fixture
def driver(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The page of somebody who has signed in and chosen the story."""
    with unbroken(context.new_page()) as page:
        page.goto(f"{newsroom.url}/newsroom")
        give_token(page, newsroom.token)
        choose(page, story)
        yield page


def _only_news_is_read(page: Page) -> None:
    """Open the page anew as one that finds out nothing by reading its list now and then."""
    page.add_init_script(READS_NOTHING_BY_ITSELF)
    page.reload()
    expect(connection(page)).to_have_text("Connected")


def _sent(page: Page) -> None:
    expect(page.locator("#waiting")).to_be_hidden()


def test_a_wrong_token_is_refused_with_a_sentence_and_the_right_one_is_kept_for_the_tab_only(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    page = context.new_page()
    page.goto(f"{newsroom.url}/newsroom")
    page.fill("#token", "not-a-token")
    page.click("#sign-in button")
    expect(page.locator("#problem")).to_contain_text("not accepted")
    give_token(page, newsroom.token)
    expect(page.locator("#me")).to_contain_text("Administrator")
    page.reload()
    page.wait_for_selector("#composer")
    assert newsroom.token not in page.evaluate("JSON.stringify(localStorage)")
    assert context.cookies() == []
    page.click("#sign-out")
    assert newsroom.token not in page.evaluate("JSON.stringify(sessionStorage)")


def _invitation(newsroom: Newsroom, name: str) -> str:
    """The link of a new reporter's invitation."""
    person = newsroom.client.post("/v1/newsroom/people", json={"name": name, "role": "reporter"}).json()
    invite = newsroom.client.post("/v1/newsroom/invites", json={"person": person["id"]})
    assert invite.is_success, invite.text
    url: str = invite.json()["url"]
    return url


def test_who_opens_an_invitation_is_signed_in_and_posts_and_stays_until_they_sign_out(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    link = _invitation(newsroom, "Ada Lind")
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector("#composer")
    expect(page.locator("#me")).to_have_text("Ada Lind, reporter")
    assert page.url == f"{newsroom.url}/newsroom", "the secret is gone from the address"
    page.select_option("#story", story["id"])
    text_field(page).fill("From a phone.")
    page.click("#publish")
    expect(item(page, "From a phone.")).to_have_count(1)
    _sent(page)
    (entry,) = newsroom.shown(story)
    assert entry["authors"][0]["name"] == "Ada Lind"
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert cookie["value"] not in page.evaluate("document.cookie + JSON.stringify([localStorage, sessionStorage])")
    page.reload()
    expect(page.locator("#me")).to_have_text("Ada Lind, reporter")
    page.click("#sign-out")
    page.wait_for_selector("#sign-in")
    page.reload()
    page.wait_for_selector("#sign-in")
    assert context.cookies() == []


def test_an_invitation_that_was_used_says_so_and_leaves_a_token_to_be_typed(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any], browser: Browser
) -> None:
    link = _invitation(newsroom, "Bo Berg")
    with browser.new_context() as first:
        page = first.new_page()
        page.goto(link)
        page.wait_for_selector("#composer")
    page = context.new_page()
    page.goto(link)
    expect(page.locator("#problem")).to_contain_text("ask for another")
    give_token(page, newsroom.token)
    assert context.cookies() == []


def test_a_person_whose_rights_are_taken_back_is_signed_out_at_once_and_loses_nothing(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    page = context.new_page()
    page.goto(_invitation(newsroom, "Cleo Dahl"))
    page.wait_for_selector("#composer")
    page.select_option("#story", story["id"])
    text_field(page).fill("Half a thought")
    expect(page.locator("[name=pinned]")).to_be_hidden()  # it is for editors
    expect(connection(page)).to_have_text("Connected")  # from here on it is told
    people = newsroom.client.get("/v1/newsroom/people").json()["items"]
    (cleo,) = [person["id"] for person in people if person["name"] == "Cleo Dahl"]
    assert newsroom.client.post(f"/v1/newsroom/people/{cleo}/revoke").json()["revoked"] == 1
    expect(page.locator("#problem")).to_contain_text("signed out")  # the page is told, and asks for nothing first
    page.goto(newsroom.url + "/newsroom")
    page.wait_for_selector("#sign-in")
    assert "Half a thought" in page.evaluate("JSON.stringify(localStorage)")
    assert newsroom.shown(story) == []


def test_an_entry_goes_from_the_form_to_readers_to_the_letter(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    driver.fill("[name=headline]", "Bridge “closed” — 40–60 %")
    driver.fill("[name=text]", "“Quoted,” she said.\nSecond line.\n\n**Some background:** 5 * 3")
    driver.select_option("[name=importance]", "breaking")
    driver.check("[name=key_event]")
    driver.check("[name=pinned]")
    driver.click("summary:has-text('Byline')")
    driver.fill("[name=authors]", "Ana Sousa, Reporter, Porto")
    driver.fill("[name=source_url]", "https://first.example/report")
    driver.fill("[name=tags]", "Weather, Trains & buses")
    driver.click("summary:has-text('Picture')")
    driver.fill("[name=picture_url]", "https://pictures.example/river.jpg")
    driver.fill("[name=picture_caption]", "The river")
    driver.fill("[name=picture_credit]", "Ana Sousa/Agency")
    driver.click("#publish")
    expect(item(driver, "Bridge").locator(".state.is-published")).to_be_visible()
    _sent(driver)
    (entry,) = newsroom.shown(story)
    assert entry["headline"] == "Bridge “closed” — 40–60 %"
    assert "“Quoted,” she said.<br>Second line." in entry["body_html"]
    assert "<strong>Some background:</strong> 5 * 3" in entry["body_html"]
    assert "The river <cite>Ana Sousa/Agency</cite>" in entry["body_html"]
    assert (entry["importance"], entry["key_event"], entry["source"]["url"]) == (
        *("breaking", True, "https://first.example/report"),
    )
    assert [tag["slug"] for tag in entry["tags"]] == ["weather", "trains-buses"]
    assert (entry["authors"][0]["name"], entry["authors"][0]["place"]) == ("Ana Sousa", "Porto")
    assert [pin["entry"] for pin in newsroom.state(story)["pinned"]] == [entry["id"]]
    expect(driver.locator("[name=pinned]")).not_to_be_checked()


def test_drafts_and_submissions_are_listed_and_not_public_until_published(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    driver.fill("[name=text]", "A draft.")
    driver.click("#save")
    press(driver, "A draft.", "submit")
    expect(item(driver, "A draft.").locator(".state.is-submitted")).to_be_visible()
    assert newsroom.shown(story) == []
    press(driver, "A draft.", "publish")
    expect(item(driver, "A draft.").locator(".state.is-published")).to_be_visible()
    assert len(newsroom.shown(story)) == 1


def test_an_edit_can_be_kept_aside_then_published_or_discarded(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "First words.")
    press(driver, "First words.", "edit")
    expect(driver.locator("#save")).to_have_text("Save without publishing")
    driver.fill("[name=text]", "Second words.")
    driver.click("#save")
    expect(item(driver, "Second words.")).to_contain_text("edit not published")
    assert "First words." in newsroom.shown(story)[0]["body_html"]
    press(driver, "Second words.", "publish")
    expect(item(driver, "Second words.")).not_to_contain_text("edit not published")
    assert "Second words." in newsroom.shown(story)[0]["body_html"]
    press(driver, "Second words.", "edit")
    expect(driver.locator("[name=text]")).to_have_value("Second words.")
    driver.fill("[name=text]", "Third words.")
    driver.click("#save")
    press(driver, "Third words.", "discard")
    driver.click("#ask .primary")
    expect(item(driver, "Second words.")).to_be_visible()


def test_a_silent_edit_leaves_no_mark(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    newsroom.publish(story, "Teh words.")
    press(driver, "Teh words.", "edit")
    expect(driver.locator("[name=text]")).to_have_value("Teh words.")
    driver.fill("[name=text]", "The words.")
    driver.check("[name=change][value=typo]")
    driver.click("#publish")
    expect(item(driver, "The words.")).to_be_visible()
    (entry,) = newsroom.shown(story)
    assert (entry["revision"], entry["updated_at"]) == (2, None)


def test_what_was_wrong_is_corrected_retracted_reinstated_unpublished_and_removed(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "The dam failed.")
    press(driver, "The dam failed.", "correct")
    driver.fill("#ask [name=text]", "It is a levee.")
    driver.click("#ask .primary")
    expect(item(driver, "The dam failed.")).to_contain_text("It is a levee.")
    press(driver, "The dam failed.", "retract")
    driver.fill("#ask [name=reason]", "It did not.")
    driver.click("#ask .primary")
    expect(item(driver, "The dam failed.").locator(".state.is-retracted")).to_be_visible()
    assert "It did not." in newsroom.shown(story)[0]["body_html"]
    press(driver, "The dam failed.", "reinstate")
    expect(item(driver, "The dam failed.").locator(".state.is-published")).to_be_visible()
    press(driver, "The dam failed.", "unpublish")
    driver.click("#ask .primary")
    expect(item(driver, "The dam failed.").locator(".state.is-unpublished")).to_be_visible()
    assert newsroom.shown(story) == []
    press(driver, "The dam failed.", "remove")
    driver.click("#ask .primary")
    expect(driver.locator(".item .state.is-removed")).to_be_visible()


def test_an_edit_that_somebody_else_overtook_shows_both_texts_and_loses_neither(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "Begun.")
    press(driver, "Begun.", "edit")
    expect(driver.locator("[name=text]")).to_have_value("Begun.")
    newsroom.edit(entry, text="Theirs.")
    driver.fill("[name=text]", "Mine.")
    driver.click("#publish")
    conflict = driver.locator('.outbox-item[data-state="conflict"]')
    expect(conflict.locator("pre")).to_have_text(["Mine.", "Theirs."])
    driver.reload()
    expect(conflict.locator("pre")).to_have_text(["Mine.", "Theirs."])
    conflict.locator('[data-choice="again"]').click()
    expect(driver.locator("[name=text]")).to_have_value("Mine.")
    driver.fill("[name=text]", "Mine and theirs.")
    driver.click("#publish")
    expect(item(driver, "Mine and theirs.")).to_be_visible()
    _sent(driver)


def test_what_is_written_without_a_network_survives_a_reload_and_is_posted_once(
    driver: Page, context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    context.set_offline(True)
    driver.fill("[name=text]", "From a tunnel.")
    driver.click("#publish")
    driver.wait_for_selector('.outbox-item[data-state="waiting"]')
    driver.fill("[name=text]", "Half a thought")
    context.set_offline(False)
    driver.reload()
    expect(item(driver, "From a tunnel.")).to_have_count(1)
    expect(driver.locator("[name=text]")).to_have_value("Half a thought")
    _sent(driver)
    assert len(newsroom.shown(story)) == 1


def test_an_answer_that_is_lost_on_its_way_makes_no_second_entry(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    lost: list[str] = []

    def lose_the_first(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            route.fetch()
            lost.append(route.request.headers["idempotency-key"])
            route.abort()
        else:
            route.continue_()

    driver.route("**/entries", lose_the_first)
    driver.fill("[name=text]", "Only once.")
    driver.click("#publish")
    expect(item(driver, "Only once.")).to_have_count(1)
    _sent(driver)
    assert len(lost) == 1
    assert len(newsroom.shown(story)) == 1


def test_a_refusal_says_which_value_and_gives_the_text_back(driver: Page) -> None:
    driver.evaluate("document.getElementById('composer').noValidate = true")
    driver.fill("[name=text]", "With a bad source.")
    driver.click("summary:has-text('Byline')")
    driver.fill("[name=source_url]", "nonsense")
    driver.click("#publish")
    letter = driver.locator('.outbox-item[data-state="refused"]')
    expect(letter.locator(".problem")).to_contain_text("source › url:")
    letter.locator('[data-choice="again"]').click()
    expect(driver.locator("[name=text]")).to_have_value("With a bad source.")
    expect(driver.locator("[name=source_url]")).to_be_visible()
    _sent(driver)


def test_what_a_story_that_ended_meanwhile_refuses_is_given_back_where_it_is_seen(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    driver.route("**/entries", lambda route: route.abort())
    driver.fill("#composer [name=text]", "Written as the story ended.")
    driver.click("#publish")
    expect(driver.locator('.outbox-item[data-state="waiting"]')).to_have_count(1)
    newsroom.edit_story(story, status="ended")
    expect(driver.locator("#composer")).to_be_hidden()
    driver.unroute("**/entries")
    driver.evaluate("window.dispatchEvent(new Event('online'))")
    driver.locator('.outbox-item[data-state="refused"] [data-choice="again"]').click()
    expect(driver.locator(".outbox-item")).to_have_count(0)
    expect(driver.locator("#composer [name=text]")).to_be_visible()
    expect(driver.locator("#composer [name=text]")).to_have_value("Written as the story ended.")


def test_what_others_publish_appears_by_itself(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    _only_news_is_read(driver)
    newsroom.publish(story, "From a colleague.")
    expect(item(driver, "From a colleague.")).to_be_visible()


def test_a_story_is_begun_as_a_draft_and_made_live(driver: Page, newsroom: Newsroom) -> None:
    open_tools(driver)
    driver.click("#story-new")
    driver.fill("#ask [name=title]", "Begun here")
    driver.check("#ask [name=draft]")
    driver.click("#ask .primary")
    expect(driver.locator("#story option:checked")).to_have_text("Begun here (draft)")
    listed = [item["title"] for item in newsroom.client.get("/v1/stories").json()["items"]]
    assert "Begun here" not in listed
    driver.click("#story-more summary")
    driver.click("[data-story=live]")
    driver.click("#ask .primary")
    expect(driver.locator("#story option:checked")).to_have_text("Begun here")
    expect(driver.locator("#story-page")).to_be_visible()


def test_the_page_fits_a_phone(driver: Page) -> None:
    driver.set_viewport_size({"width": 320, "height": 640})
    for summary in driver.locator("#composer summary").all():
        summary.click()
    assert driver.evaluate("document.documentElement.scrollWidth") == 320


def test_typed_markup_is_text_in_the_newsroom_too(driver: Page) -> None:
    evil = "<img src=x onerror=document.body.remove()>"
    driver.fill("[name=headline]", evil)
    driver.fill("[name=text]", evil)
    driver.click("#publish")
    expect(item(driver, evil)).to_have_count(1)
    assert driver.locator(".item img").count() == 0


def test_a_reload_while_the_server_cannot_be_reached_comes_back_by_itself(driver: Page) -> None:
    driver.fill("[name=text]", "Half a thought")
    driver.route("**/v1/newsroom/me", lambda route: route.abort())
    driver.reload()
    expect(driver.locator("#connection")).to_contain_text("Offline")
    driver.unroute("**/v1/newsroom/me")
    expect(driver.locator("[name=text]")).to_have_value("Half a thought", timeout=15_000)
    expect(driver.locator("#connection")).to_have_text("Connected")
    expect(driver.locator("#problem")).to_be_hidden()


def test_a_colleagues_draft_appears_and_who_edits_what_is_said(
    driver: Page, browser: Browser, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    _only_news_is_read(driver)
    draft = newsroom.publish(story, "A colleague writes.", status="draft")
    expect(item(driver, "A colleague writes.")).to_be_visible()
    with browser.new_context() as other:
        colleague = other.new_page()
        colleague.goto(f"{newsroom.url}/newsroom")
        give_token(colleague, newsroom.token)
        colleague.select_option("#story", story["id"])
        colleague.locator(f'.item[data-id="{draft["id"]}"] [data-action="edit"]').click()
        expect(driver.locator("#people")).to_contain_text("is editing")
        press(driver, "A colleague writes.", "edit")
        expect(driver.locator("#people")).to_contain_text("is editing the entry you have open")
        expect(colleague.locator("#people")).to_contain_text("is editing the entry you have open")
    expect(driver.locator("#people")).to_be_empty()
