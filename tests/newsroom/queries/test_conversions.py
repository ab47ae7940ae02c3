"""Conversions: the body that an entry would have, in every form, and nothing kept of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.domain.errors import InvalidInput, NotAllowed, NotAuthenticated, TooLarge
from app.newsroom.queries.conversions import convert_body
from app.storage.database.schema import metadata
from app.wire.requests.conversions import ConversionDraft
from tests.content.clipboard import CLIPBOARD
from tests.newsroom.driver import NewsroomDriver, body

PICTURE = {"id": "pic", "type": "image", "url": "https://pictures.example/a.jpg", "alt": "The harbour"}


def convert(driver: NewsroomDriver, **draft: Any) -> dict[str, Any]:
    return body(convert_body(driver.newsroom, driver.call(), ConversionDraft.model_validate(draft)))


def counts(driver: NewsroomDriver) -> dict[str, int]:
    with driver.database.snapshot() as tx:
        return {table.name: len(tx.connection.execute(table.select()).all()) for table in metadata.sorted_tables}


@pytest.mark.parametrize("shape", CLIPBOARD)
def test_a_paste_is_the_body_that_an_entry_of_the_same_html_has(driver: NewsroomDriver, shape: str) -> None:
    html, expected = CLIPBOARD[shape]
    converted = convert(driver, html=html)
    assert converted["body_html"].split("\n") == "\n".join(expected).split("\n")
    entry = driver.post(driver.story()["id"], None, html=html)
    for name in ("body_html", "text_exact", "warnings"):
        assert converted[name] == entry[name]
    without_ids = [[{**block, "id": ""} for block in each["blocks"]] for each in (converted, entry)]
    assert without_ids[0] == without_ids[1]
    again = convert(driver, text=converted["text"], blocks=converted["blocks"])
    assert again["body_html"] == converted["body_html"]


def test_a_text_is_rendered_as_an_entrys_and_plain_text_as_it_is(driver: NewsroomDriver) -> None:
    text = "## Turnout\n\nPolls have **closed**.\n\n- one\n- two"
    converted = convert(driver, text=text)
    entry = driver.post(driver.story()["id"], text)
    assert converted["body_html"] == entry["body_html"]
    assert (converted["text"], converted["text_exact"]) == (text, True)
    assert converted["body_text"] == "Turnout\n\nPolls have closed.\n\n- one\n- two"
    assert convert(driver, text="*as it is*", text_format="plain")["body_html"] == "<p>*as it is*</p>"


def test_markdown_says_what_it_lacks(driver: NewsroomDriver) -> None:
    converted = convert(driver, html="<p>H<sub>2</sub>O</p>")
    assert (converted["text"], converted["text_exact"]) == ("H2O", False)


def test_a_text_shows_the_blocks_that_it_names_and_keeps_the_formatting_of_what_it_left_alone(
    driver: NewsroomDriver,
) -> None:
    blocks = [{"type": "paragraph", "html": "H<sub>2</sub>O"}, PICTURE]
    converted = convert(driver, text="H2O\n\n[[block:pic]]\n\nChanged.", blocks=blocks)
    assert [block["type"] for block in converted["blocks"]] == ["paragraph", "image", "paragraph"]
    assert converted["body_html"].startswith("<p>H<sub>2</sub>O</p>")
    assert converted["blocks"][1]["id"] == "pic"
    unnamed = convert(driver, text="Nothing named.", blocks=blocks)
    assert unnamed["body_html"] == "<p>Nothing named.</p>"


def test_blocks_are_completed_and_warned_about(driver: NewsroomDriver) -> None:
    converted = convert(driver, blocks=[{**PICTURE, "alt": ""}])
    assert converted["warnings"] == ["alt_missing"]
    assert (converted["text"], converted["text_exact"]) == ("[[block:pic]]", True)
    with pytest.raises(InvalidInput) as refused:
        convert(driver, blocks=[{"type": "image", "media": "0a8f6a0e-6f0e-4c55-9d5a-0c8f5f0f2f11"}])
    assert refused.value.errors[0].pointer == "/blocks/0/media"


def test_what_may_not_stay_is_nothing_and_no_error(driver: NewsroomDriver) -> None:
    drafts: list[dict[str, Any]] = [{"html": "<script>alert(1)</script>"}, {"html": ""}, {"text": ""}, {"blocks": []}]
    for draft in drafts:
        converted = convert(driver, **draft)
        assert (converted["blocks"], converted["body_html"], converted["text"]) == ([], "", "")


def test_a_body_that_no_entry_may_have_is_refused_as_an_entrys_is(driver: NewsroomDriver) -> None:
    with pytest.raises(TooLarge):
        convert(driver, text="\n\n".join(["word " * 1_000] * 200))
    with pytest.raises(InvalidInput) as refused:
        convert(driver, html="<b>" * 100_000)
    assert refused.value.errors[0].code == "too_complex"


def test_a_token_with_shorthand_sees_the_text_without_it(driver: NewsroomDriver) -> None:
    hurried = driver.hire("editor", shorthand=True)
    assert convert(hurried, text="#results Polls have closed. /key")["body_html"] == "<p>Polls have closed.</p>"
    assert "#results" in convert(driver, text="#results Polls have closed.")["body_html"]


def test_whoever_may_write_may_convert_also_in_a_freeze(driver: NewsroomDriver) -> None:
    reporter, reader = driver.hire("reporter"), driver.bot("editor", scopes=["read"])
    driver.freeze()
    assert convert(reporter, text="Words.")["body_html"] == "<p>Words.</p>"
    with pytest.raises(NotAllowed):
        convert(reader, text="Words.")
    with pytest.raises(NotAuthenticated):
        convert(driver.as_holder_of("lb_person_nobody"), text="Words.")


def test_nothing_is_stored_audited_or_kept_for_a_retry(driver: NewsroomDriver) -> None:
    driver.story()
    before, audited = counts(driver), driver.audited()
    for html in ("<p>One.</p>", "<p>Two.</p>"):  # the same key with another body: it is no write, and has no key
        draft = ConversionDraft(html=html)
        reply = convert_body(driver.newsroom, driver.call(idempotency_key="once", fingerprint="x"), draft)
        assert body(reply)["body_html"] == html
    assert (counts(driver), driver.audited()) == (before, audited)


@pytest.mark.parametrize(
    "draft",
    [
        {},
        {"html": "<p>a</p>", "text": "a"},
        {"html": "<p>a</p>", "blocks": []},
        {"html": "<p>a</p>", "text_format": "plain"},
        {"text": "a", "text_format": "rtf"},
        {"text": "a", "headline": "b"},
        {"blocks": [{"type": "nonsense"}]},
    ],
)
def test_one_body_is_asked_for(draft: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ConversionDraft.model_validate(draft)
