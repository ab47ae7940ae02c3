"""The router in which a file of app/api/routes declares its routes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from app.api.http.duplicates import refuse_duplicates


class ResourceRouter(APIRouter):
    """The routes of one resource, complete as they are declared.

    The application takes them over as they stand: included, each would be worked out a second time at the start.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(dependencies=[Depends(refuse_duplicates)], generate_unique_id_function=_operation_id, **given)


def _operation_id(route: APIRoute) -> str:
    """Return the function's name: stable as long as we want it to be, and what generated clients call the method."""
    return route.name
