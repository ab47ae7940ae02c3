"""Routes with which the newsroom moderates comments."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Body, Path, Query, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, WriteCall, perform
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import AppState
from app.domain.comments import CommentAction, CommentStatus
from app.domain.identifiers import EntryId
from app.newsroom.comments import conversion, moderation, queue, rules
from app.storage.newsroom.comments import CommentFilter, CommentOrder
from app.wire.requests.comments import (
    CommentBatch,
    CommentBlockDraft,
    CommentDecision,
    CommentEntry,
    CommentErasure,
    HoldWords,
    NewsroomAnswer,
)
from app.wire.shapes import comments as shapes
from app.wire.shapes.newsroom import NEWSROOM_ENTRY, NewsroomEntry

FLUSH_SECONDS = 10.0
"""Longer than all that may wait to be stored takes."""

router = ResourceRouter(tags=["Moderating"], route_class=WriteRoute, prefix="/v1/newsroom")

CommentRef = Annotated[str, Path(description="A comment's id.")]
_DECIDED = newsroom_responses(
    200, shapes.NewsroomComment, {**shapes.NEWSROOM_COMMENT, "status": "approved"}, 404, 409, 410, 412, 413, 415, 422
)
Decision = Annotated[CommentDecision, Body(examples=[{"reason": "off_topic"}])]


@router.get(
    "/comments",
    responses=newsroom_responses(
        200,
        shapes.NewsroomComments,
        shapes.NEWSROOM_COMMENTS,
        404,
        422,
    ),
)
async def list_newsroom_comments(
    request: Request,
    call: ReadCall,
    status: Annotated[list[CommentStatus] | None, Query(description="Only these; repeat it for several.")] = None,
    story: Annotated[str | None, Query(description="Only those of this story, by id or slug.")] = None,
    entry: Annotated[str | None, Query(description="Only those about this entry.")] = None,
    flag: Annotated[
        Literal["hold_word", "duplicate", "no_form"] | None, Query(description="Only those that were marked so.")
    ] = None,
    reported: Annotated[bool, Query(description="Only those with a notice nobody has decided about.")] = False,
    appealed: Annotated[bool, Query(description="Only those whose writer has objected since.")] = False,
    order: Annotated[CommentOrder, Query(description="Which come first.")] = "newest",
    position: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """List comments across stories. Their writers' addresses are for those who may moderate them."""
    only = CommentFilter(
        statuses=None if status is None else frozenset(status),
        entry=None if entry is None else EntryId(entry),
        flag=flag,
        reported=reported,
        appealed=appealed,
    )
    return await perform(
        request, queue.show_comments_waiting, call, only, story_ref=story, order=order, position=position, limit=limit
    )


@router.get(
    "/comments/{comment}", responses=newsroom_responses(200, shapes.NewsroomComment, shapes.NEWSROOM_COMMENT, 404)
)
async def read_newsroom_comment(request: Request, comment: CommentRef, call: ReadCall) -> Response:
    """Return a comment, whatever was decided about it."""
    return await perform(request, queue.show_comment, call, comment)


@router.post("/comments/{comment}/approve", responses=_DECIDED)
async def approve_comment(
    request: Request, comment: CommentRef, call: WriteCall, decision: Decision | None = None
) -> Response:
    """Show a comment to readers."""
    return await _decide(request, comment, CommentAction.APPROVE, call, decision)


@router.post("/comments/{comment}/reject", responses=_DECIDED)
async def reject_comment(
    request: Request, comment: CommentRef, call: WriteCall, decision: Decision | None = None
) -> Response:
    """Refuse a comment; its writer is told the reason."""
    return await _decide(request, comment, CommentAction.REJECT, call, decision)


@router.post("/comments/{comment}/spam", responses=_DECIDED)
async def mark_comment_as_spam(
    request: Request, comment: CommentRef, call: WriteCall, decision: Decision | None = None
) -> Response:
    """Refuse a comment as spam."""
    return await _decide(request, comment, CommentAction.SPAM, call, decision)


@router.post("/comments/{comment}/remove", responses=_DECIDED)
async def remove_comment(
    request: Request, comment: CommentRef, call: WriteCall, decision: Decision | None = None
) -> Response:
    """Take a comment away from readers, with what is under it; the note stays here."""
    return await _decide(request, comment, CommentAction.REMOVE, call, decision)


@router.post(
    "/comments/{comment}/answer",
    status_code=201,
    responses=newsroom_responses(
        201, shapes.NewsroomComment, {**shapes.NEWSROOM_COMMENT, "by_newsroom": True}, 404, 409, 410, 413, 415, 422
    ),
)
async def answer_comment(
    request: Request,
    comment: CommentRef,
    draft: Annotated[NewsroomAnswer, Body(examples=[{"text": "Two are, both in the north."}])],
    call: WriteCall,
) -> Response:
    """Answer a comment that readers see, as the newsroom; they see the answer at once."""
    return await perform(request, moderation.answer_comment, call, comment, draft)


