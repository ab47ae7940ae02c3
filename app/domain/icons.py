"""The icons that an entry may have: a closed set, which every page of ours draws and front ends know by name."""

from __future__ import annotations

from typing import Literal, get_args

Icon = Literal[
    "goal",
    "card",
    "red_card",
    "substitution",
    "whistle",
    "trophy",
    "vote",
    "result",
    "court",
    "alert",
    "weather",
    "traffic",
    "money",
    "analysis",
    "quote",
    "question",
]
"""Their names, by what they stand for: a match, an election night, what happens in the world, and kinds of texts."""

ICONS: tuple[str, ...] = get_args(Icon)
