"""A site in that night: every operation of sites, and who is on duty for its story."""

from __future__ import annotations

import httpx

from tests.description.recorder import Recorder
from tests.e2e.server import Server


def play_sites(recorder: Recorder, admin: httpx.Client, reader: httpx.Client, server: Server) -> None:
    """Describe a site, with a story and people who work for it alone; and one that is over again."""
    call = recorder.call
    host = "evening.example"
    draft = {"name": "The Evening Post", "url": f"https://{host}", "logo": f"https://{host}/logo.svg"}
    more = {"hosts": [host], "theme": "dusk", "language": "nb", "consent": ["video"], "frame_ancestors": ["self"]}
    call(admin, "create_site", json={"slug": "evening", **draft, **more, "cors_origins": [f"https://{host}"]})
    call(admin, "create_site", json={"slug": "closing", **draft})
    call(admin, "list_sites")
    for name, slug in (("read_site", "default"), ("read_site", "evening"), ("delete_site", "closing")):
        call(admin, name, path={"site": slug})
    changed = {"name": "The Evening Post, late"}
    call(admin, "edit_site", path={"site": "evening"}, json=changed, headers={"if-match": "*"})
    there = call(admin, "create_story", json={"title": "I kveld", "site": "evening"})
    call(admin, "read_newsroom_story", path={"story": there["id"]})
    call(reader, "get_story", path={"story": there["id"]})
    call(reader, "get_changes", path={"story": there["id"]}, params={"after": "0"})
    call(reader, "list_stories", params={"site": "evening"})
    call(reader, "get_site", headers={"host": host})
    sites = {"evening": "editor"}
    person = call(admin, "add_person", json={"name": "Dag", "sites": sites})
    call(admin, "list_people")
    call(admin, "put_member", path={"story": there["id"], "person": person["id"]}, json={"role": "editor"})
    call(admin, "find_people", path={"story": there["id"]}, params={"q": "da"})
    call(admin, "find_people", path={"story": there["id"]}, params={"limit": "1"})
    for somebody in (person["id"], None):
        call(admin, "hand_over", path={"story": there["id"]}, json={"person": somebody})
        call(admin, "read_newsroom_story", path={"story": there["id"]})
    bot = call(admin, "create_token", json={"label": "Evening's bot", "sites": sites})
    call(admin, "list_tokens")
    with server.signed_in(bot["token"]) as client:
        call(client, "read_me")
    assert person["sites"] == sites
