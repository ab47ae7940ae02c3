"""Replies on the reader's page: their reads, the sentences about forms, and the page of a receipt."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from app.domain.errors import LiveblogError, Unavailable
from app.web.headers import NO_CACHE, reader_policy
from app.web.page_responses import PageResponses
from app.web.refusals import REFUSALS, describe_refusal
from app.web.refused_pages import page_routes
from app.web.rendering import Renderer
from app.web.words import Words

_TAKING = frozenset({"upcoming", "live", "paused"})

_STATUSES: Mapping[str, str] = {
    "pending": "receipt.pending",
    "approved": "receipt.approved",
    "rejected": "receipt.rejected",
    "removed": "receipt.removed",
}


class FormToken(NamedTuple):
    """The token of a form. A page with one of the same period is the same page to a browser that asks again."""

    text: str
    period: str


class PageComments(Protocol):
    """The reads that a page of replies is made of, handed across by the composition root."""

    def read(self, story: str, query: Mapping[str, str | None]) -> Awaitable[dict[str, Any]]:
        """Read one page of a story's comments, as the API shows it. Raises LiveblogError."""
        ...

    def form_token(self, story: str) -> FormToken:
        """Return the token of a form that is opened now."""
        ...

    def closed(self, story: str) -> Awaitable[str | None]:
        """Return the code with which every comment on an open story would be refused now; None if none would."""
        ...

    def receipt(self, secret: str) -> Awaitable[dict[str, Any]]:
        """Return what became of a comment. Raises LiveblogError."""
        ...


async def comments_context(
    source: PageComments, state: Mapping[str, Any], request: Request, *, entry: str | None, words: Words
) -> dict[str, Any] | None:
    """Return what the template draws replies from; None for a story that neither has nor takes any."""
    mode = (state.get("comments") or {}).get("mode", "off")
    if mode == "off" and not state.get("comment_count"):
        return None
    asked = request.query_params
    order = "oldest" if asked.get("replies") == "oldest" else "newest"
    page: dict[str, Any] = {"items": [], "next": None}
    under: str | None = None
    if mode != "external":
        query = {"order": order, "position": asked.get("from"), "parent": asked.get("under"), "entry": entry}
        try:
            page, under = await source.read(state["id"], query), query["parent"]
        except LiveblogError:  # a position of another list, or a reply that is gone: the first page instead
            page, entry = await source.read(state["id"], {"order": order}), None
    is_taking = mode == "moderated" and state["status"] in _TAKING
    closed = await source.closed(state["id"]) if is_taking else None
    is_open = is_taking and closed is None
    token = source.form_token(state["id"]) if is_open else None
    counts = state.get("comment_counts") or {}
    scope = {"entry": entry, "under": under}
    return {
        "items": [{"children": [], "child_count": 0, **item} for item in page["items"]],
        "more": parse_qs(urlsplit(page["next"]).query).get("position", [None])[0] if page["next"] else None,
        "order": order,
        "entry": entry,
        "under": under,
        "scope": urlencode({name: value for name, value in scope.items() if value is not None}),
        "counts": counts,
        "has_links": is_open or (mode != "external" and bool(state.get("comment_count"))),
        "shown": state["comment_count"] if entry is None else counts.get(entry, 0),
        "token": None if token is None else token.text,
        "passing": token,
        "closed": None if closed is None else REFUSALS[closed],
        "notice": _notice(words, asked),
    }


def receipt_page(*, renderer: Renderer, responses: PageResponses, comments: PageComments) -> APIRouter:
    """Return the route of `GET /receipts/{receipt}`, which a form is answered with; no cache keeps it."""
    router = APIRouter(include_in_schema=False, route_class=page_routes(renderer=renderer, responses=responses))

    @router.api_route("/receipts/{receipt}", methods=["GET", "HEAD"])
    async def show_receipt(request: Request, receipt: str) -> Response:
        status, html = await _receipt(renderer, comments, request, receipt)
        policy = reader_policy(renderer.site_at(request))
        response = await responses.make(request, html, policy=policy, cache_control=NO_CACHE, status=status)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return router


async def _receipt(renderer: Renderer, comments: PageComments, request: Request, secret: str) -> tuple[int, str]:
    """Return the page of a receipt in the language of its story, with its status; it is not found for a wrong secret.

    The language is the browser's where the story is no longer public.
    """
    site, spoken = renderer.site_at(request), renderer.words_at(request)
    try:
        shown = await comments.receipt(secret)
    except Unavailable:
        raise  # there may be one
    except LiveblogError:
        return 404, renderer.render("not_found.html", site=site, words=spoken, is_gone=False)
    language, reason = shown["language"], shown["reason"]
    words = spoken if language is None else renderer.catalogue.words_for(language)
    html = renderer.render(
        "receipt.html",
        site=site,
        words=words,
        receipt=shown,
        status=_STATUSES[shown["status"]],
        reason=None if reason is None else f"reason.{reason}",
        secret=secret,
        notice=_notice(words, request.query_params),
    )
    return 200, html


def _notice(words: Words, asked: Mapping[str, str]) -> Markup | None:
    """Return the sentence that a form is answered with."""
    if "reported" in asked:
        return words.say("report.sent")
    refused = asked.get("refused")
    return None if refused is None else describe_refusal(words, refused)
