"""Readers' replies are moderated on the newsroom's page: by keys alone, many at once, by two people, and kept still."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from tests.browser.newsroom_page import TOO_WIDE, choose, long_word, open_as, signed_in, somebody
from tests.browser.newsroom_replies import (
    SETTINGS,
    decide,
    open_replies,
    queue,
    replies,
    reply,
    said,
    send_reply,
    status_of,
    waiting,
)
from tests.browser.newsroom_roles import answer, centre, composer, dialog, entry, text_field
from tests.browser.newsroom_server import Newsroom
from tests.waiting import await_true

DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NARROW: dict[str, Any] = PHONE | {"viewport": {"width": 320, "height": 640}}
NAMED = re.compile(r"\w")
TOUCH_PIXELS = 44
REPLY_OF_FOCUS = "document.activeElement.closest('article')?.innerText ?? ''"


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    """Those of a site whose stories take replies."""
    return SETTINGS


@pytest.fixture
def context_options() -> dict[str, Any]:
    """A desk."""
    return DESK


def _until_held(page: Page, held: list[Route]) -> None:
    """Wait until a request is held: it is said to be sent before it is."""
    await_true(lambda: page.evaluate("1") and held, or_say=lambda: "nothing was asked")


def test_replies_are_moderated_by_keys_alone_and_a_reason_reaches_the_writers_receipt(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = [send_reply(newsroom, story, f"{number} in.") for number in ("First", "Second", "Third", "Fourth")]
    open_replies(driver, story)
    expect(replies(driver)).to_have_count(4)
    expect(replies(driver).first).to_be_focused()
    expect(replies(driver).first).to_contain_text("First in.")
    driver.keyboard.press("a")
    expect(reply(driver, "First in.")).to_contain_text("Readers see it.")
    expect(reply(driver, "Second in.")).to_be_focused()
    driver.keyboard.press("r")
    expect(dialog(driver)).to_contain_text("“Second in.”")
    driver.keyboard.press("a")  # a key that is meant for another question answers none here
    expect(dialog(driver).get_by_role("radio", checked=True)).to_have_count(0)
    driver.keyboard.press("1")
    driver.keyboard.press("Enter")
    expect(reply(driver, "Second in.")).to_contain_text("Its writer is told: “It is not about the story.”")
    expect(reply(driver, "Third in.")).to_be_focused()
    driver.keyboard.press("j")
    expect(reply(driver, "Fourth in.")).to_be_focused()
    driver.keyboard.press("k")
    driver.keyboard.press("s")
    expect(reply(driver, "Third in.")).to_contain_text("Marked as spam")
    assert [status_of(newsroom, each) for each in sent] == ["approved", "rejected", "spam", "pending"]
    driver.keyboard.press("?")
    expect(dialog(driver)).to_contain_text("Reject, with a reason")
    driver.keyboard.press("Escape")
    receipt = driver.context.new_page()
    receipt.goto(sent[1]["receipt_page"])
    expect(receipt.locator("main")).to_contain_text("It is not about the story.")


def test_keys_do_nothing_while_somebody_writes(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    sent = send_reply(newsroom, story, "Not to be decided.")
    decide(newsroom, (shown := send_reply(newsroom, story, "Shown.")), "approve")
    open_replies(driver, story)
    queue(driver).get_by_role("combobox", name="Show").select_option("approved")
    reply(driver, "Shown.").get_by_role("button", name="Reply").click()
    dialog(driver).get_by_role("textbox", name="Your reply").press_sequentially("as jar x?")
    answer(driver, "Cancel")
    queue(driver).get_by_role("combobox", name="Show").select_option("pending")
    expect(reply(driver, "Not to be decided.")).to_be_visible()
    queue(driver).get_by_role("combobox", name="Show").press("d")  # no list begins with this letter
    expect(dialog(driver)).to_have_count(0)
    driver.goto(f"{newsroom.url}/newsroom#entries")
    text_field(driver).press_sequentially("as jar x?")
    expect(text_field(driver)).to_have_value("as jar x?")
    assert (status_of(newsroom, sent), status_of(newsroom, shown)) == ("pending", "approved")


def test_many_are_decided_about_at_once_and_each_that_was_not_says_why(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = [send_reply(newsroom, story, f"{number} in.") for number in ("First", "Second", "Third")]
    open_replies(driver, story)
    expect(replies(driver)).to_have_count(3)
    held: list[Route] = []
    driver.route("**/v1/newsroom/comments:batch", lambda route: held.append(route))
    driver.get_by_label("All shown").check()
    queue(driver).locator(".bulk").get_by_role("button", name="Approve").click()
    expect(said(driver)).to_contain_text("Sending 3")
    _until_held(driver, held)
    decide(newsroom, sent[1], "spam")
    held[0].continue_()
    expect(said(driver)).to_contain_text("2 replies approved. 1 reply not")
    expect(reply(driver, "Second in.")).to_contain_text("Not done")
    assert [status_of(newsroom, each) for each in sent] == ["approved", "spam", "approved"]


def test_several_are_rejected_with_one_reason_that_each_writer_is_told(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = [send_reply(newsroom, story, f"{number} in.") for number in ("First", "Second", "Third")]
    open_replies(driver, story)
    for text in ("First in.", "Third in."):
        reply(driver, text).get_by_role("checkbox").check()
    expect(queue(driver)).to_contain_text("2 selected")
    queue(driver).locator(".bulk").get_by_role("button", name="Reject").click()
    expect(dialog(driver)).to_contain_text("Reject 2 replies")
    for text in ("“First in.”", "“Third in.”"):
        expect(dialog(driver)).to_contain_text(text)
    dialog(driver).get_by_role("radio", name="It is hateful.").check()
    answer(driver, "Reject")
    expect(said(driver)).to_contain_text("2 replies rejected.")
    assert [status_of(newsroom, each) for each in sent] == ["rejected", "pending", "rejected"]
    told = newsroom.client.get(f"/v1/receipts/{sent[2]['receipt'].rpartition('/')[2]}").json()
    assert told["reason"] == "hate"


def test_of_two_moderators_the_late_one_sees_what_the_other_did_and_overwrites_nothing(
    driver: Page, newsroom: Newsroom, story: dict[str, Any], browser: Browser
) -> None:
    sent = send_reply(newsroom, story, "Only once.")
    with browser.new_context(**DESK) as other:
        ada = open_as(other, newsroom, somebody(newsroom, "Ada", "editor"))
        choose(ada, story)
        open_replies(ada, story)
        expect(reply(ada, "Only once.")).to_be_visible()
        open_replies(driver, story)
        expect(reply(driver, "Only once.")).to_be_visible()
        held: list[Route] = []
        ada.route("**/v1/newsroom/comments:batch", lambda route: held.append(route))
        reply(ada, "Only once.").get_by_role("button", name="Approve").click()
        expect(reply(ada, "Only once.")).to_contain_text("Sending")
        _until_held(ada, held)
        reply(driver, "Only once.").get_by_role("button", name="Spam").click()
        expect(reply(driver, "Only once.")).to_contain_text("Marked as spam")
        held[0].continue_()
        expect(reply(ada, "Only once.")).to_contain_text("was faster. It is spam")
        assert status_of(newsroom, sent) == "spam"
        ada.unroute("**/v1/newsroom/comments:batch")
        reply(ada, "Only once.").get_by_role("button", name="Approve").click()
        expect(reply(ada, "Only once.")).to_contain_text("Approved by Ada")
        expect(reply(driver, "Only once.")).to_contain_text("Approved by Ada")  # told by the newsroom's stream


def test_what_arrives_waits_behind_a_button_and_nothing_moves_under_the_pointer(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    first, second = (send_reply(newsroom, story, f"{number} in.") for number in ("First", "Second"))
    open_replies(driver, story)
    approve = reply(driver, "Second in.").get_by_role("button", name="Approve")
    approve.hover()
    before = centre(approve)
    send_reply(newsroom, story, "Third in.")
    expect(queue(driver).get_by_role("button", name="1 new")).to_be_visible()
    send_reply(newsroom, story, "Fourth in.")
    expect(queue(driver).get_by_role("button", name="2 new")).to_be_visible()
    decide(newsroom, first, "reject", reason="hate", note="Two lines of a note\nthat nobody expected here.")
    expect(reply(driver, "First in.")).to_contain_text("Rejected")
    expect(replies(driver)).to_have_count(2)
    assert centre(approve) == pytest.approx(before, abs=1)
    driver.mouse.move(*before)
    driver.mouse.down()
    driver.mouse.up()
    expect(reply(driver, "Second in.")).to_contain_text("Approved")
    assert status_of(newsroom, second) == "approved"
    queue(driver).get_by_role("button", name="2 new").click()
    expect(replies(driver)).to_have_count(2)
    expect(replies(driver).first).to_contain_text("Third in.")
    expect(replies(driver).first).to_be_focused()


def test_the_number_that_waits_is_told_where_an_editor_looks_while_writing(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    other = newsroom.make_story(title="Another story")
    before = newsroom.client.get("/v1/newsroom/comments?limit=1").json()["counts"].get("pending", 0)
    sent = [send_reply(newsroom, each, f"{text} is in.") for each, text in ((story, "A"), (story, "B"), (other, "C"))]
    expect(waiting(driver)).to_have_accessible_name(f"Replies {before + 3} waiting")
    expect(driver.get_by_role("link", name="Its replies (2)")).to_be_visible()
    expect(driver).to_have_title(f"({before + 3}) Newsroom – The Courier")
    decide(newsroom, sent[2], "approve")  # in a story that is not the chosen one
    expect(waiting(driver)).to_have_accessible_name(f"Replies {before + 2} waiting")
    waiting(driver).click()
    expect(queue(driver).get_by_role("combobox", name="Story")).to_have_value("")
    chosen = queue(driver).get_by_role("combobox", name="Story").locator(f"option[value='{story['id']}']")
    expect(chosen).to_have_text(f"{story['title']} (2)")
    driver.go_back()
    expect(composer(driver)).to_be_visible()


def test_a_number_that_was_read_before_it_changed_and_comes_after_does_not_stand(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    before = newsroom.client.get("/v1/newsroom/comments?limit=1").json()["counts"].get("pending", 0)
    send_reply(newsroom, story, "A is in.")
    expect(waiting(driver)).to_have_accessible_name(f"Replies {before + 1} waiting")
    late: list[tuple[Route, APIResponse]] = []
    path = re.compile(r"/v1/newsroom/comments\?")
    driver.route(path, lambda route: late.append((route, route.fetch())), times=1)
    send_reply(newsroom, newsroom.make_story(title="Another story"), "B is in.")  # whose title has to be read
    await_true(lambda: driver.title() and late)  # whatever is asked of the page lets the route go on
    send_reply(newsroom, story, "C is in.")
    expect(driver.get_by_role("link", name="Its replies (2)")).to_be_visible()
    ((route, answered),) = late
    route.fulfill(response=answered)
    expect(driver).to_have_title(re.compile(rf"^\({before + 3}\)"))
    expect(driver.get_by_role("link", name="Its replies (2)")).to_be_visible()


def test_an_entry_is_made_of_a_reply_and_opens_from_where_that_is_said(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = send_reply(newsroom, story, "The bridge is closed.", name="Dana")
    open_replies(driver, story)
    reply(driver, "The bridge is closed.").get_by_role("button", name="Make an entry").click()
    expect(reply(driver, "The bridge is closed.")).to_contain_text(
        "A draft was made of it, by “Dana, a reader, by reply”. Readers do not see it yet."
    )
    assert status_of(newsroom, sent) == "pending"
    said(driver).get_by_role("button", name="Open it").click()
    expect(text_field(driver)).to_have_value("The bridge is closed.")
    expect(entry(driver, "The bridge is closed.")).to_contain_text("draft")
    open_replies(driver, story)
    reply(driver, "The bridge is closed.").get_by_role("button", name="Open its entry").click()
    expect(composer(driver)).to_be_visible()


def test_an_entry_that_a_colleague_made_meanwhile_is_led_to_and_none_is_made_beside_it(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = send_reply(newsroom, story, "The bridge is open.", name="Dana")
    open_replies(driver, story)
    held: list[Route] = []
    driver.route("**/v1/newsroom/comments/*/entry", lambda route: held.append(route))
    reply(driver, "The bridge is open.").get_by_role("button", name="Make an entry").click()
    expect(reply(driver, "The bridge is open.")).to_contain_text("Making an entry of it")
    _until_held(driver, held)
    newsroom.client.post(f"/v1/newsroom/comments/{sent['id']}/entry", json={}).raise_for_status()
    held[0].continue_()
    expect(reply(driver, "The bridge is open.")).to_contain_text("Not done: an entry was made of it already.")
    expect(said(driver).get_by_role("button", name="Open it")).to_be_visible()
    reply(driver, "The bridge is open.").focus()
    driver.keyboard.press("e")  # leads to it, as the button does; another one has a button of its own
    expect(text_field(driver)).to_have_value("The bridge is open.")
    drafts = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}/entries").json()["items"]
    assert [each["body_html"] for each in drafts if "bridge" in each["body_html"]] == ["<p>The bridge is open.</p>"]
    assert len(held) == 1


def test_what_the_server_cannot_be_told_is_said_in_its_place_and_tried_again_from_there(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = send_reply(newsroom, story, "Kept.")
    open_replies(driver, story)
    driver.context.set_offline(True)
    reply(driver, "Kept.").get_by_role("button", name="Approve").click()
    expect(reply(driver, "Kept.")).to_contain_text("Not done: the server cannot be reached.")
    driver.context.set_offline(False)
    reply(driver, "Kept.").get_by_role("button", name="Try again").click()
    expect(reply(driver, "Kept.")).to_contain_text("Readers see it.")
    assert status_of(newsroom, sent) == "approved"


def test_a_freeze_refuses_what_it_must_and_says_so_at_the_reply(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = send_reply(newsroom, story, "Frozen.")
    open_replies(driver, story)
    expect(reply(driver, "Frozen.")).to_be_visible()
    newsroom.client.post("/v1/newsroom/freeze", json={"frozen": True, "story": story["id"]}).raise_for_status()
    reply(driver, "Frozen.").get_by_role("button", name="Approve").click()
    expect(reply(driver, "Frozen.")).to_contain_text("Not done")
    assert status_of(newsroom, sent) == "pending"
    reply(driver, "Frozen.").get_by_role("button", name="Spam").click()
    expect(reply(driver, "Frozen.")).to_contain_text("Marked as spam")


def test_one_that_readers_see_is_answered_removed_with_a_note_and_brought_back(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = send_reply(newsroom, story, "How many?")
    decide(newsroom, sent, "approve")
    open_replies(driver, story)
    queue(driver).get_by_role("combobox", name="Show").select_option("approved")
    reply(driver, "How many?").get_by_role("button", name="Reply").click()
    dialog(driver).get_by_role("textbox", name="Your reply").fill("Two, both in the north.")
    answer(driver, "Reply")
    expect(said(driver)).to_contain_text("Readers see it now.")
    (seen,) = newsroom.client.get(f"/v1/stories/{story['id']}/comments").json()["items"]
    assert [(child["text"], child["by_newsroom"]) for child in seen["children"]] == [("Two, both in the north.", True)]
    question = reply(driver, "How many?").filter(has_not=driver.locator(".reply-about", has_text="answers"))
    question.get_by_role("button", name="Remove").click()
    expect(dialog(driver)).to_contain_text("“How many?”")
    dialog(driver).get_by_role("textbox", name="A note").fill("Asked twice.")
    answer(driver, "Remove")
    expect(question).to_contain_text("Readers see it no more.")
    assert newsroom.client.get(f"/v1/stories/{story['id']}/comments").json()["items"] == []
    queue(driver).get_by_role("combobox", name="Show").select_option("removed")
    expect(reply(driver, "How many?")).to_contain_text("Asked twice.")
    reply(driver, "How many?").get_by_role("button", name="Approve").click()
    expect(reply(driver, "How many?")).to_contain_text("Readers see it.")
    assert status_of(newsroom, sent) == "approved"


@pytest.mark.parametrize("options", [DESK, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def test_the_queue_is_within_the_screen_large_enough_to_touch_and_every_control_has_a_name(
    browser: Browser, newsroom: Newsroom, options: dict[str, Any]
) -> None:
    story = newsroom.make_story(title="A story of long words")
    send_reply(newsroom, story, long_word(), name=long_word(60))
    send_reply(newsroom, story, "Short.")
    with browser.new_context(**options) as context, signed_in(context, newsroom, story) as page:
        open_replies(page, story)
        expect(replies(page)).to_have_count(2)
        assert page.evaluate(TOO_WIDE) == []
        for control in queue(page).locator("button:visible, select:visible, input:visible").all():
            expect(control).to_have_accessible_name(NAMED)
            box = control.bounding_box()
            assert box is not None
            if options is not DESK and control.evaluate("node => node.tagName !== 'INPUT'"):
                assert box["height"] >= TOUCH_PIXELS, control.evaluate("node => node.outerHTML")
        page.get_by_role("article").first.get_by_role("button", name="Reject").click()
        assert page.evaluate(TOO_WIDE) == []
        page.keyboard.press("Escape")
        reply(page, "Short.").focus()
        passed: list[str] = []
        while "Short." in page.evaluate(REPLY_OF_FOCUS) and len(passed) < 20:
            page.keyboard.press("Tab")
            passed.append(page.evaluate("document.activeElement.innerText || document.activeElement.type"))
        assert passed[:6] == ["checkbox", "Approve", "Reject", "Spam", "Make an entry", "Remove"]  # as they are read
        assert len(passed) < 20


def test_the_queue_is_a_part_of_its_own_in_whichever_element_it_is_given(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = send_reply(newsroom, story, "Seen elsewhere.")
    driver.evaluate(
        """async (story) => {
            const [{src}] = document.querySelectorAll('script[src*="newsroom/main.js"]');
            const {mountModeration} = await import(src.replace("main.js", "parts/moderation.js"));
            const root = document.createElement("section");
            root.setAttribute("aria-label", "A desk");
            document.querySelector("main").append(root);
            mountModeration(root, {onOpenEntry: () => {}}).open(story);
        }""",
        story["id"],
    )
    mounted = driver.get_by_role("region", name="A desk").get_by_role("article")
    expect(mounted).to_be_focused()
    driver.keyboard.press("a")
    expect(mounted).to_contain_text("Readers see it.")
    assert status_of(newsroom, sent) == "approved"
