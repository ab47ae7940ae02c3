"""Replies on the reader's page, without scripts: the number, the form, the list, and the page of a receipt."""

from __future__ import annotations

from typing import Any

import pytest

from app.web.page_comments import REFUSALS
from tests.web import samples
from tests.web.site import FakeReading, client_of

pytestmark = pytest.mark.anyio


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
        return answer.text


async def test_the_form_and_its_promise_stand_on_the_page() -> None:
    html = await page_of(reading(status="live"))
    assert "Leave a reply" in html
    assert "Your email address will not be published." in html
    assert 'method="post"' in html
    assert f'action="/v1/stories/{samples.story()["id"]}/comments"' in html
    assert f'name="token" value="token of {samples.story()["id"]}"' in html
    assert "0 replies" in html


async def test_replies_are_plain_text_with_their_lines_and_their_answers() -> None:
    child = reply("The desk", by_newsroom=True)
    html = await page_of(reading("moderated", reply("<b>Ann</b>", text="<script>x</script>\nTwo", children=[child])))
    assert "<script>x" not in html
    assert "&lt;script&gt;x&lt;/script&gt;<br>Two" in html
    assert "&lt;b&gt;Ann&lt;/b&gt;" in html
    assert html.count('class="comment') >= 2
    assert "1 reply<" in html


async def test_a_story_without_replies_shows_none_of_it() -> None:
    html = await page_of(reading("off"))
    assert "reply" not in html.lower().replace("replying", "")


async def test_an_ended_story_keeps_its_replies_and_takes_no_more() -> None:
    html = await page_of(reading("moderated", reply(), status="ended"))
    assert "No more replies are taken." in html
    assert "Leave a reply" not in html
    assert "First line." in html


async def test_replies_elsewhere_are_a_link() -> None:
    html = await page_of(reading("external"))
    assert 'href="https://talk.example/1"' in html
    assert "<form" not in html


async def test_order_and_position_are_asked_for_as_the_address_says() -> None:
    fake = reading("moderated", reply())
    fake.replies["next"] = "https://live.example/v1/stories/x/comments?order=oldest&position=n1-2"
    html = await page_of(fake, "?replies=oldest")
    assert fake.replies_asked[-1][1] == {"order": "oldest", "position": None, "parent": None}
    assert "?replies=oldest&amp;from=n1-2#comments" in html


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_refused_form_is_told_why_in_a_sentence(code: str) -> None:
    assert REFUSALS[code] in (await page_of(reading(), f"?refused={code}")).replace("&#39;", "'")


async def test_words_of_an_address_are_never_shown() -> None:
    html = await page_of(reading(), "?refused=Pay+here")
    assert "Pay" not in html
    assert "Your reply could not be taken." in html


async def test_a_receipt_says_what_became_of_it_and_is_kept_by_nobody() -> None:
    fake = reading()
    fake.receipts["secret"] = {
        "status": "rejected", "detail": "Your reply was not approved.", "appealed_at": None, "appeal_is_open": False,
        "can_appeal": True, "story_page": "https://live.example/stories/x",
    }  # fmt: skip
    async with client_of(fake) as client:
        answer = await client.get("/receipts/secret")
        assert answer.status_code == 200
        assert "Your reply was not approved." in answer.text
        assert 'action="/v1/receipts/secret/appeal"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert (await client.get("/receipts/other")).status_code == 404
