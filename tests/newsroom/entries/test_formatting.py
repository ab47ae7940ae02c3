"""Edits of the text keep what its Markdown has no sign for, and the newsroom is told where it cannot."""

from __future__ import annotations

from tests.newsroom.driver import NewsroomDriver

WATER = "<p>H<sub>2</sub>O</p>"


def test_a_typo_corrected_in_one_paragraph_leaves_the_formatting_of_the_others(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], None, html=f"<p>Teh river.</p>{WATER}<p><u>under</u></p>")
    assert (entry["text"], entry["text_exact"]) == ("Teh river.\n\nH2O\n\nunder", False)
    edited = driver.patch(entry, text=entry["text"].replace("Teh", "The"))
    assert edited["body_html"] == f"<p>The river.</p>\n{WATER}\n<p><u>under</u></p>"
    assert edited["blocks"][1:] == entry["blocks"][1:]
    assert driver.events()[-1]["entry"]["body_html"] == edited["body_html"]


def test_a_second_edit_keeps_it_too(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], None, html=f"<p>Teh river.</p>{WATER}")
    first = driver.patch(entry, text=entry["text"].replace("Teh", "The"))
    assert (first["text"], first["text_exact"]) == ("The river.\n\nH2O", False)
    second = driver.patch(first, text=first["text"].replace("river", "water"))
    assert second["body_html"] == f"<p>The water.</p>\n{WATER}"


def test_the_paragraph_that_is_changed_is_what_was_typed_and_then_the_text_is_exact(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], None, html=WATER)
    edited = driver.patch(entry, text="H2O, *water*")
    assert edited["body_html"] == "<p>H2O, <em>water</em></p>"
    assert (edited["text"], edited["text_exact"]) == ("H2O, *water*", True)


def test_a_text_sent_back_as_it_was_read_changes_nothing(driver: NewsroomDriver) -> None:
    entry = driver.post(
        driver.story()["id"], None, html=f"<p><b>Bold</b> and <i>slanted</i></p>{WATER}<ul><li>one</ul>"
    )
    sent = len(driver.announcements)
    assert driver.patch(entry, text=entry["text"])["version"] == entry["version"]
    assert len(driver.announcements) == sent


def test_what_was_typed_is_exact_and_so_is_html_that_markdown_can_say(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    assert driver.post(story, "*a*")["text_exact"] is True
    assert driver.post(story, None, html="<p><b>Some background:</b> more</p>")["text_exact"] is True
    aside = driver.patch(driver.post(story, "a"), html=WATER, publish=False)
    assert (aside["text_exact"], aside["working"]["fields"]["text_exact"]) == (True, False)
