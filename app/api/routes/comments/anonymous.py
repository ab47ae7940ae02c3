"""Routes of readers: the list of comments, a new one, its receipt and an appeal, and notices about others."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Body, Header, Path, Query, Request, Response

from app.api.http.answers import one_off_response
from app.api.http.calls import response_of
from app.api.http.client_address import address_of_client
from app.api.http.comments.requests import (
    CommentRoute,
    is_a_form,
    parse_client_key,
    see_other,
)
from app.api.http.comments.services import CommentServices
from app.api.http.newsroom_descriptions import anonymous_responses
from app.api.http.public_descriptions import BY_NAME, public_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import AppState, PublicReading
from app.api.routes.public.read_stories import LimitQuery, PositionQuery, PublicStoryRef
from app.domain.errors import FieldError, InvalidInput, LiveblogError
from app.newsroom.comments import receipts
from app.newsroom.comments.intake import ArrivingComment, TakenComment
from app.newsroom.comments.signer import refuse_automatic
from app.newsroom.context.newsroom import Reply
from app.reading.comments import COMMENTS_LIMIT, CommentsRequest
from app.wire.comment_json import taken_comment
from app.wire.encoding import encode_json
from app.wire.links import path_part
from app.wire.requests.comments import AppealDraft, CommentDraft, ReportDraft
from app.wire.shapes import comments as shapes

reading = ResourceRouter(tags=["Comments"])
writing = ResourceRouter(tags=["Comments"], route_class=CommentRoute)

ReceiptRef = Annotated[str, Path(description="The secret of a receipt.")]
CommentRef = Annotated[str, Path(description="A comment's id.")]
ClientKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="A UUID, new for each comment; a retry with it is done once."),
]


@reading.get(
    "/v1/stories/{story}/comments",
    responses=public_responses(
        shapes.Comments, shapes.COMMENTS, *BY_NAME, "entry_not_found", "entry_gone", "comment_not_found", "invalid"
    ),
)
async def list_comments(
    request: Request,
    reading: PublicReading,
    story: PublicStoryRef,
    entry: Annotated[str | None, Query(description="Only those about this entry.")] = None,
    parent: Annotated[str | None, Query(description="Those under this comment.")] = None,
    order: Literal["newest", "oldest"] = "newest",
    position: PositionQuery = None,
    limit: LimitQuery = COMMENTS_LIMIT,
) -> Response:
    """List the comments that readers see, without those under others unless `parent` asks for them."""
    asked = CommentsRequest(entry=entry, parent=parent, order=order, position=position, limit=limit)
    return await one_off_response(await reading.comments.current(story, asked), request)


@reading.get(
    "/v1/stories/{story}/comments/form",
    responses=public_responses(shapes.CommentForm, shapes.COMMENT_FORM, *BY_NAME),
)
async def get_comment_form(request: Request, reading: PublicReading, story: PublicStoryRef) -> Response:
    """Return what a page's form has to send back, and the addresses of the site's terms."""
    app_state: AppState = request.app.state.app_state
    head = await app_state.hub.stories.open_head(story)
    token = app_state.comments.signer.make_form_token(head.story, app_state.newsroom.clock())
    site = reading.links.site
    members = {"token": token, "terms_url": site.terms_url, "privacy_url": site.privacy_url}
    return response_of(Reply(200, encode_json(members)), app_state.newsroom)


@writing.post(
    "/v1/stories/{story}/comments",
    status_code=202,
    responses=anonymous_responses(202, shapes.TakenComment, shapes.TAKEN_COMMENT),
)
async def create_comment(
    request: Request,
    story: PublicStoryRef,
    draft: Annotated[CommentDraft, Body(examples=[{"name": "Ann", "text": "Which districts are still missing?"}])],
    idempotency_key: ClientKey = None,
) -> Response:
    """Send a comment: it is on disk with the answer, and shown once the newsroom has approved it.

    A form is answered 303, to the page of the receipt.
    """
    app_state: AppState = request.app.state.app_state
    services: CommentServices = app_state.comments
    is_form = _was_a_form(request)
    client_key = parse_client_key(idempotency_key)
    refuse_automatic(draft.website)
    head = await app_state.hub.stories.open_head(story)
    flags = _check_form(services, draft.token, head.story, app_state, is_form=is_form)
    address = address_of_client(request.scope)
    if services.limiter.is_repeated(head.story, address, draft.text, client_key=client_key):
        flags = (*flags, "duplicate")
    try:
        taken = await services.writer.submit(ArrivingComment(head.story, draft, address, client_key, flags))
    except LiveblogError:
        services.limiter.forget(head.story, draft.text)
        raise
    return _answer(app_state, taken, head.site, is_form=is_form)


@writing.post(
    "/v1/stories/{story}/comments/{comment}/reports",
    status_code=202,
    responses=anonymous_responses(202, shapes.TakenReport, shapes.TAKEN_REPORT),
)
async def report_comment(
    request: Request,
    story: PublicStoryRef,
    comment: CommentRef,
    draft: Annotated[ReportDraft, Body(examples=[{"category": "illegal", "text": "It names a witness."}])],
) -> Response:
    """Report a comment to the newsroom, as against the law or as hurtful."""
    app_state: AppState = request.app.state.app_state
    refuse_automatic(draft.website)
    work = partial(
        receipts.report_comment,
        app_state.newsroom,
        story,
        comment,
        draft,
        address=address_of_client(request.scope),
        request_id=request.scope.get("request_id"),
    )
    reply = await app_state.write_threads.run(work)
    if _was_a_form(request):
        return see_other(f"/stories/{path_part(story)}?reported=1#comments")
    return response_of(reply, app_state.newsroom)


@reading.get(
    "/v1/reports/{report}",
    responses=public_responses(shapes.ReportOutcome, shapes.REPORT_OUTCOME, "report_not_found"),
)
async def get_report(request: Request, report: Annotated[str, Path(description="A notice's id.")]) -> Response:
    """Return what became of a notice."""
    return await _read(request, receipts.show_report, report)


@reading.get("/v1/receipts/{receipt}", responses=public_responses(shapes.Receipt, shapes.RECEIPT, "receipt_not_found"))
async def get_receipt(request: Request, receipt: ReceiptRef) -> Response:
    """Return what became of a comment, for its writer."""
    app_state: AppState = request.app.state.app_state
    return await _read(request, receipts.show_receipt, app_state.comments.signer, receipt)


@writing.post("/v1/receipts/{receipt}/appeal", responses=anonymous_responses(200, shapes.Receipt, shapes.RECEIPT))
async def appeal(
    request: Request,
    receipt: ReceiptRef,
    draft: Annotated[AppealDraft, Body(examples=[{"text": "It is about the story."}])],
) -> Response:
    """Object to what was decided about a comment, once."""
    app_state: AppState = request.app.state.app_state
    refuse_automatic(draft.website)
    work = partial(
        receipts.appeal,
        app_state.newsroom,
        app_state.comments.signer,
        receipt,
        draft,
        request_id=request.scope.get("request_id"),
    )
    reply = await app_state.write_threads.run(work)
    if _was_a_form(request):
        return see_other(f"/receipts/{receipt}")
    return response_of(reply, app_state.newsroom)


def _check_form(
    services: CommentServices, token: str | None, story: str, app_state: AppState, *, is_form: bool
) -> tuple[str, ...]:
    """Check the token of a form; what came without one, from a program, is marked for the moderators."""
    if token is not None:
        services.signer.check_form_token(token, story, app_state.newsroom.clock())
        return ()
    if is_form:
        detail = "This form was not made by this page: open the page again."
        raise InvalidInput([FieldError("/token", "form_forged", detail)], code="form_forged")
    return ("no_form",)


def _answer(app_state: AppState, taken: TakenComment, site: str | None, *, is_form: bool) -> Response:
    if is_form:
        return see_other(f"/receipts/{taken.receipt}")
    members = taken_comment(taken.comment, taken.receipt, links=app_state.newsroom.links.for_site(site))
    headers = {"Idempotent-Replayed": "true"} if taken.is_replayed else {}
    return response_of(Reply(202, encode_json(members), headers), app_state.newsroom)


def _was_a_form(request: Request) -> bool:
    """Return whether this came as a form, whose type was replaced once it was read."""
    return bool(request.scope.get("is_form", is_a_form(request)))


async def _read(request: Request, use_case: Any, *args: Any) -> Response:
    app_state: AppState = request.app.state.app_state
    reply = await app_state.read_threads.run(partial(use_case, app_state.newsroom, *args))
    return response_of(reply, app_state.newsroom)
