"""Signed secrets of comments: the receipt that tells a writer what became of one, and the token of a form.

Neither is stored: both are signed with the key of all signed links. A form's token says when it was opened, rounded
down, so that a page is made once for many; who sends it back sooner than a person can write is none. The page's ETag
has the token's period in its place: a browser that asks again keeps the page, with the time at which it was opened.
"""

from __future__ import annotations

import hashlib
import hmac

from app.domain.clock import Micros
from app.domain.comments import CommentId
from app.domain.errors import FieldError, InvalidInput
from app.domain.identifiers import is_uuid4

SIGNATURE_LENGTH = 32
FORM_SECONDS = 5
"""The step of a form's time: pages that are opened within it have the same token, and are compressed once."""
MIN_FORM_SECONDS = 6
"""Less, by the rounded time, no person needs to write a name and a text."""
MAX_FORM_SECONDS = 24 * 3_600
FORM_PERIOD_SECONDS = MAX_FORM_SECONDS // 2
"""A browser keeps a page, and with it the token, for no longer; what it keeps is then good for as long again."""


class CommentSigner:
    """Makes and checks the secrets of one site."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def make_receipt(self, comment: CommentId) -> str:
        """Return the secret with which a comment's writer may ask about it."""
        return f"{comment}.{self._sign('comment receipt', comment)}"

    def comment_of(self, receipt: str) -> CommentId | None:
        """Return the comment of a receipt; None for what is none of ours."""
        comment, _, signature = receipt.partition(".")
        genuine = hmac.compare_digest(self._sign("comment receipt", comment).encode(), signature.encode())
        return CommentId(comment) if genuine and is_uuid4(comment) else None

    def make_form_token(self, story: str, now: Micros) -> str:
        """Return the token of a form that is opened now, under a story."""
        opened = now // 1_000_000 // FORM_SECONDS * FORM_SECONDS
        return f"{opened}.{self._sign('comment form', f'{story} {opened}')}"

    def form_period(self, now: Micros) -> str:
        """Return the period in which a form is opened now."""
        return f"form {now // 1_000_000 // FORM_PERIOD_SECONDS}"

    def check_form_token(self, token: str, story: str, now: Micros) -> None:
        """Raise InvalidInput `form_forged`, `form_too_fast` or `form_too_old` for a token that is not good now."""
        opened, _, signature = token.partition(".")
        genuine = hmac.compare_digest(self._sign("comment form", f"{story} {opened}").encode(), signature.encode())
        if not genuine or not opened.isascii() or not opened.isdigit():
            raise _refused("form_forged", "This form was not made by this page: open the page again.")
        seconds = now // 1_000_000 - int(opened)
        if seconds < MIN_FORM_SECONDS:
            raise _refused("form_too_fast", "This was sent sooner than a person writes: wait a moment, and send it.")
        if seconds > MAX_FORM_SECONDS:
            raise _refused("form_too_old", "This form was opened too long ago: open the page again.")

    def _sign(self, purpose: str, text: str) -> str:
        digest = hmac.new(self._key, f"{purpose} {text}".encode(), hashlib.sha256).hexdigest()
        return digest[:SIGNATURE_LENGTH]


def refuse_automatic(website: str) -> None:
    """Raise InvalidInput `looks_automated` for a form whose hidden field was filled in."""
    if website.strip():
        raise _refused("looks_automated", "The field website is for machines alone: leave it empty.", "/website")


def _refused(code: str, detail: str, pointer: str = "/token") -> InvalidInput:
    return InvalidInput([FieldError(pointer, code, detail)], code=code)
