"""The formats of media, told by a file's first bytes; neither its name nor a declared type decides.

Everything that is not here is refused by its name where it is a format that people try to send.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import UnsupportedMedia

HEAD_BYTES = 4096
"""How much of a file `identify_format` wants to see; it is content with less if the file is shorter."""

UNDECLARED = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-www-form-urlencoded"})
"""The types that clients send when they do not know it; the last is that of curl's `--data-binary`."""


class MediaKind(StrEnum):
    """A picture, a video or a sound. An animated GIF is a picture."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class MediaFormat:
    """One format that is taken; `also` are other types that clients declare for it."""

    name: str
    kind: MediaKind
    content_type: str
    also: frozenset[str] = frozenset()


JPEG = MediaFormat("JPEG", MediaKind.IMAGE, "image/jpeg", frozenset({"image/jpg", "image/pjpeg"}))
PNG = MediaFormat(
    "PNG", MediaKind.IMAGE, "image/png", frozenset({"image/x-png", "image/apng", "image/vnd.mozilla.apng"})
)
WEBP = MediaFormat("WebP", MediaKind.IMAGE, "image/webp")
GIF = MediaFormat("GIF", MediaKind.IMAGE, "image/gif")
AVIF = MediaFormat("AVIF", MediaKind.IMAGE, "image/avif", frozenset({"image/avif-sequence", "image/heif"}))
HEIC = MediaFormat(
    "HEIC", MediaKind.IMAGE, "image/heic", frozenset({"image/heif", "image/heic-sequence", "image/heif-sequence"})
)
MP4 = MediaFormat(
    "MP4", MediaKind.VIDEO, "video/mp4", frozenset({"video/x-m4v", "video/quicktime", "video/3gpp", "application/mp4"})
)
MOV = MediaFormat("MOV", MediaKind.VIDEO, "video/quicktime", frozenset({"video/mp4", "video/x-quicktime"}))
WEBM = MediaFormat("WebM", MediaKind.VIDEO, "video/webm", frozenset({"audio/webm"}))
MP3 = MediaFormat("MP3", MediaKind.AUDIO, "audio/mpeg", frozenset({"audio/mp3", "audio/mpeg3", "audio/x-mp3"}))

_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"ID3", MP3),
)
_REFUSED_STARTS = (
    (b"BM", "a BMP picture"),
    (b"II*\x00", "a TIFF or raw picture"),
    (b"MM\x00*", "a TIFF or raw picture"),
    (b"II+\x00", "a TIFF picture"),
    (b"MM\x00+", "a TIFF picture"),
    (b"\x00\x00\x01\x00", "an icon (ICO)"),
    (b"8BPS", "a Photoshop file"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"FUJIFILM", "a raw picture"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "a PostScript file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC sound"),
    (b"FLV\x01", "a Flash video"),
    (b"\x30\x26\xb2\x75", "a Windows Media file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"#!", "a script"),
)
_RIFF = {b"WAVE": "a WAV sound", b"AVI ": "an AVI video"}
_BRANDS = (
    (frozenset({b"avif", b"avis"}), AVIF),
    (frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}), HEIC),
    (frozenset({b"qt  "}), MOV),
)
_VIDEO_BRANDS = re.compile(rb"(?:iso[m2-9a-c]|mp4[12v]|avc1|M4VH?P? ?|M4V[HP]|dash|MSNV|3g[p2]\w|mmp4|f4v |hvc1)\Z")
_REFUSED_BRANDS = {
    b"crx ": "a raw picture", b"M4A ": "an M4A sound", b"M4B ": "an M4A sound", b"M4P ": "an M4A sound",
    b"f4a ": "an M4A sound", b"jpx ": "a JPEG 2000 picture",
}  # fmt: skip
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:[!?][^>]{0,200}>?|[A-Za-z])", re.DOTALL)
_SVG = re.compile(rb"<(?:[\w.-]{1,40}:)?svg[\s>/]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script)[\s>/]", re.IGNORECASE)
_TAKEN = "Send a picture as JPEG, PNG, WebP, AVIF, GIF or HEIC, a video as MP4, MOV or WebM, or a sound as MP3."


def identify_format(head: bytes) -> MediaFormat:
    """Return the format of a file that begins with these bytes (at least HEAD_BYTES of them, if it has as many).

    Raises UnsupportedMedia, which names the format where it is one that is known and not taken.
    """
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    boxed = _identify_boxed(head) if head[4:8] == b"ftyp" else None
    if boxed is not None:
        return boxed
    if head.startswith(b"\x1aE\xdf\xa3"):
        return _identify_matroska(head)
    if is_mp3_frame(head):
        return MP3
    raise _refusal(_name_refused(head))


def check_declared_type(declared: str | None, found: MediaFormat) -> None:
    """Refuse a file whose declared Content-Type is another than that of its content; raises UnsupportedMedia.

    No type, or one of UNDECLARED, claims nothing. A file that claims to be something else than it is was made by a
    mistake or for an attack, and whoever sent it should hear of it.
    """
    claimed = (declared or "").partition(";")[0].strip().lower()
    if claimed not in UNDECLARED and claimed != found.content_type and claimed not in found.also:
        shown = claimed if re.fullmatch(r"[a-z0-9.+-]{1,60}/[a-z0-9.+*-]{1,60}", claimed) else "something else"
        raise UnsupportedMedia(
            "media_type_differs",
            f"This was declared as {shown}, but is {_article(found.name)} {found.name} file. "
            f"Send it as {found.content_type}, or as application/octet-stream.",
        )


def is_mp3_frame(head: bytes) -> bool:
    """Return whether these bytes begin with the header of an MPEG layer III frame."""
    return (
        len(head) >= 4
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2  # sync, layer III
        and head[1] & 0x18 != 0x08  # a version that exists
        and head[2] & 0xF0 not in {0x00, 0xF0}  # a bit rate
        and head[2] & 0x0C != 0x0C  # a sampling rate
    )


def _identify_boxed(head: bytes) -> MediaFormat | None:
    """Tell ISO media files (ISO/IEC 14496-12) apart by their brands: the major one first, then the compatible ones."""
    size = min(max(int.from_bytes(head[:4], "big"), 16), 256, len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    if brands[0] in _REFUSED_BRANDS:
        raise _refusal(_REFUSED_BRANDS[brands[0]])
    for brand in brands:
        for known, found in _BRANDS:
            if brand in known:
                return found
        if _VIDEO_BRANDS.match(brand):
            return MP4
    return None


def _identify_matroska(head: bytes) -> MediaFormat:
    """Tell WebM from other Matroska files by the DocType of the EBML header (RFC 8794, 0x4282)."""
    at = head.find(b"\x42\x82", 0, 128)
    if at != -1 and head[at + 2] & 0x80:
        document = head[at + 3 : at + 3 + (head[at + 2] & 0x7F)].rstrip(b"\0")
        if document == b"webm":
            return WEBM
    raise _refusal("a Matroska video")


def _name_refused(head: bytes) -> str | None:
    if not head:
        return "an empty file"
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    for start, name in _REFUSED_STARTS:
        if head.startswith(start):
            return name
    if _MARKUP.match(head):
        return "an SVG" if _SVG.search(head) else "a web page" if _HTML.search(head) else "an XML file"
    return None


def _refusal(name: str | None) -> UnsupportedMedia:
    what = f"This is {name}." if name else "This file is neither a picture nor a video nor a sound that we know."
    return UnsupportedMedia("media_not_taken", f"{what} {_TAKEN}")


def _article(name: str) -> str:
    return "an" if name[0] in "AM" else "a"
