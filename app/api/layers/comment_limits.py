"""The limits on comments, judged before anything else is done with one: a flood costs a look at three counters each.

Forms pass, since they are answered by a page; their route judges them by the same limits.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.http.client_address import address_of_client
from app.api.http.problems import error_response
from app.domain.errors import TooManyRequests
from app.newsroom.comments.limits import CommentLimiter

_STORIES = "/v1/stories/"
_COMMENTS = "/comments"
_FORM = b"application/x-www-form-urlencoded"


class CommentLimits:
    """An ASGI application before `app`, which refuses one comment too many."""

    def __init__(self, app: ASGIApp, limiter: Callable[[], CommentLimiter]) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and _is_comment(scope):
            story = scope["path"][len(_STORIES) : -len(_COMMENTS)]
            try:
                self._limiter().spend(story, address_of_client(scope))
            except TooManyRequests as error:
                await error_response(error, scope)(scope, receive, send)
                return
            scope["is_counted"] = True
        await self._app(scope, receive, send)


def _is_comment(scope: Scope) -> bool:
    path: str = scope["path"]
    if not (path.endswith(_COMMENTS) and path.startswith(_STORIES)):
        return False
    return not any(name == b"content-type" and value.startswith(_FORM) for name, value in scope["headers"])
