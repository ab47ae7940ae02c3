"""The output of the newsroom's commands: names for ids, that nothing was found, what is left to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import Installation


def test_the_audit_names_people_and_bots_and_tells_what_became_of_things(
    installation: Installation, free_port: int
) -> None:
    with installation.serving(free_port) as server:
        ada = installation.check("token", "create", "--name", "Ada Lind", "--role", "editor").strip()
        bot = installation.check("token", "create", "--name", "Results", "--role", "reporter", "--bot").strip()
        with server.client(ada) as editor, server.client(bot) as results:
            editor.post("/v1/stories", json={"title": "Night", "slug": "night"})
            entry = results.post("/v1/stories/night/entries", json={"text": "51 %"}).json()["id"]
            editor.post(f"/v1/stories/night/entries/{entry}/retract", json={"reason": "Too early."})
        rows = [line.split("\t")[1:] for line in installation.check("audit", "--story", "night").splitlines()]
        assert [(who, action, course) for who, action, _, _, course in rows] == [
            ("Ada Lind", "retract", "published → retracted"),
            ("Results", "create", "nothing → published"),
            ("Ada Lind", "create", "nothing → live"),
        ]
        by_name = installation.check("audit", "--person", "Ada Lind", "--format", "csv").splitlines()
        assert len(by_name) == 3


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (["--person", "Bo Berg"], "There is nobody called Bo Berg.", 1),
        (["--story", "no-such-story"], "There is no such story.", 1),
        (["--token", "results"], "token: must be a token's id, or admin", 1),
        (["--action", "fly"], "Nothing matches.", 0),
        (["--since", "yesterday"], "since: must be an RFC 3339 time", 1),
    ],
)
def test_an_audit_that_finds_nothing_says_why(
    installation: Installation, arguments: list[str], says: str, code: int
) -> None:
    told = installation.run("audit", *arguments)
    assert (told.returncode, told.stdout) == (code, "")
    assert says in told.stderr


def test_a_thaw_tells_what_is_frozen_still(installation: Installation, free_port: int) -> None:
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        story = api.post("/v1/stories", json={"title": "Night", "slug": "night"}).json()["id"]
        installation.run("freeze", "night")
        installation.run("freeze")
        assert "The whole site is frozen still" in installation.run("thaw", "night").stderr
        installation.run("freeze", "night")
        assert f"Frozen by itself still: story {story}" in installation.run("thaw").stderr
        assert "still" not in installation.run("thaw", "night").stderr


def test_a_token_is_bound_to_stories_given_shorthand_and_listed_with_its_use(
    installation: Installation, free_port: int
) -> None:
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        for slug in ("night", "weather"):
            api.post("/v1/stories", json={"title": slug, "slug": slug})
        made = ("token", "create", "--name", "Results", "--role", "editor", "--bot", "--scopes", "read, write, publish")
        token = installation.check(*made, "--story", "night", "--shorthand").strip()
        assert "never used" in installation.check("token", "list")
        with server.client(token) as bot:
            entry = bot.post("/v1/stories/night/entries", json={"text": "/breaking Polls closed. #polls"}).json()
            assert (entry["importance"], entry["shorthand"]["tags"][0]["slug"]) == ("breaking", "polls")
            assert bot.post("/v1/stories/weather/entries", json={"text": "Rain."}).status_code == 404
        assert "\tused 20" in installation.check("token", "list")
    refused = installation.run(*made, "--story", "no-such-story")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "stories/0: There is no such story." in refused.stderr


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    refused = Installation(tmp_path / "file" / "data").run("migrate")
    assert refused.returncode == 1
    assert refused.stderr.startswith("The data folder ")
    assert "cannot be made" in refused.stderr
