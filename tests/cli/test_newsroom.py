"""The commands of the newsroom and of emergencies, beside a running server and without one."""

from __future__ import annotations

import csv
import io
import json

from tests.processes import Installation


def test_a_story_and_the_site_are_frozen_and_thawed_beside_the_server(
    installation: Installation, free_port: int
) -> None:
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        api.post("/v1/stories", json={"title": "Election night", "slug": "election-night"})
        path = "/v1/stories/election-night/entries"
        for arguments in (["election-night"], []):
            assert "frozen" in installation.run("freeze", *arguments).stderr
            refused = api.post(path, json={"text": "x"})
            assert (refused.status_code, refused.json()["code"]) == (409, "frozen")
            assert "thawed" in installation.run("thaw", *arguments).stderr
            assert api.post(path, json={"text": "x"}).status_code == 201
    refused_command = installation.run("freeze", "no-such-story")
    assert (refused_command.returncode, refused_command.stdout) == (1, "")
    assert "no such story" in refused_command.stderr


def test_an_invitation_is_printed_alone_with_its_picture_beside_it(installation: Installation, free_port: int) -> None:
    first = installation.run("invite", "Ada Lind", "--role", "editor")
    assert first.returncode == 0, first.stderr
    assert "/newsroom#invite=lb_invite_" in first.stdout
    assert len(first.stdout.splitlines()) == 1
    assert "█" in first.stderr
    assert "lb_invite_" not in first.stderr
    second = installation.check("invite", "Ada Lind").strip()
    assert second != first.stdout.strip()
    assert "already" in installation.run("invite", "Ada Lind", "--role", "reporter").stderr
    with installation.serving(free_port) as server, server.client() as browser:
        secret = second.partition("#invite=")[2]
        reply = browser.post("/v1/newsroom/sessions", json={"secret": secret})
        assert (reply.status_code, reply.json()["name"]) == (201, "Ada Lind")
        assert secret not in server.log


def test_the_last_entry_of_a_person_is_retracted_and_the_person_kept_out(
    installation: Installation, free_port: int
) -> None:
    token = installation.check("token", "create", "--name", "Ada Lind", "--role", "editor").strip()
    with installation.serving(free_port) as server, server.client(token) as ada:
        ada.post("/v1/stories", json={"title": "Night", "slug": "night"})
        entry = ada.post("/v1/stories/night/entries", json={"text": "Wrong."}).json()
        done = installation.run("retract-last", "night", "--reason", "It was wrong.", "--by", "Ada Lind")
        assert entry["id"] in done.stderr
        assert ada.get(f"/v1/stories/night/entries/{entry['id']}").json()["status"] == "retracted"
        again = installation.run("retract-last", "night", "--reason", "x", "--by", "Ada Lind")
        assert (again.returncode, "no public entry" in again.stderr) == (1, True)
        assert "nobody called" in installation.run("revoke", "Bo Berg").stderr
        assert "had 1 tokens" in installation.run("revoke", "Ada Lind").stderr
        assert ada.get("/v1/newsroom/me").status_code == 401


def test_what_a_token_did_is_reverted_and_told_line_by_line(installation: Installation, free_port: int) -> None:
    token = installation.check("token", "create", "--name", "Bot", "--bot", "--role", "admin").strip()
    ident = installation.check("token", "list").split("\t")[0]
    with installation.serving(free_port) as server, server.client(token) as bot, server.client() as reader:
        with server.client(installation.token) as ours:
            ours.post("/v1/stories", json={"title": "Night", "slug": "night"})
        bot.patch("/v1/stories/night", json={"title": "Lies"}, headers={"If-Match": "*"})
        entry = bot.post("/v1/stories/night/entries", json={"text": "Wrong."}).json()
        person = bot.post("/v1/newsroom/people", json={"name": "Nobody", "role": "reporter"}).json()
        assert reader.get("/v1/stories/night").json()["title"] == "Lies"
        done = installation.run("revert", ident, "--since", "2026-01-01T00:00:00Z")
        assert done.stdout == f"{entry['story']}\ttitle\trestored\n{entry['story']}\t{entry['id']}\ttaken_out\n"
        assert f"person {person['id']}: create stays as it is. " in done.stderr
        state = reader.get("/v1/stories/night").json()
        assert (state["title"], state["timeline"]["items"]) == ("Night", [])
        again = installation.run("revert", ident, "--since", "2026-01-01T00:00:00Z")
        assert [line.split("\t")[2] for line in again.stdout.splitlines()] == ["nothing", "nothing"]
        for slug in ("lies", "flood"):
            bot.post("/v1/stories", json={"title": slug, "slug": slug})
        with server.client(installation.token) as ours:
            ours.post("/v1/stories/flood/entries", json={"text": "The water rises."})
        told = installation.run("revert", ident, "--since", "2026-01-01T00:00:00Z").stdout
        assert "\tstory\twithdrawn\n" in told
        assert "\tstory\tnot reverted: Others have published in it since" in told
        later = installation.run("revert", ident, "--since", "2126-01-01T00:00:00Z")
        assert (later.returncode, later.stdout) == (0, "")
        wrong = installation.run("revert", ident, "--since", "yesterday")
        assert (wrong.returncode, "since" in wrong.stderr) == (1, True)


def test_the_audit_is_printed_for_people_spreadsheets_and_programs(installation: Installation) -> None:
    for name in ("Ada Lind", "Bo Berg"):
        installation.check("token", "create", "--name", name, "--role", "reporter")
    lines = installation.check("audit").splitlines()
    assert [line.split("\t")[2:4] for line in lines] == [["create", "token"], ["create", "person"]] * 2
    objects = [json.loads(line) for line in installation.check("audit", "--format", "ndjson").splitlines()]
    table = list(csv.DictReader(io.StringIO(installation.check("audit", "--format", "csv"))))
    assert [row["object_id"] for row in table] == [item["object_id"] for item in objects]
    assert len(installation.check("audit", "--action", "revoke").splitlines()) == 0
    assert len(installation.check("audit", "--until", objects[1]["at"]).splitlines()) < 4
