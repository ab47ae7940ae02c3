"""`GET /v1/newsroom/audit`: the audit as pages, or whole as a file that is sent while it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, perform, run_use_case
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.domain.slugs import MAX_REF_LENGTH
from app.newsroom.context.newsroom import Call
from app.newsroom.queries.audit import AuditChunk, export_chunk, show_audit
from app.storage.newsroom.audit import AuditFilter
from app.wire.audit_export import MEDIA_TYPES, AuditFormat, encode_audit_header, encode_audit_line
from app.wire.requests.entries import ClientId
from app.wire.requests.text import FullMatch, Timestamp
from app.wire.shapes.oversight import AUDIT, AUDIT_ITEM, Audit

router = ResourceRouter(tags=["Newsroom"], route_class=WriteRoute)

_TokenId = Annotated[
    str, FullMatch(r"admin|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "must be a token's id, or admin")
]


async def _only(
    person: Annotated[ClientId | None, Query(description="By id.")] = None,
    token: Annotated[_TokenId | None, Query(description="By id; `admin` is the operator's own.")] = None,
    story: Annotated[str | None, Query(max_length=MAX_REF_LENGTH, description="By id or slug.")] = None,
    action: Annotated[str | None, Query(max_length=200, examples=["publish"])] = None,
    since: Annotated[Timestamp | None, Query(description="RFC 3339.")] = None,
    until: Annotated[Timestamp | None, Query(description="RFC 3339; not in the stretch any more.")] = None,
) -> AuditFilter:
    return AuditFilter(person, token, story, action, since, until)


def _example(form: AuditFormat) -> str:
    return (encode_audit_header(form) + encode_audit_line(AUDIT_ITEM, form)).decode()


_ANSWERS = newsroom_responses(200, Audit, AUDIT, 404, 422)
_ANSWERS[200]["content"] |= {
    MEDIA_TYPES[form]: {"schema": {"type": "string"}, "example": _example(form)} for form in ("ndjson", "csv")
}


@router.get("/v1/newsroom/audit", responses=_ANSWERS)
async def read_audit(
    request: Request,
    call: ReadCall,
    only: Annotated[AuditFilter, Depends(_only)],
    position: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    form: Annotated[
        Literal["json", "ndjson", "csv"] | None,
        Query(alias="format", description="`ndjson` and `csv`: everything that matches, in one file."),
    ] = None,
) -> Response:
    """List who did what when, newest first; with `Accept: application/x-ndjson` or `text/csv`, all of it as a file."""
    wanted = form or _accepted(request)
    if wanted == "json":
        return await perform(request, show_audit, call, only, position=position, limit=limit)
    # The first rows are read before anything is sent, so that a caller without the right to them gets a 403.
    first = await run_use_case(request, export_chunk, call, only, position=None, form=wanted)
    return StreamingResponse(
        _chunks(request, call, only, first, form=wanted),
        media_type=MEDIA_TYPES[wanted],
        headers={"Content-Disposition": f'attachment; filename="audit.{wanted}"', "Cache-Control": "no-store"},
    )


async def _chunks(
    request: Request, call: Call, only: AuditFilter, chunk: AuditChunk, *, form: AuditFormat
) -> AsyncIterator[bytes]:
    yield chunk.lines
    while chunk.position is not None:
        chunk = await run_use_case(request, export_chunk, call, only, position=chunk.position, form=form)
        yield chunk.lines


def _accepted(request: Request) -> Literal["json", "ndjson", "csv"]:
    accept = request.headers.get("accept", "")
    if "application/x-ndjson" in accept:
        return "ndjson"
    return "csv" if "text/csv" in accept else "json"
