"""Replies on the reader's page, without scripts: the number, the form, the list, and the page of a receipt."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest

from app.web.assets import Assets
from app.web.refusals import REFUSALS
from app.web.words import Catalogue
from tests.web import samples
from tests.web.site import SITE, FakeReading, client_of, seen

pytestmark = pytest.mark.anyio
WORDS = Catalogue().words_for("en")


def reply(name: str = "Ann", **more: Any) -> dict[str, Any]:
    """One reply as the API lists it."""
    shown: dict[str, Any] = {
        "id": f"id-of-{name}", "entry": None, "parent": None, "name": name, "text": "First line.\nSecond line.",
        "time": "2026-11-03T21:04:05.000Z", "by_newsroom": False, "children": [], "child_count": 0,
    }  # fmt: skip
    return {**shown, **more}


def reading(mode: str = "moderated", *items: dict[str, Any], **state: Any) -> FakeReading:
    """A site whose story takes replies, and has these."""
    story = {
        **samples.story(),
        "comments": {"mode": mode, "url": "https://talk.example/1"},
        "comment_count": len(items),
    }
    fake = FakeReading({**story, **state})
    fake.replies = {"items": list(items), "next": None, "comment_count": len(items)}
    return fake


async def page_of(fake: FakeReading, query: str = "") -> str:
    async with client_of(fake) as client:
        answer = await client.get(f"/stories/{fake.state['slug']}{query}")
        assert answer.status_code == 200
        assert "form-action 'self'" in answer.headers["content-security-policy"]
        return seen(answer)


async def test_the_form_and_its_promise_stand_on_the_page() -> None:
    html = await page_of(reading(status="live"))
    assert "Leave a reply" in html
    assert "Your email address will not be published." in html
    assert 'method="post"' in html
    assert f'action="/v1/stories/{samples.story()["id"]}/comments"' in html
    assert f'name="token" value="token 1 of {samples.story()["id"]}"' in html
    assert "0 replies" in html


async def test_replies_are_plain_text_with_their_lines_and_their_answers() -> None:
    child = reply("The desk", by_newsroom=True)
    html = await page_of(reading("moderated", reply("<b>Ann</b>", text="<script>x</script>\nTwo", children=[child])))
    assert "<script>x" not in html
    assert "&lt;script&gt;x&lt;/script&gt;<br>Two" in html
    assert "&lt;b&gt;Ann&lt;/b&gt;" in html
    assert html.count('class="comment') >= 2
    assert "1 reply<" in html


async def test_the_newsrooms_own_replies_bear_its_name_once() -> None:
    as_the_site = reply(SITE.name, by_newsroom=True, text="By the site.")
    by_somebody = reply("Ines", by_newsroom=True, text="By somebody.")
    html = await page_of(reading("moderated", as_the_site, by_somebody, reply(SITE.name, text="By an impostor.")))
    name = escape(SITE.name)
    mark = f'<span class="mark">{name}</span>'
    assert f'<p class="who">{mark} <time' in html
    assert f'<p class="who"><b>Ines</b> {mark} <time' in html
    assert f'<p class="who"><b>{name}</b> <time' in html


async def test_a_story_without_replies_shows_none_of_it() -> None:
    html = await page_of(reading("off"))
    assert "reply" not in html.lower().replace("replying", "")


async def test_an_ended_story_keeps_its_replies_and_takes_no_more() -> None:
    html = await page_of(reading("moderated", reply(), status="ended"))
    assert "No more replies are taken." in html
    assert "Leave a reply" not in html
    assert "First line." in html


@pytest.mark.parametrize("code", ["comments_unattended", "comments_full"])
async def test_no_form_is_shown_that_would_be_refused_whatever_is_sent(code: str) -> None:
    fake = reading("moderated", reply(children=[reply("Bo")]), status="live")
    fake.closed_code = code
    html = await page_of(fake)
    assert 'class="reply"' not in html
    assert "leave-a-reply" not in html
    assert 'class="answer"' not in html
    assert WORDS.say(REFUSALS[code]) in html
    assert "First line." in html


async def test_replies_elsewhere_are_a_link() -> None:
    html = await page_of(reading("external"))
    assert 'href="https://talk.example/1"' in html
    assert "<form" not in html


async def test_order_and_position_are_asked_for_as_the_address_says() -> None:
    fake = reading("moderated", reply())
    fake.replies["next"] = "https://live.example/v1/stories/x/comments?order=oldest&position=n1-2"
    html = await page_of(fake, "?replies=oldest")
    assert fake.replies_asked[-1][1] == {"order": "oldest", "position": None, "parent": None, "entry": None}
    assert "?replies=oldest&amp;from=n1-2#comments" in html


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_refused_form_is_told_why_in_a_sentence(code: str) -> None:
    why = REFUSALS[code]
    back = why.replace("refused.", "back.")
    sentence = WORDS.say(why) + (f" {WORDS.say(back)}" if back != why and back in WORDS.messages else "")
    assert f'<p class="notice" role="status">{sentence}</p>' in await page_of(reading(), f"?refused={code}")


async def test_words_of_an_address_are_never_shown() -> None:
    html = await page_of(reading(), "?refused=Pay+here")
    assert "Pay" not in html
    assert "Your reply could not be taken." in html


async def test_a_receipt_says_what_became_of_it_and_is_kept_by_nobody() -> None:
    fake = reading()
    fake.receipts["secret"] = {
        "status": "rejected", "reason": "off_topic", "language": "en", "appealed_at": None, "appeal_is_open": False,
        "can_appeal": True, "story_page": "https://live.example/stories/x",
    }  # fmt: skip
    async with client_of(fake) as client:
        answer = await client.get("/receipts/secret")
        assert answer.status_code == 200
        assert "Your reply was not approved. It is not about the story." in answer.text
        assert 'action="/v1/receipts/secret/appeal"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert (await client.get("/receipts/other")).status_code == 404


async def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    families = ("refused.", "receipt.objected")
    sentences = {key for key in WORDS.messages if key.startswith(families)}
    assert set(REFUSALS.values()) | {"refused.unknown"} == sentences


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("de-AT", "ltr"), ("sw", "ltr")])
async def test_a_receipt_is_in_the_language_of_its_story(language: str, direction: str) -> None:
    fake = reading()
    shown = {"status": "removed", "reason": "hate", "appealed_at": "x", "appeal_is_open": True, "can_appeal": False}
    fake.receipts["secret"] = {**shown, "language": language, "story_page": None}
    words = Catalogue().words_for(language)
    async with client_of(fake) as client:
        page = (await client.get("/receipts/secret")).text
        assert f'<html lang="{words.said_in}" dir="{direction}">' in page
        assert f"{words.say('receipt.removed')} {words.say('reason.hate')}" in page
        fake.receipts["secret"]["language"] = None
        page = (await client.get("/receipts/secret", headers={"accept-language": "he, en;q=0.5"})).text
        assert '<html lang="he" dir="rtl">' in page, "of a story that is gone: the browser's"


async def test_a_page_whose_form_alone_is_another_is_not_sent_again() -> None:
    fake = reading()
    async with client_of(fake) as client:
        first = await client.get(f"/stories/{samples.SLUG}")
        asked = {"if-none-match": first.headers["etag"]}
        fake.form_number = 2
        assert (await client.get(f"/stories/{samples.SLUG}", headers=asked)).status_code == 304
        fresh = await client.get(f"/stories/{samples.SLUG}")
        assert (fresh.headers["etag"], "token 2 of" in fresh.text) == (first.headers["etag"], True)
        fake.state = {**fake.state, "comment_count": 1}
        assert (await client.get(f"/stories/{samples.SLUG}", headers=asked)).status_code == 200
        fake.state = {**fake.state, "comment_count": 0}
        assert (await client.get(f"/stories/{samples.SLUG}", headers=asked)).status_code == 304
        fake.form_period = 2
        assert (await client.get(f"/stories/{samples.SLUG}", headers=asked)).status_code == 200


async def test_a_page_without_replies_has_no_words_about_them() -> None:
    for mode, has_them in (("moderated", True), ("off", False)):
        async with client_of(reading(mode)) as client:
            page = (await client.get(f"/stories/{samples.SLUG}")).text
        assert ("Leave a reply" in page) is has_them
        assert "Do you object?" not in page
        assert "no more replies" not in page


async def test_the_replies_of_an_entry_are_a_page_of_their_own() -> None:
    entry = samples.entry(1)["id"]
    fake = reading("moderated", reply(entry=entry), comment_counts={entry: 3})
    fake.state["comment_count"] = 7
    html = await page_of(fake)
    link = f'<a class="replies" href="?entry={entry}#comments" target="_self" data-count="3">3 replies</a>'
    assert link in html
    assert html.count(">Leave a reply</a>") == html.count("<article") - 1
    html = await page_of(fake, f"?entry={entry}&replies=oldest")
    assert fake.replies_asked[-1][1]["entry"] == entry
    assert 'data-total="7"' in html
    assert 'data-shown="3"' in html
    assert f'<input type="hidden" name="entry" value="{entry}">' in html
    assert f'href="?entry={entry}&amp;replies=newest#comments"' in html


async def test_more_of_a_list_is_more_of_the_same_list() -> None:
    entry = samples.entry(1)["id"]
    fake = reading("moderated", reply(parent="above"))
    fake.replies["next"] = "https://live.example/v1/stories/x/comments?position=n1-2"
    html = await page_of(fake, f"?entry={entry}&under=above")
    assert f'href="?entry={entry}&amp;under=above&amp;replies=newest&amp;from=n1-2#comments"' in html
    assert html.count('name="parent" value="above"') == 2, "the form, and the answer to one of those under it"
    assert "data-shown" not in html


async def test_an_ended_story_without_replies_leads_to_none() -> None:
    html = await page_of(reading(status="ended"))
    assert "data-replies" not in html
    assert 'class="replies"' not in html


async def test_the_replies_alone_are_the_part_of_the_page_that_has_them() -> None:
    fake = reading("moderated", reply())
    async with client_of(fake) as client:
        whole = await client.get(f"/stories/{samples.SLUG}")
        part = await client.get(f"/stories/{samples.SLUG}?part=replies")
        assert part.text.startswith('<section id="comments"')
        assert part.text in whole.text
        assert part.headers["x-robots-tag"] == "noindex"
        assert part.headers["cache-control"] == whole.headers["cache-control"]
        assert part.headers["content-security-policy"] == whole.headers["content-security-policy"]
        again = await client.get(
            f"/stories/{samples.SLUG}?part=replies", headers={"if-none-match": part.headers["etag"]}
        )
        assert again.status_code == 304
    async with client_of(reading("off")) as client:
        whole = await client.get(f"/stories/{samples.SLUG}")
        assert (await client.get(f"/stories/{samples.SLUG}?part=replies")).text == whole.text


async def test_refusals_are_a_file_for_scripts_by_code() -> None:
    async with client_of(reading()) as client:
        answer = await client.get(Assets().url("words.js").replace("words.js", "refusals/de-AT.json"))
        assert answer.headers["content-type"] == "application/json"
        assert "immutable" in answer.headers["cache-control"]
        sentences = answer.json()
        assert set(sentences) == set(REFUSALS)
        assert sentences["too_many_links"] == "Ihr Kommentar hat mehr als zwei Links."
