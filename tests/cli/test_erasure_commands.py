"""`liveblog purge` says what would go unless told to do it; `legal-hold` keeps things from it."""

from __future__ import annotations

from tests.processes import Installation


def test_a_purge_says_what_would_go_and_does_it_when_told(installation: Installation, free_port: int) -> None:
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        api.post("/v1/stories", json={"title": "Night", "slug": "night"})
        entry = api.post("/v1/stories/night/entries", json={"text": "Counted."}).json()["id"]
        dry = installation.run("purge", "entry", "night", entry)
        assert dry.returncode == 0
        assert "entry versions\t1" in dry.stdout.splitlines()
        assert "nothing has yet: say --for-good" in dry.stderr
        path = f"/v1/stories/night/entries/{entry}"
        assert api.get(path).status_code == 200
        done = installation.run("purge", "entry", "night", entry, "--for-good")
        assert (done.returncode, done.stdout) == (0, dry.stdout)
        assert "docs/erasure.md" in done.stderr
        assert api.get(path).json()["cause"] == "removed"
        again = installation.run("purge", "entry", "night", entry)
        assert (again.returncode, again.stdout) == (0, "")
        assert "Nothing of it is left here." in again.stderr
        assert "say --for-good" not in again.stderr


def test_a_comment_is_purged_by_its_id(installation: Installation, free_port: int) -> None:
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        settings = {"comments": {"mode": "moderated"}}
        api.post("/v1/stories", json={"title": "Night", "slug": "night", "settings": settings})
        sent = api.post("/v1/stories/night/comments", json={"name": "Ann", "text": "Of xylophones."})
        assert sent.status_code == 202, sent.text
        (comment,) = api.get("/v1/newsroom/comments").json()["items"]
        dry = installation.run("purge", "comment", comment["id"])
        assert (dry.returncode, dry.stdout) == (0, "comments\t1\n")
        done = installation.run("purge", "comment", comment["id"], "--for-good")
        assert (done.returncode, done.stdout) == (0, dry.stdout)
        assert "xylophones" not in api.get("/v1/newsroom/comments", params={"status": "removed"}).text
        assert installation.run("purge", "comment", comment["id"]).stdout == ""


def test_a_person_is_purged_by_name_without_a_server_too(installation: Installation) -> None:
    installation.check("token", "create", "--name", "Ada Lind", "--role", "editor")
    assert "people\t1" in installation.check("purge", "person", "Ada Lind", "--bylines", "--for-good").splitlines()
    gone = installation.run("purge", "person", "Ada Lind")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "There is nobody called Ada Lind." in gone.stderr


def test_what_is_held_is_listed_and_not_purged_until_the_hold_is_lifted(
    installation: Installation, free_port: int
) -> None:
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        story = api.post("/v1/stories", json={"title": "Night", "slug": "night"}).json()["id"]
        entry = api.post("/v1/stories/night/entries", json={"text": "Counted."}).json()["id"]
        installation.check("legal-hold", "set", "night", entry)
        assert installation.check("legal-hold", "list") == f"{story}\t{entry}\n"
        refused = installation.run("purge", "story", "night", "--for-good")
        assert refused.returncode == 1
        assert f"Held for a court: {story}\t{entry}" in refused.stderr
        installation.check("legal-hold", "lift", "night", entry)
        assert api.get("/v1/newsroom/legal-hold").json() == {"items": []}
