"""Replies on the reader's page: their reads, the sentences about forms, and the page of a receipt."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Request, Response

from app.domain.errors import LiveblogError
from app.web.headers import NO_CACHE, READER_POLICY
from app.web.page_responses import PageResponses
from app.web.rendering import Renderer

_TAKING = frozenset({"upcoming", "live", "paused"})
_UNKNOWN = "Your reply could not be taken. Go back: what you wrote is still there."

REFUSALS: Mapping[str, str] = {
    "too_many_comments": "Many replies are arriving at this moment. Go back, wait a little, and send yours again.",
    "comment_repeated": "You have sent this reply already; it has arrived.",
    "comments_off": "This story takes no replies.",
    "comments_elsewhere": "Replies to this story are taken elsewhere.",
    "comments_closed": "This story is over, and takes no more replies.",
    "comments_unattended": "Nobody in the newsroom has read the replies for a while, so that no more are taken now.",
    "comments_full": "More replies wait for the newsroom than it can read; send yours later.",
    "comments_blocked": "No replies are taken from your network at the moment.",
    "comment_not_found": "The reply that you answered is not there any more.",
    "entry_gone": "The update that you replied to is not there any more.",
    "looks_automated": "The field Website is for machines alone. Go back, and leave it empty.",
    "form_too_fast": "This was sent sooner than a person writes. Go back, wait a moment, and send it again.",
    "form_too_old": "This form was opened too long ago. Open the page again, and copy what you wrote.",
    "form_forged": "This form was not made by this page. Open the page again, and copy what you wrote.",
    "too_many_links": "Your reply has more than two links. Go back, and leave some out.",
    "too_deep": "A reply to a reply is the last. Go back, and answer the one above it.",
    "invalid_name": "Your name cannot be shown so: at most 60 characters, on one line. Go back, and change it.",
    "invalid_email": "The e-mail address is none. Go back, and correct it or leave it out.",
    "invalid_text": "Your reply is empty, or longer than 4,000 characters. Go back, and change it.",
    "appealed": "You have objected already; the newsroom reads it.",
    "wrong_status": "There is nothing to object to: your reply was not refused.",
    "database_unavailable": "Your reply could not be kept at this moment. Go back, and send it again in a moment.",
    "unavailable": "Your reply could not be kept at this moment. Go back, and send it again in a moment.",
}
"""The sentence for each code with which a form is answered (docs/errors.md)."""


class PageComments(Protocol):
    """The reads that a page of replies is made of, handed across by the composition root."""

    def read(self, story: str, query: Mapping[str, str | None]) -> Awaitable[dict[str, Any]]:
        """Read one page of a story's comments, as the API shows it. Raises LiveblogError."""
        ...

    def form_token(self, story: str) -> str:
        """Return the token of a form that is opened now."""
        ...

    def receipt(self, secret: str) -> Awaitable[dict[str, Any]]:
        """Return what became of a comment. Raises LiveblogError."""
        ...


async def comments_context(
    source: PageComments, state: Mapping[str, Any], request: Request, *, entry: str | None
) -> dict[str, Any] | None:
    """Return what the template draws replies from; None for a story that neither has nor takes any."""
    mode = (state.get("comments") or {}).get("mode", "off")
    if mode == "off" and not state.get("comment_count"):
        return None
    asked = request.query_params
    order = "oldest" if asked.get("replies") == "oldest" else "newest"
    page: dict[str, Any] = {"items": [], "next": None}
    if mode != "external":
        query = {"order": order, "position": asked.get("from"), "parent": asked.get("under")}
        try:
            page = await source.read(state["id"], query)
        except LiveblogError:  # a position of another list, or a reply that is gone: the first page instead
            page = await source.read(state["id"], {"order": order})
    is_open = mode == "moderated" and state["status"] in _TAKING
    return {
        "items": [{"children": [], "child_count": 0, **item} for item in page["items"]],
        "more": parse_qs(urlsplit(page["next"]).query).get("position", [None])[0] if page["next"] else None,
        "order": order,
        "entry": entry,
        "token": source.form_token(state["id"]) if is_open else None,
        "notice": _notice(asked),
    }


def receipt_page(*, renderer: Renderer, responses: PageResponses, comments: PageComments) -> APIRouter:
    """Return the route of `GET /receipts/{receipt}`, which a form is answered with; no cache keeps it."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/receipts/{receipt}", methods=["GET", "HEAD"])
    async def show_receipt(request: Request, receipt: str) -> Response:
        status = 200
        try:
            shown = await comments.receipt(receipt)
            html = renderer.render("receipt.html", receipt=shown, secret=receipt, notice=_notice(request.query_params))
        except LiveblogError:
            status, html = 404, renderer.render("not_found.html", is_gone=False)
        response = await responses.make(request, html, policy=READER_POLICY, cache_control=NO_CACHE, status=status)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return router


def _notice(asked: Mapping[str, str]) -> str | None:
    if "reported" in asked:
        return "Thank you. The newsroom has your notice and decides about it."
    refused = asked.get("refused")
    return None if refused is None else REFUSALS.get(refused, _UNKNOWN)
