"""The store of media files that the settings name, for a server and for the commands that copy it."""

from __future__ import annotations

from app.media.files import MediaFiles
from app.media.opening import open_media_files
from app.media.s3_address import UnusableAddress
from app.settings import Settings, UnusableSettings

FOLDER = "media"


def open_files(settings: Settings) -> MediaFiles:
    """Open the store of files. Raises UnusableSettings, which says what is wrong with its address."""
    if settings.media_accel_redirect and settings.media_url:
        raise UnusableSettings(
            "LIVEBLOG_MEDIA_ACCEL_REDIRECT: nginx sends files of a folder; leave it out with LIVEBLOG_MEDIA_URL"
        )
    try:
        return open_media_files(settings.media_url or None, folder=settings.data_dir / FOLDER)
    except UnusableAddress as error:
        raise UnusableSettings(f"LIVEBLOG_MEDIA_URL: {error}") from None
