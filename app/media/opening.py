"""Opens the store of renditions that a setting names: a folder, or a bucket of an S3-compatible service."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from app.media.files import MediaFiles
from app.media.folder_files import FolderFiles
from app.media.s3_address import UnusableAddress, read_s3_address


def open_media_files(url: str | None, *, folder: Path) -> MediaFiles:
    """Open the store at `s3://…`, or a folder where there is no URL. Raises UnusableAddress, which says what to do."""
    if not url:
        return FolderFiles(folder)
    address = read_s3_address(url)
    if find_spec("obstore") is None:
        raise UnusableAddress("a bucket needs the package obstore: install the extra s3")
    # Imported here, because the package it needs is an extra that nobody else has to have.
    files: MediaFiles = import_module("app.media.s3_files").S3Files(address)
    return files
