"""The routes that read bodies: credentials, size, Content-Type and syntax are checked before FastAPI sees the body.

FastAPI answers a wrong Content-Type and malformed JSON with 422; here they are 415 and 400. A form's fields are read
as if they had been the members of a JSON object, so that `curl -d text=…` posts. No body at all is `{}`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, get_args
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.api.http.credentials import credentials_of
from app.api.http.duplicates import (
    MAX_MEMBERS,
    MAX_VALUES,
    DuplicateName,
    TooManyMembers,
    TooManyValues,
    parse_json_body,
)
from app.api.http.state import AppState
from app.domain.errors import FieldError, InvalidInput, MalformedInput, UnsupportedType
from app.newsroom.context.access import check_credential_format
from app.newsroom.context.newsroom import Call
from app.storage.database.threads import Threads
from app.wire.encoding import encode_json
from app.wire.problems import unknown_members

WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods of which no body is read."""

BODY_LIMIT_BYTES = 64 * 1024
"""A note of 4,000 characters in its longest JSON spelling (48 KB), with room for the other fields."""

SIGN_IN_LIMIT_BYTES = 4 * 1024
"""A secret of 100 characters. Anyone may call these addresses."""

LIST_LIMIT_BYTES = 128 * 1024
"""Twenty key points of 300 characters in their longest JSON spelling (72 KB), each with an entry's id."""

ENTRY_LIMIT_BYTES = 2 * 1024 * 1024
"""A body of 1 MB in its longest JSON spelling of ordinary text, with room for the other fields."""

BATCH_LIMIT_BYTES = 8 * 1024 * 1024

FORM = "application/x-www-form-urlencoded"
MAX_FORM_FIELDS = 50

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)


class WriteRoute(APIRoute):
    """A route of the newsroom: a call without usable credentials is refused before its body is read.

    `body_limit_bytes` is the largest body it takes; app/api/layers/body_limits.py answers a larger one with 413.
    """

    body_limit_bytes = BODY_LIMIT_BYTES
    accepts_forms = False
    needs_credentials = True
    reads_body = True

    def get_route_handler(self) -> _Handler:
        """Return the route's handler behind the checks of this file."""
        handler = super().get_route_handler()
        fields = self._fields()

        async def checked(request: Request) -> Response:
            if self.needs_credentials:
                app_state: AppState = request.app.state.app_state
                check_credential_format(app_state.newsroom, Call(*credentials_of(request)))
            if self.reads_body and request.method in {"POST", "PUT", "PATCH"}:
                await _read_body(request, fields, accepts_forms=self.accepts_forms)
            return await handler(request)

        return checked

    def _fields(self) -> frozenset[str]:
        """List the names of the body's fields."""
        declared = None if self.body_field is None else self.body_field.field_info.annotation
        models = (each for each in (declared, *get_args(declared)) if isinstance(each, type))
        return frozenset(name for each in models if issubclass(each, BaseModel) for name in each.model_fields)


class SignInRoute(WriteRoute):
    """A route that signs in, and so needs no credentials."""

    needs_credentials = False
    body_limit_bytes = SIGN_IN_LIMIT_BYTES


class ListRoute(WriteRoute):
    """A route whose body is one of a story's short lists."""

    body_limit_bytes = LIST_LIMIT_BYTES


class EntryRoute(WriteRoute):
    """A route whose body is an entry or a story."""

    body_limit_bytes = ENTRY_LIMIT_BYTES


class FormWriteRoute(EntryRoute):
    """A route that accepts a form as well."""

    accepts_forms = True


class BatchRoute(WriteRoute):
    """A route whose body is a hundred entries."""

    body_limit_bytes = BATCH_LIMIT_BYTES


class UploadRoute(WriteRoute):
    """A route that streams its body to a disk itself; its limits are the operator's settings."""

    reads_body = False


async def _read_body(request: Request, fields: frozenset[str], *, accepts_forms: bool) -> None:
    body = await request.body()
    if not body:
        request._body = b"{}"
        _declare_json(request)
        return
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    charset = _CHARSET.search(content_type)
    if charset is not None and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedType("unsupported_charset", "Send UTF-8.")
    if kind == "application/json":
        app_state: AppState = request.app.state.app_state
        parsed = await _parse_json(body, fields, app_state.parse_threads)
    elif accepts_forms and kind == FORM:
        parsed = _parse_form(body)
        _declare_json(request)
    else:
        wanted = f"application/json or {FORM}" if accepts_forms else "application/json"
        raise UnsupportedType("unsupported_type", f"Send the body as {wanted}, and say so in Content-Type.")
    request._json = parsed


async def _parse_json(body: bytes, fields: frozenset[str], threads: Threads) -> Any:
    try:
        return await parse_json_body(body, threads)
    except DuplicateName as error:
        raise MalformedInput(
            "repeated_member",
            f"An object in the body has {encode_json(error.name).decode()} more than once: send it once.",
        ) from None
    except TooManyMembers as error:
        if isinstance(error.parsed, dict) and len(error.parsed) > MAX_MEMBERS:
            raise unknown_members([name for name in error.parsed if name not in fields]) from None
        detail = f"An object in the body has {error.count:,} members: none here has more than {MAX_MEMBERS}."
        raise InvalidInput([FieldError("", "too_many_members", detail)]) from None
    except TooManyValues:
        detail = f"The body has too many commas and brackets: at most {MAX_VALUES:,}. Send it in parts."
        raise InvalidInput([FieldError("", "too_many_values", detail)]) from None
    except ValueError as error:
        raise MalformedInput("malformed_json", f"The body is not JSON: {error}.") from None


def _parse_form(body: bytes) -> dict[str, str]:
    # The type that `curl -d` sends by default; none of our fields begins with a brace.
    if body.lstrip().startswith(b"{"):
        raise UnsupportedType("unsupported_type", "This is JSON: say so, with Content-Type: application/json.")
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MAX_FORM_FIELDS
        )
    except ValueError:
        raise MalformedInput("malformed_form", "The body is no form in UTF-8, like text=…") from None
    repeated = [name for name, count in Counter(name for name, _ in fields).items() if count > 1]
    if repeated:
        raise MalformedInput("malformed_form", f"The form has more than one {repeated[0][:100]}: send each field once.")
    return dict(fields)


def _declare_json(request: Request) -> None:
    """Make FastAPI use what was parsed: it looks at the type only to decide whether to ask for `json()`."""
    headers = [(name, value) for name, value in request.scope["headers"] if name != b"content-type"]
    request.scope["headers"] = [*headers, (b"content-type", b"application/json")]
    if hasattr(request, "_headers"):
        del request._headers
