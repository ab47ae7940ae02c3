"""Pages and other markup that are read whole, and telling them from JSON."""

from __future__ import annotations

from app.importers.foreign import FileBroken, SourceFile

MAX_PAGE_BYTES = 67_108_864


def is_markup_file(file: SourceFile) -> bool:
    """Return whether a file begins with a tag."""
    with file.open() as stream:
        return stream.read(1_024).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read_page(file: SourceFile) -> str:
    """Read a page. Raises FileBroken for one that is too long, or no UTF-8."""
    if file.size > MAX_PAGE_BYTES:
        raise FileBroken(file.name, "A page of more than 64 MB is none.")
    with file.open() as stream:
        data = stream.read(MAX_PAGE_BYTES + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileBroken(f"{file.name}, byte {error.start:,}", "This byte is no UTF-8 text.") from None
