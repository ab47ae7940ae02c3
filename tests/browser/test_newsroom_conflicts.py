"""Two who change the same thing at once: what does not overlap is merged, and where they meet a person sees both."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.sync_api import Page, Route, expect

from tests.browser.newsroom_page import somebody
from tests.browser.newsroom_rich_text import newest, open_to_edit
from tests.browser.newsroom_roles import outcome, press_at, press_in_composer, text_field
from tests.browser.newsroom_server import Newsroom
from tests.loopback import NO_CERTIFICATES

BEGUN = "Polls close at ten in Lisbon and Porto."


def _edited_by(newsroom: Newsroom, name: str, entry: dict[str, Any], **fields: Any) -> None:
    """Edit an entry as a colleague of that name."""
    person = somebody(newsroom, name, role="editor")
    answer = newsroom.client.post("/v1/newsroom/tokens", json={"person": person, "label": "laptop"})
    token = answer.json()["token"]
    with httpx.Client(
        base_url=newsroom.url, verify=NO_CERTIFICATES, headers={"Authorization": f"Bearer {token}"}, timeout=40
    ) as own:
        path = f"/v1/stories/{entry['story']}/entries/{entry['id']}"
        assert own.patch(path, json=fields, headers={"If-Match": "*"}).is_success


def _text(newsroom: Newsroom, entry: dict[str, Any]) -> str:
    path = f"/v1/newsroom/stories/{entry['story']}/entries/{entry['id']}"
    text: str = newsroom.client.get(path).json()["text"]
    return text


def _begin_to_edit(page: Page, newsroom: Newsroom, story: dict[str, Any]) -> dict[str, Any]:
    entry = newsroom.publish(story, BEGUN)
    press_at(page, BEGUN, "Edit")
    expect(text_field(page)).to_have_value(BEGUN)
    return entry


def test_changes_of_other_words_and_members_are_merged_by_themselves_and_it_is_said_whose_they_are(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = _begin_to_edit(driver, newsroom, story)
    _edited_by(newsroom, "Bo Berg", entry, text=BEGUN.replace("Porto", "Braga"), key_event=True)
    text_field(driver).fill(BEGUN.replace("ten", "eleven"))
    press_in_composer(driver, "Save and publish")
    said = re.compile(r"Bo Berg changed it at \d\d:\d\d.*: sent with both changes, merged")
    expect(driver.locator("#said")).to_have_text(said)
    expect(driver.locator("#act-line")).to_contain_text("Published")
    expect(driver.locator("#act-line")).to_have_text(said)  # what became of it does not take the place of whose it is
    assert _text(newsroom, entry) == "Polls close at eleven in Lisbon and Braga."
    public = newsroom.client.get(f"/v1/stories/{story['id']}/entries/{entry['id']}").json()
    assert (public["key_event"], "Braga" in public["body_html"]) == (True, True)


def test_where_both_changed_the_same_words_each_is_shown_with_its_writer_and_one_is_chosen(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = _begin_to_edit(driver, newsroom, story)
    _edited_by(newsroom, "Cy Crane", entry, text="Polls close at nine in Lisbon and Braga.", headline="From Cy")
    text_field(driver).fill("Polls close at eleven in Lisbon and Porto. No queues.")
    press_in_composer(driver, "Save and publish")
    conflict = driver.locator('.outbox-item[data-state="conflict"]')
    expect(conflict.locator(".who")).to_have_text(re.compile(r"^Cy Crane changed it at \d\d:\d\d"))
    words = conflict.get_by_role("region", name="Text").locator(".words")
    expect(conflict.get_by_role("region", name="Headline").locator("ins")).to_have_text("From Cy")
    expect(words.locator("del")).to_have_text(["ten", "Porto."])
    expect(words.locator(".mine")).to_have_text(["eleven", "Porto. No queues."])
    expect(words.locator(".theirs")).to_have_text(["nine", "Braga."])
    conflict.get_by_role("button", name="Send both, merged").click()
    expect(driver.locator("#problem")).to_contain_text("Choose whose words stay")
    assert _text(newsroom, entry) == "Polls close at nine in Lisbon and Braga."
    conflict.get_by_role("radio", name=re.compile("^Theirs: .*nine")).check()
    conflict.get_by_role("radio", name=re.compile("^Both")).nth(1).check()
    conflict.get_by_role("button", name="Send both, merged").click()
    expect(driver.locator("#act-line")).to_contain_text("Published")
    assert _text(newsroom, entry) == "Polls close at nine in Lisbon and Porto. No queues. Braga."


def test_a_formatted_edit_is_merged_with_a_colleague_s_block_by_block_and_keeps_its_formatting(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    html = ["<p>H<sub>2</sub>O</p>", "<p>Polls <b>close</b> at ten.</p>"]
    made = newsroom.client.post(
        f"/v1/stories/{night['id']}/entries", json={"headline": "Count", "html": "\n".join(html)}
    )
    assert made.is_success, made.text
    open_to_edit(rich, made.json(), "Count")
    rich.keyboard.press("Enter")
    rich.keyboard.type("*More.*")
    first, *rest = newest(newsroom, night)["blocks"]
    blocks = [first | {"html": first["html"].replace("2", "3")}, *rest]
    _edited_by(newsroom, "Di Dorn", made.json(), blocks=blocks, label="67′")
    press_in_composer(rich, "Save and publish")
    expect(outcome(rich)).to_contain_text("sent with both changes, merged")
    expect(outcome(rich)).to_contain_text("Published")
    merged = newest(newsroom, night)
    assert (merged["headline"], merged["label"]) == ("Count", "67′")
    assert merged["body_html"] == "\n".join([html[0].replace("2", "3"), html[1], "<p><i>More.</i></p>"])


def test_two_who_change_other_words_of_a_story_s_standfirst_are_both_kept(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.edit_story(story, standfirst=BEGUN)
    driver.click("#story-edit")
    standfirst = driver.locator("#ask [name=standfirst]")
    expect(standfirst).to_have_value(BEGUN)
    newsroom.edit_story(story, standfirst=BEGUN.replace("Porto", "Braga"))
    standfirst.fill(BEGUN.replace("ten", "eleven"))
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    state = newsroom.client.get(f"/v1/stories/{story['id']}").json()
    assert state["standfirst"] == "Polls close at eleven in Lisbon and Braga."
    driver.click("#story-edit")
    expect(standfirst).to_have_value(state["standfirst"])
    newsroom.edit_story(story, standfirst="Polls close at nine in Lisbon and Braga.")
    standfirst.fill("Polls close at noon in Lisbon and Braga.")
    driver.click("#ask .primary")
    expect(driver.locator("#wrong-standfirst")).to_have_text("Theirs: Polls close at nine in Lisbon and Braga.")
    expect(driver.locator("#wrong-standfirst ins")).to_have_text("nine")


def test_an_edit_whose_answer_was_lost_goes_out_once_with_its_correction_and_meets_nobody(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    entry = newsroom.publish(night, BEGUN, headline="Polls")
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        if route.request.method != "PATCH" or lost:
            route.fallback()
            return
        lost.append(route.request.url)
        assert route.fetch().ok
        route.abort()

    rich.route("**/v1/stories/*/entries/*", lose_first)
    open_to_edit(rich, entry, "Polls")
    rich.keyboard.press("Enter")
    rich.keyboard.type("No queues.")
    rich.get_by_role("radio", name="a correction").check()
    rich.get_by_role("textbox", name="What was wrong").fill("It was nine.")
    press_in_composer(rich, "Save and publish")
    expect(outcome(rich)).to_contain_text("Published")
    assert len(lost) == 1
    public = newsroom.client.get(f"/v1/stories/{night['id']}/entries/{entry['id']}").json()
    assert [each["text"] for each in public["corrections"]] == ["It was nine."]
    assert public["body_html"].count("No queues.") == 1


def test_a_formatted_edit_is_not_lost_when_a_colleague_has_saved_its_headline(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    entry = newsroom.publish(night, BEGUN, headline="Pols")
    open_to_edit(rich, entry, "Pols")
    rich.keyboard.press("Enter")
    rich.keyboard.type("No queues.")
    rich.get_by_label("Headline").fill("Polls")
    _edited_by(newsroom, "Bo Bell", entry, headline="Polls")
    press_in_composer(rich, "Save and publish")
    expect(outcome(rich)).to_contain_text("Published")
    public = newsroom.client.get(f"/v1/stories/{night['id']}/entries/{entry['id']}").json()
    assert (public["headline"], "No queues." in public["body_html"]) == ("Polls", True)
