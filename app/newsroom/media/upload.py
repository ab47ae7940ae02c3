"""Keeping an upload: who may send one, whether it was sent before, and its row once its files are on disk."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import Conflict, Unavailable
from app.domain.media import Media, MediaId, MediaWords
from app.domain.rights import Actor, Right, require_right
from app.media.converted import ConvertedMedia
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.idempotency import finished_reply, first_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import etag_of
from app.newsroom.context.recording import record_audit
from app.newsroom.context.write_context import WriteContext
from app.newsroom.media.library import shown_media
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.media import insert_media, read_media, read_media_size
from app.wire.encoding import encode_json
from app.wire.requests.media import MediaUpload

NAME_LENGTH = 24
"""142 random bits: nobody guesses the address of a picture that is not public."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that was sent, as far as its bytes tell: its SHA-256 and its size."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """The reply to an upload, and whether its files are the ones that were just made: else they are not needed."""

    reply: Reply
    is_new: bool


def admit_upload(newsroom: Newsroom, call: Call, *, quota_bytes: int) -> None:
    """Check, before a byte of it is read, that the caller may upload and that there is room. Raises NotAllowed,
    NotAuthenticated, Unavailable `media_quota_reached`. A quota of 0 is none."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.UPLOAD_MEDIA)
        if quota_bytes and read_media_size(tx) >= quota_bytes:
            raise quota_reached()


def find_upload(newsroom: Newsroom, call: Call, upload: MediaUpload, received: ReceivedFile) -> Reply | None:
    """Return the reply to the same upload, if it was kept before; None for a new one.

    Raises Conflict `id_taken` for another file under its id, InvalidInput `idempotency_key_reused`.
    """
    with open_write(newsroom, call, right=Right.UPLOAD_MEDIA) as context:
        return finished_reply(context) or _known(context, upload, received)


def keep_upload(
    newsroom: Newsroom, call: Call, upload: MediaUpload, received: ReceivedFile, *, name: str, converted: ConvertedMedia
) -> KeptUpload:
    """Write the row of an upload whose files are on disk under `name`. Raises as `find_upload`."""
    with open_write(newsroom, call, right=Right.UPLOAD_MEDIA) as context:
        known = finished_reply(context) or _known(context, upload, received)
        if known is not None:
            return KeptUpload(known, is_new=False)
        media = _new_media(context, upload, received, name=name, converted=converted)
        if not insert_media(context.tx, media):  # by another retry of the same upload, at the same moment
            known = _known(context, upload, received)
            if known is None:
                raise Conflict("id_taken", "An upload with this id exists already, of another file.")
            return KeptUpload(known, is_new=False)
        after = {"kind": media.kind, "type": media.content_type, "size": media.size_bytes}
        record_audit(context, AuditedChange("create", "media", media.id, after=after))
        return KeptUpload(first_reply(context, _reply(context, media)), is_new=True)


def new_media_name(newsroom: Newsroom, upload: MediaUpload, received: ReceivedFile) -> str:
    """Make the name of the files of a new upload."""
    return newsroom.random.base62("media", f"{received.sha256}:{upload.id}", NAME_LENGTH)


def quota_reached() -> Unavailable:
    """Make the error of a newsroom that keeps as much as its operator allows."""
    detail = "As much is kept as the operator allows: delete what is not used, or have the quota raised."
    return Unavailable("media_quota_reached", detail, retry_after_seconds=60)


def _known(context: WriteContext, upload: MediaUpload, received: ReceivedFile) -> Reply | None:
    known = None if upload.id is None else read_media(context.tx, upload.id)
    if known is None:
        return None
    if known.sha256 != received.sha256 or not _is_own(context.actor, known):
        raise Conflict("id_taken", "An upload with this id exists already, of another file.")
    return first_reply(context, _reply(context, known))


def _is_own(actor: Actor, media: Media) -> bool:
    return actor.key == (media.created_by or media.created_by_token)


def _reply(context: WriteContext, media: Media) -> Reply:
    shown = shown_media(context.tx, context.actor, media)[0]
    headers = {"ETag": etag_of(media), "Location": context.newsroom.links.newsroom_media(media.id)}
    return Reply(201, encode_json(shown), headers)


def _new_media(
    context: WriteContext, upload: MediaUpload, received: ReceivedFile, *, name: str, converted: ConvertedMedia
) -> Media:
    offered = converted.offered
    renditions = tuple(
        {
            "file": each.file,
            "type": each.content_type,
            "width": each.width,
            "height": each.height,
            "size": each.size,
        }
        for each in converted.renditions
    )
    return Media(
        id=MediaId(upload.id or context.newsroom.random.uuid("media", name)),
        name=name,
        version=1,
        kind=converted.kind.value,
        content_type=converted.content_type,
        width=converted.width,
        height=converted.height,
        animated=converted.animated,
        duration_ms=converted.duration_ms,
        placeholder=converted.placeholder,
        renditions=renditions,
        words=MediaWords(
            alt=upload.alt or "",
            caption=_given(upload.caption, offered.caption),
            credit=_given(upload.credit, offered.credit),
            rights=_given(upload.rights, offered.rights),
            focal=None if upload.focal is None else upload.focal.model_dump(),
        ),
        created_at=context.now,
        created_by=context.actor.person,
        created_by_token=context.actor.token_id,
        size_bytes=sum(each.size for each in converted.renditions),
        sha256=received.sha256,
    )


def _given(written: str | None, offered: str) -> str:
    return offered if written is None else written
