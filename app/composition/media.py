"""Pictures, video and sound in one process: the decoder, what stores them, and the limits of uploads."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from app.api.http.state import MediaServices
from app.api.http.uploads import FORM_OVERHEAD_BYTES
from app.api.layers.body_limits import UploadLimits
from app.composition.media_files import open_files
from app.domain.errors import Unavailable
from app.domain.identifiers import RandomSource
from app.media.decoder import Decoder
from app.media.incoming import IncomingFolder
from app.media.limits import MediaLimits
from app.newsroom.context.signing import KEY_LENGTH
from app.settings import Settings
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import insert_signing_key

INCOMING = "incoming"
UPLOADING_PATH = "/v1/media"

_MIB = 1024 * 1024


def media_limits_of(settings: Settings) -> MediaLimits:
    """Return what one upload may be."""
    return MediaLimits(
        image_bytes=settings.media_image_megabytes * _MIB,
        video_bytes=settings.media_video_megabytes * _MIB,
        audio_bytes=settings.media_audio_megabytes * _MIB,
    )


def upload_limits_of(settings: Settings) -> UploadLimits:
    """Return how large the body of an upload may be, a form's other fields included, and how slow."""
    return UploadLimits(
        limit_bytes=media_limits_of(settings).largest_bytes + FORM_OVERHEAD_BYTES,
        bytes_per_second=settings.media_slowest_kilobytes * 1024,
    )


def make_media(settings: Settings) -> MediaServices:
    """Make what uploads need; close it at the end. Raises UnusableSettings for a store that cannot be opened."""
    incoming = IncomingFolder(settings.data_dir / INCOMING)
    with suppress(OSError):  # the job looks again, and says what is wrong
        incoming.delete_unlocked()
    return MediaServices(
        decoder=Decoder(media_limits_of(settings)),
        files=open_files(settings),
        incoming=incoming,
        quota_bytes=settings.media_quota_gigabytes * 1024 * _MIB,
        shared_cache_seconds=settings.media_shared_cache_seconds,
        accel_redirect=settings.media_accel_redirect,
    )


def load_signing_key(database: Database, random: RandomSource) -> str:
    """Return the key of signed addresses, made when it is first needed; all nodes of a database have the same."""
    with database.transaction() as tx:
        return insert_signing_key(tx, random.base62("signing key", "site", KEY_LENGTH))


async def works(media: MediaServices) -> bool:
    """Return whether uploads can come in, and files be read and kept, now."""
    try:
        await asyncio.gather(media.incoming.check(), media.files.check())
    except Unavailable:
        return False
    return True


async def can_read_files(media: MediaServices) -> bool:
    """Return whether files can be read now, by a process that takes no uploads."""
    try:
        await media.files.check()
    except Unavailable:
        return False
    return True


async def close_media(media: MediaServices) -> None:
    """End what is being decoded, and let the store go."""
    await media.decoder.close()
    await media.files.close()
    media.incoming.close()
