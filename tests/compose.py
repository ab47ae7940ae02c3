"""compose.yaml, read as Compose reads it: merged, interpolated, with the environment that each service is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml  # type: ignore[import-untyped] # its stubs are a package of their own, for one call

from tests.commands import ROOT

_VARIABLE = re.compile(r"\$\{(\w+):-((?:[^${}]|\$\{[^{}]*\})*)\}")


def read_services() -> dict[str, Any]:
    """Return the services of compose.yaml, with what they share merged in and variables as they are written."""
    services: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return services


def interpolate(text: str, given: Mapping[str, str]) -> str:
    """Replace each `${NAME:-default}` by its value, or by its default where that is empty or not set."""
    while (found := _VARIABLE.search(text)) is not None:
        text = f"{text[: found.start()]}{given.get(found[1]) or found[2]}{text[found.end() :]}"
    assert "$" not in text, f"a form of interpolation that is not known here: {text}"
    return text


def environment_of(service: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Return what the service's container is given, where `given` are the variables of the shell and of `.env`."""
    shown: dict[str, str | None] = service["environment"]
    found = {name: given.get(name) if value is None else interpolate(value, given) for name, value in shown.items()}
    return {name: value for name, value in found.items() if value is not None}


def seconds_of(duration: str) -> float:
    """Return the seconds of a duration like `1m30s`."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0}
    parts = re.findall(r"(\d+)([hms])", duration)
    assert "".join(f"{number}{unit}" for number, unit in parts) == duration
    return sum(int(number) * units[unit] for number, unit in parts)
