"""The requests that readers make without an account: counted before they are read, and answered to a form with a page.

A form without scripts is answered 303, and only ever to a page of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from app.api.http.bodies import FORM, WriteRoute
from app.api.http.client_address import address_of_client
from app.api.http.comments.services import CommentServices
from app.api.http.problems import request_errors
from app.domain.errors import InvalidInput, LiveblogError, MalformedInput

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class CommentRoute(WriteRoute):
    """A route that anybody may write to: limited before its body is read, and open to forms."""

    accepts_forms = True
    needs_credentials = False

    def get_route_handler(self) -> _Handler:
        """Return the route's handler behind the limits, and in front of a form's answers."""
        handler = super().get_route_handler()

        async def limited(request: Request) -> Response:
            # Kept, because later its type is that of the JSON it was read as.
            is_form = request.scope["is_form"] = is_a_form(request)
            try:
                services: CommentServices = request.app.state.app_state.comments
                if not request.scope.get("is_counted"):
                    services.limiter.spend(request.path_params.get("story", ""), address_of_client(request.scope))
                return await handler(request)
            except LiveblogError as error:
                if not is_form:
                    raise
                return back_to_page(request, error)
            except RequestValidationError as error:
                if not is_form:
                    raise
                return back_to_page(request, request_errors(error.errors()))

        return limited


def is_a_form(request: Request) -> bool:
    """Return whether a browser sent this as a form, so that a page is to answer it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return request.method == "POST" and kind == FORM


def parse_client_key(value: str | None) -> str | None:
    """Return a reader's Idempotency-Key. Raises MalformedInput `bad_idempotency_key` for what is no UUID.

    Who has no account shares the space of keys with everybody else: only one that nobody guesses is theirs.
    """
    if value is None:
        return None
    try:
        return str(UUID(value.strip('"')))
    except ValueError:
        raise MalformedInput("bad_idempotency_key", "Here an Idempotency-Key is a UUID, new for each reply.") from None


def see_other(path: str) -> Response:
    """Return the answer to a form: look at this page of ours."""
    return Response(status_code=303, headers={"Location": path, "Cache-Control": "no-store"})


def back_to_page(request: Request, error: LiveblogError) -> Response:
    """Return the answer to a form that was refused: the page it is on, with the sentence that the code stands for."""
    story = request.path_params.get("story")
    query = urlencode({"refused": refusal_code(error)})
    if story is not None:
        return see_other(f"/stories/{quote(story, safe='')}?{query}#comments")
    receipt = request.path_params.get("receipt", "")
    return see_other(f"/receipts/{quote(receipt, safe='')}?{query}")


def refusal_code(error: LiveblogError) -> str:
    """Return the code that says most about a refusal: of a wrong value its field's."""
    if isinstance(error, InvalidInput) and error.code == "invalid":
        first = error.errors[0]
        if first.code in {"too_many_links", "too_deep"}:
            return first.code
        return f"invalid{first.pointer.replace('/', '_')}"
    return error.code
