"""Shapes of the answers to an operator, for the API's description."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.wire.shapes.answer import Answer
from app.wire.shapes.values import ReadinessWord


class Health(Answer):
    """The process runs."""

    status: Literal["ok"]


class Readiness(Answer):
    """The state of the process, and the reasons for it."""

    status: ReadinessWord | str
    reasons: list[str] = Field(description="What is in trouble.")


class Release(Answer):
    """The release that runs."""

    version: str
