"""Bylines: whose names a caller may put over an entry where own bylines alone are allowed."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.bylines import byline_names, list_foreign_authors
from app.domain.rights import Actor, Role
from app.domain.story import StorySettings, settings_of

ADA: dict[str, Any] = {"id": "p1", "name": "Ada Lovelace", "url": "https://e.org/ada"}
REPORTER = Actor(Role.REPORTER, "token", author=ADA, names=("ada", "Ada Lovelace", "ada"))
OWN, ANYBODYS = StorySettings(own_bylines=True), StorySettings()


@pytest.mark.parametrize(
    ("role", "settings", "on_site", "names"),
    [
        (Role.REPORTER, ANYBODYS, False, None),
        (Role.REPORTER, OWN, False, ("ada", "Ada Lovelace")),
        (Role.REPORTER, ANYBODYS, True, ("ada", "Ada Lovelace")),
        (Role.EDITOR, OWN, True, None),
        (Role.ADMIN, OWN, True, None),
    ],
)
def test_the_story_or_the_site_asks_reporters_for_their_own_names(
    role: Role, settings: StorySettings, names: tuple[str, ...] | None, *, on_site: bool
) -> None:
    actor = Actor(role, "token", names=REPORTER.names)
    assert byline_names(actor, settings, on_site=on_site) == names


@pytest.mark.parametrize(
    ("author", "is_own"),
    [
        ({"name": "Ada Lovelace"}, True),
        ({"name": "Ada Lovelace", "role": "Reporter", "url": None}, True),
        (ADA, True),
        ({**ADA, "url": "https://e.org/bea"}, False),
        ({"name": "Ada Lovelace", "avatar": "https://e.org/bea.jpg"}, False),
        ({"name": "Bea"}, False),
        ({"name": "ADA LOVELACE"}, False),
    ],
)
def test_an_own_byline_has_an_own_name_and_nothing_of_anothers_profile(author: dict[str, Any], *, is_own: bool) -> None:
    assert list_foreign_authors(REPORTER, REPORTER.names, [ADA, author], before=[]) == ([] if is_own else [1])
    assert list_foreign_authors(REPORTER, REPORTER.names, [author], before=[author]) == []


def test_a_name_is_the_same_in_either_form_of_unicode() -> None:
    actor = Actor(Role.REPORTER, "token", names=("Zo\u00eb",))
    assert list_foreign_authors(actor, actor.names, [{"name": "Zoe\u0308"}], before=[]) == []


def test_settings_that_a_newer_release_has_stored_are_left_out() -> None:
    assert settings_of({"own_bylines": True, "of_a_newer_release": 1}) == OWN