@router.post(
    "/comments/{comment}/entry",
    status_code=201,
    responses=newsroom_responses(201, NewsroomEntry, NEWSROOM_ENTRY, 404, 409, 410, 412, 413, 415, 422),
)
async def make_entry_of_comment(
    request: Request,
    comment: CommentRef,
    call: WriteCall,
    wanted: Annotated[CommentEntry, Body(examples=[{"status": "published"}])] | None = None,
) -> Response:
    """Make an entry of a comment, with its writer's name over it: a draft, unless you say otherwise."""
    return await perform(request, conversion.make_entry_of_comment, call, comment, wanted or CommentEntry())


@router.post(
    "/comments:batch",
    responses=newsroom_responses(
        200,
        shapes.DecidedComments,
        {"items": [{"id": shapes.NEWSROOM_COMMENT["id"], "status": 200, "comment": shapes.NEWSROOM_COMMENT}]},
        413,
        415,
        422,
    ),
)
async def moderate_comments(
    request: Request,
    batch: Annotated[CommentBatch, Body(examples=[{"action": "approve", "comments": [shapes.NEWSROOM_COMMENT["id"]]}])],
    call: WriteCall,
) -> Response:
    """Decide alike about up to 100 comments. Each succeeds or fails alone."""
    return await perform(request, moderation.moderate_comments, call, batch)


@router.post(
    "/comments:erase",
    responses=newsroom_responses(200, shapes.Erased, shapes.ERASED, 413, 415, 422),
)
async def erase_person(
    request: Request,
    erasure: Annotated[CommentErasure, Body(examples=[{"email": "ann@example.org"}])],
    call: WriteCall,
) -> Response:
    """Forget a person's e-mail address, and with `comments` what they sent with it."""
    app_state: AppState = request.app.state.app_state
    await app_state.comments.writer.flush(within_seconds=FLUSH_SECONDS)  # what was sent before this is found by it
    return await perform(request, rules.erase_person, call, erasure)


@router.get("/comment-blocks", responses=newsroom_responses(200, shapes.CommentBlocks, {"items": [shapes.BLOCK]}))
async def list_comment_blocks(request: Request, call: ReadCall) -> Response:
    """List the networks from which no comment is taken now."""
    return await perform(request, rules.show_blocks, call)


@router.post(
    "/comment-blocks",
    status_code=201,
    responses=newsroom_responses(201, shapes.CommentBlock, shapes.BLOCK, 404, 409, 413, 415, 422),
)
async def block_network(
    request: Request,
    draft: Annotated[CommentBlockDraft, Body(examples=[{"comment": shapes.NEWSROOM_COMMENT["id"], "hours": 24}])],
    call: WriteCall,
) -> Response:
    """Take no comment from a network for a time: from where a comment came, or from one that you name."""
    response = await perform(request, rules.block_network, call, draft)
    _forget_rules(request)
    return response


@router.delete(
    "/comment-blocks/{block}",
    responses=newsroom_responses(200, shapes.LiftedBlock, {"id": shapes.BLOCK["id"]}, 404),
)
async def lift_block(
    request: Request, block: Annotated[str, Path(description="A block's id.")], call: WriteCall
) -> Response:
    """Lift a block before its time."""
    response = await perform(request, rules.lift_block, call, block)
    _forget_rules(request)
    return response


@router.get("/hold-words", responses=newsroom_responses(200, shapes.KeptHoldWords, {"words": ["lottery"]}))
async def read_hold_words(request: Request, call: ReadCall) -> Response:
    """List the words that mark the comments they are in."""
    return await perform(request, rules.show_hold_words, call)


@router.put(
    "/hold-words",
    responses=newsroom_responses(200, shapes.KeptHoldWords, {"words": ["lottery"]}, 412, 413, 415, 422),
)
async def set_hold_words(
    request: Request, draft: Annotated[HoldWords, Body(examples=[{"words": ["lottery"]}])], call: WriteCall
) -> Response:
    """Let exactly these words mark the comments they are in."""
    response = await perform(request, rules.set_hold_words, call, draft)
    _forget_rules(request)
    return response


async def _decide(
    request: Request, comment: str, action: CommentAction, call: WriteCall, decision: CommentDecision | None
) -> Response:
    return await perform(request, moderation.moderate_comment, call, comment, action, decision or CommentDecision())


def _forget_rules(request: Request) -> None:
    app_state: AppState = request.app.state.app_state
    app_state.comments.intake.forget_rules()
