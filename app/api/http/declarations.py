"""How the routes of a file are declared."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from app.api.http.duplicates import refuse_duplicates


class Routes(APIRouter):
    """The routes of one file, complete as they are declared.

    They are put into the application as they stand: included, each would be worked out a second time at the start.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(dependencies=[Depends(refuse_duplicates)], generate_unique_id_function=_operation_id, **given)


def _operation_id(route: APIRoute) -> str:
    """The function's name: stable as long as we want it to be, and what generated clients call the method."""
    return route.name
