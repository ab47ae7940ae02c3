"""What is not published does not exist: two newsrooms with the same public history, one with much in its drawers."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.secret_sites import hire_somebody, keep_a_site_secret
from tests.faults.worlds import SITE_FILES, Recording, Socket, World, assert_same, found_at, running_world
from tests.figures import Figures
from tests.pictures import png, require_decoder
from tests.postgres import PostgresServer

pytestmark = pytest.mark.slow  # two newsrooms are told 60 steps, and asked for everything after each


def _id(number: int) -> str:
    return str(uuid.UUID(int=number, version=4))


STORY, OTHER, DRAWER = _id(1), _id(2), _id(3)
"""Two public stories, and one nobody may know of."""

ONE, TWO, THREE, FOUR, FIVE = (_id(number) for number in range(11, 16))
HIDDEN, HIDDEN_TOO, IN_THE_DRAWER, UNKNOWN = (_id(number) for number in range(21, 25))
ENTRIES = f"/stories/{STORY}/entries"

PICTURE, HIDDEN_PICTURE = _id(51), _id(52)
"""An upload that both newsrooms show and take back, and one that nobody may know of."""

PUBLIC_HISTORY: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/stories", {"id": STORY, "title": "Election night", "slug": "election"}),
    ("POST", ENTRIES, {"id": ONE, "text": "Polls have closed.", "tags": [{"slug": "polls", "label": "Polls"}]}),
    ("POST", ENTRIES, {"id": TWO, "text": "**Some background:** a bridge.", "headline": "The bridge"}),
    ("POST", "/stories", {"id": OTHER, "title": "Flood watch", "slug": "flood"}),
    ("PATCH", f"{ENTRIES}/{ONE}", {"text": "Polls have closed everywhere.\n\nA second paragraph."}),
    ("POST", ENTRIES, {"id": THREE, "html": "<p>Three <b>of them</b></p>", "key_event": True, "kind": "summary"}),
    ("POST", f"{ENTRIES}/{TWO}/retract", {"reason": "It was another bridge."}),
    ("PATCH", f"/stories/{STORY}", {"standfirst": "First results before midnight.", "title": "Election night live"}),
    ("POST", f"{ENTRIES}/{THREE}/unpublish", {}),
    ("POST", f"{ENTRIES}/{TWO}/reinstate", {}),
    ("PATCH", f"{ENTRIES}/{ONE}", {"text": "Polls are closed.", "icon": "vote", "material": False}),
    ("POST", f"{ENTRIES}/{THREE}/publish", {}),
    ("POST", ENTRIES, {"id": FOUR, "blocks": [{"type": "quote", "html": "We count.", "who": "The clerk"}]}),
    ("POST", f"{ENTRIES}/{ONE}/corrections", {"text": "They closed at eight."}),
    ("PUT", f"{ENTRIES}/by-external-id/wire-1", {"id": FIVE, "text": "From the wire.", "external_version": 3}),
    ("POST", f"{ENTRIES}/{FIVE}/move", {"before": TWO}),
    ("PATCH", f"{ENTRIES}/{THREE}", {"display_time": "2026-09-21T13:00:00Z"}),
    ("POST", f"{ENTRIES}/{FOUR}/remove", {}),
    ("PUT", f"{ENTRIES}/by-external-id/wire-1", {"text": "From the wire, again.", "external_version": 4}),
    ("POST", f"/stories/{OTHER}/entries", {"id": _id(31), "text": "The water rises.", "label": "Live"}),
    ("PUT", f"/stories/{STORY}/pinned", {"items": [{"entry": TWO}, {"entry": ONE, "until": "2100-01-01T00:00:00Z"}]}),
    ("PUT", f"/stories/{STORY}/key-points", {"items": [{"text": "Polls are closed.", "entry": TWO}]}),
    ("PATCH", f"/stories/{STORY}", {"status": "paused", "intro": "What we **know**.", "authors": ["Ada"]}),
    ("PUT", f"/newsroom/stories/{STORY}/duty", {"person": "{on duty}"}),
    ("POST", f"{ENTRIES}/{TWO}/unpublish", {}),
    ("PATCH", f"/stories/{OTHER}", {"slug": "flood-watch", "continues": STORY}),
    ("PATCH", f"/stories/{STORY}", {"status": "live"}),
    ("POST", f"/stories/{OTHER}/entries", {"id": _id(32), "blocks": [{"type": "image", "media": PICTURE}]}),
    ("PATCH", f"/stories/{OTHER}", {"image": {"media": PICTURE, "alt": "The water."}}),
    ("POST", f"/stories/{OTHER}/entries/{_id(32)}/unpublish", {}),
    ("PUT", f"/newsroom/stories/{STORY}/duty", {"person": None}),
    ("PATCH", f"/stories/{OTHER}", {"status": "ended", "coverage_end": "2026-09-21T15:00:00Z"}),
    ("POST", f"{ENTRIES}/{TWO}/publish", {}),
]


REMOVED_AFTER = PUBLIC_HISTORY.index(("POST", f"{ENTRIES}/{FOUR}/remove", {}))
"""From then on the tombstone of FOUR is public, and its text can be purged without a sign."""


@pytest.fixture(params=["sqlite", "postgres"])
def two_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two migrated, empty databases of one kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("migrated_sqlite")
        copies = [tmp_path / name / "liveblog.db" for name in ("plain", "secretive")]
        for copy in copies:
            copy.parent.mkdir()
            shutil.copyfile(template, copy)
        yield f"sqlite:///{copies[0]}", f"sqlite:///{copies[1]}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    names = [server.create_database(template=request.getfixturevalue("migrated_postgres")) for _ in range(2)]
    yield server.url(names[0]), server.url(names[1])
    for name in names:
        server.drop_database(name)


async def test_no_public_byte_differs_between_a_plain_newsroom_and_a_secretive_one(
    anyio_backend: str, two_urls: tuple[str, str], tmp_path: Path, figures: Figures
) -> None:
    require_decoder()
    rounds = figures.choose(suite=1, prove=20)
    plain_url, secretive_url = two_urls
    async with (
        running_world(plain_url, tmp_path / "plain") as plain,
        running_world(secretive_url, tmp_path / "secretive") as secretive,
    ):
        listening: list[tuple[Socket, Socket]] = []
        shown, hidden = [], await secretive.upload(HIDDEN_PICTURE, png(320, 240, colour=(9, 9, 9)))
        for world in (plain, secretive):
            shown.append(_bare(await world.upload(PICTURE, png())))
        assert shown[0] == shown[1]
        files = [*shown[:1], _bare(hidden), f"/media/{'a' * 24}/640.webp"]
        person = await hire_somebody(plain, secretive)
        for number, (method, path, body) in enumerate(PUBLIC_HISTORY):
            for _ in range(rounds):
                await _keep_secrets(secretive, number)
            if body == {"person": "{on duty}"}:
                body = {"person": person}
            made = [await world.step(method, path, **body) for world in (plain, secretive)]
            assert made[0].get("id", made[0].get("story")) == made[1].get("id", made[1].get("story"))
            if number == 0:
                listening = await _begin_to_listen(plain, secretive)
            await _await_told(plain, listening, secretive)
            assert_same(await plain.ask(files), await secretive.ask(files))
            if number % 9 == 8:
                assert_same(await _look_around(plain), await _look_around(secretive))
        for one, two in listening:
            assert one.text == two.text
        cursors = listening[0][0].cursors
        assert len(cursors) > 10
        after = [f"/v1/stories/{STORY}/changes?after={cursor}&body=both" for cursor in cursors]
        assert_same(await plain.ask(after), await secretive.ask(after))
        assert_same(await _look_around(plain), await _look_around(secretive))
        assert_same(await _knock(plain), await _knock(secretive))
        assert secretive.secrets >= 200


def _bare(media: dict[str, Any]) -> str:
    """The path at which a file of an upload is public, if it is."""
    url: str = media["url"]
    return "/media/" + url.partition("/media-previews/")[2].partition("/")[2]


async def _keep_secrets(world: World, number: int) -> None:
    """A morning's work that is nobody's business."""
    await _keep_secrets_about_the_newsroom(world, number)
    if number == 0:
        return
    mine = _id(1_000_000 + world.secrets)
    await world.secret("POST", ENTRIES, 201, id=mine, text="secret draft", status="draft", importance="breaking")
    await world.secret("PATCH", f"{ENTRIES}/{mine}", 200, text="secret draft, longer\n\nand longer")
    if number % 5 == 2:
        picture = [{"type": "image", "media": HIDDEN_PICTURE}]
        await world.secret("PATCH", f"{ENTRIES}/{mine}", 200, blocks=picture)
        await world.secret("PATCH", f"{ENTRIES}/{ONE}", 200, blocks=picture, publish=False)
        await world.secret("POST", f"{ENTRIES}/{ONE}/discard", 200)
        await world.secret("PATCH", f"/newsroom/media/{HIDDEN_PICTURE}", 200, alt=f"secret {number}")
    await world.secret("POST", f"{ENTRIES}/{mine}/submit", 200)
    await world.secret("POST", f"{ENTRIES}/{mine}/submit", 409)
    if number % 2:
        await world.secret("POST", f"{ENTRIES}/{mine}/remove", 200)
    if number == 1:
        await world.secret("POST", ENTRIES, 201, id=HIDDEN, text="secret", status="draft")
        await world.secret("POST", ENTRIES, 201, id=HIDDEN_TOO, text="secret", status="submitted")
    await world.secret("POST", ENTRIES, 422, text="secret", unheard_of=True)
    await world.secret("POST", f"/stories/{UNKNOWN}/entries", 404, text="secret")
    await world.secret("PATCH", f"/stories/{STORY}", 200, settings={"require_alt": number % 2 == 0})
    if number > 1:
        await world.secret("PATCH", f"{ENTRIES}/{ONE}", 200, text=f"secret edit {number}", publish=False)
        await world.secret("PATCH", f"{ENTRIES}/{ONE}", 200, headline="secret headline", label="secret")
        await world.secret("POST", f"{ENTRIES}/{ONE}/discard", 200)
        # The same entry once more under its own id: a retry that changes nothing.
        method, path, body = PUBLIC_HISTORY[1]
        await world.secret(method, path, 201, **body)
        await world.secret(method, path, 409, **{**body, "text": "another text"})
        await _keep_secrets_for_later(world, number)
        await _keep_comments_secret(world, number)
        if number % 8 == 2:
            await _keep_a_theft_secret(world)
    await _keep_erasures_secret(world, mine, number)
    if number > 14:
        await world.secret("PUT", f"{ENTRIES}/by-external-id/wire-1", 200, text="secret, old", external_version=1)


async def _keep_secrets_for_later(world: World, number: int) -> None:
    """What is to happen, and then does not; who may do what; and a freeze that nobody outside notices."""
    mine = _id(3_000_000 + world.secrets)
    later = {"publish_at": "2100-01-01T00:00:00Z"}
    await world.secret("POST", ENTRIES, 2, id=mine, text="secret, for later", status="scheduled", **later)
    await world.secret("PATCH", f"{ENTRIES}/{mine}", 2, publish_at="2100-01-02T00:00:00Z", expires_at=None)
    await world.secret("POST", f"{ENTRIES}/{mine}/cancel", 2)
    await world.secret("POST", f"{ENTRIES}/{mine}/submit", 2)
    await world.secret("POST", f"{ENTRIES}/{mine}/return", 2, note="secret note")
    await world.secret("POST", f"{ENTRIES}/{mine}/submit", 2)
    await world.secret("POST", f"{ENTRIES}/{mine}/reject", 2, note="secret note")
    await world.secret("PATCH", f"{ENTRIES}/{ONE}", 2, text=f"secret edit for later {number}", publish=False)
    await world.secret("POST", f"{ENTRIES}/{ONE}/submit", 2)
    await world.secret("POST", f"{ENTRIES}/{ONE}/schedule", 2, **later)
    await world.secret("POST", f"{ENTRIES}/{ONE}/cancel", 2)
    await world.secret("POST", f"{ENTRIES}/{ONE}/discard", 2)
    await world.secret("PATCH", f"{ENTRIES}/{ONE}", 2, expires_at=f"21{number:02d}-01-01T00:00:00Z")
    await world.secret("POST", f"{ENTRIES}/{mine}/move", 409, before=ONE)
    await world.secret("PATCH", f"{ENTRIES}/{mine}", 2, display_time="1999-12-31T23:59:59Z")
    await world.secret("PATCH", f"{ENTRIES}/{ONE}", 2, display_time="1999-12-31T23:59:59Z", publish=False)
    await world.secret("POST", f"{ENTRIES}/{ONE}/discard", 2)
    await world.secret("PUT", f"/stories/{STORY}/pinned", 409, items=[{"entry": mine}])
    await world.secret("PATCH", f"/stories/{STORY}", 2, settings={"hold_seconds": 60, "auto_end_after": 86_400})
    await world.secret("POST", ENTRIES, 2, id=_id(4_000_000 + world.secrets), text="secret, held")
    await world.secret("POST", f"{ENTRIES}/{_id(4_000_000 + world.secrets - 1)}/cancel", 2)
    await world.secret("PATCH", f"{ENTRIES}/{ONE}", 202, text=f"secret edit, held {number}", importance="breaking")
    await world.secret("PATCH", f"{ENTRIES}/{ONE}", 202, text=f"secret edit, held and edited {number}")
    await world.secret("POST", f"{ENTRIES}/{ONE}/cancel", 2)
    await world.secret("POST", f"{ENTRIES}/{ONE}/publish", 202)
    await world.secret("POST", f"{ENTRIES}/{ONE}/cancel", 2)
    await world.secret("POST", f"{ENTRIES}/{ONE}/submit", 2)
    await world.secret("POST", f"{ENTRIES}/{ONE}/reject", 2, note="secret note")
    await world.secret("PATCH", f"/stories/{STORY}", 2, settings={"hold_seconds": 0, "auto_end_after": None})
    await world.secret("PATCH", f"/stories/{DRAWER}", 2, continues=STORY, slug=f"drawer-{number}")
    await world.secret("PUT", f"/stories/{DRAWER}/key-points", 2, items=[{"text": f"secret {number}"}])
    await _keep_secrets_about_stories(world, number)
    await world.secret("POST", "/newsroom/freeze", 2, story=STORY, frozen=True)
    await world.secret("POST", ENTRIES, 409, text="secret, and frozen")
    await world.secret("POST", "/newsroom/freeze", 2, story=STORY, frozen=False)
    await world.secret("POST", "/newsroom/freeze", 2, frozen=True)
    await world.secret("POST", "/newsroom/freeze", 2, frozen=False)
    await world.secret("POST", "/newsroom/live/tickets", 2)
    if number % 4 == 1:  # each change of a site drops what is cached, which takes long to fill
        await keep_a_site_secret(world, story=STORY, drawer=DRAWER)


async def _keep_erasures_secret(world: World, mine: str, number: int) -> None:
    """What is purged and was never seen, or was taken back long ago; and what is kept for a court."""
    drafted, person = _id(8_000_000 + world.secrets), {"name": "Mole of the night", "role": "reporter"}
    targets: list[dict[str, Any]]
    await world.secret("POST", "/stories", 201, id=drafted, title="Secret, to be purged", status="draft")
    targets = [{"story": STORY, "entry": mine}, {"story": drafted}]
    targets.append({"person": (await world.secret("POST", "/newsroom/people", 201, **person))["id"], "bylines": True})
    if number > REMOVED_AFTER:
        targets.append({"story": STORY, "entry": FOUR})
    for target in targets:
        confirm = (await world.secret("POST", "/newsroom/purge", 200, **target))["confirm"]
        await world.secret("POST", "/newsroom/purge/confirm", 200, confirm=confirm)
    for held in (True, False) if number > 1 else ():
        await world.secret("POST", "/newsroom/legal-hold", 200, story=STORY, entry=ONE, held=held)
        await world.secret("POST", "/newsroom/legal-hold", 200, story=STORY, held=held)


async def _keep_comments_secret(world: World, number: int) -> None:
    """What readers have sent and nobody has approved, and what moderators do with it."""
    place = f"/stories/{STORY}/comments"
    sent = []
    for under in ({"entry": ONE}, {}, {}):
        sender = {"name": "Mole", "email": "mole@mail.example", "text": f"secret comment {world.secrets}"}
        sent.append((await world.secret("POST", place, 202, **sender, **under))["id"])
    await world.secret("POST", f"/newsroom/comments/{sent[0]}/reject", 200, reason="off_topic", note="secret note")
    await world.secret("POST", f"/newsroom/comments/{sent[1]}/spam", 200)
    await world.secret("POST", f"/newsroom/comments/{sent[2]}/remove", 200)
    await world.secret("POST", f"/newsroom/comments/{sent[0]}/answer", 409, text="secret answer")
    await world.secret("POST", f"{place}/{sent[0]}/reports", 404, category="illegal", text="secret notice")
    await world.secret("PUT", "/newsroom/hold-words", 200, words=[f"secret{number}"])
    block = await world.secret("POST", "/newsroom/comment-blocks", 201, network=f"198.51.100.{number}/32")
    if number % 2:
        await world.secret("DELETE", f"/newsroom/comment-blocks/{block['id']}", 200)
    await world.secret("POST", place, 202, name="Mole", text=f"secret, still waiting {world.secrets}")


async def _keep_a_theft_secret(world: World) -> None:
    """What a stolen token does to what nobody has seen, and that it is undone."""
    removed, rejected = _id(6_000_000 + world.secrets), _id(7_000_000 + world.secrets)
    await world.secret("POST", ENTRIES, 201, id=removed, text="secret, to be removed", status="draft")
    await world.secret("POST", ENTRIES, 201, id=rejected, text="secret, to be rejected", status="submitted")
    stolen = await world.secret("POST", "/newsroom/tokens", 201, label=f"stolen {world.secrets}", role="editor")
    token = stolen["token"]
    await world.secret("POST", f"{ENTRIES}/{removed}/remove", 200, token=token)
    await world.secret("POST", f"{ENTRIES}/{rejected}/reject", 200, token=token)
    await world.secret("PATCH", f"{ENTRIES}/{ONE}", 200, token=token, text="secret lies", publish=False)
    await world.secret("PATCH", f"/stories/{DRAWER}", 200, token=token, standfirst="secret lies", intro="secret")
    await world.secret("PATCH", f"/stories/{STORY}", 200, token=token, settings={"review_required": True})
    undone = await world.secret("POST", f"/newsroom/tokens/{stolen['id']}/revert", 200, since="2026-01-01T00:00:00Z")
    assert {item["done"] for item in undone["items"]} == {"restored"}, undone
    await world.secret("POST", f"{ENTRIES}/{rejected}/return", 200)
    await world.secret("POST", f"{ENTRIES}/{removed}/remove", 200)


async def _keep_secrets_about_stories(world: World, number: int) -> None:
    """What a story will be, whom it goes on from, and what is tried with it in vain."""
    mine = _id(900_000 + world.secrets)
    start = {"coverage_start": "2100-01-01T00:00:00Z"}
    await world.secret("PATCH", f"/stories/{STORY}", 2, continues=DRAWER)
    await world.secret("PATCH", f"/stories/{STORY}", 2, continues=None)
    await world.secret("PATCH", f"/stories/{STORY}", 2, settings={"members_only": True})
    await world.secret("PATCH", f"/stories/{STORY}", 2, settings={"members_only": False})
    await world.secret("PATCH", f"/stories/{STORY}", 409, slug="drawer")
    await world.secret("PATCH", f"/stories/{STORY}", 409, status="scheduled")
    await world.secret("POST", "/stories", 2, id=mine, title="Secret", status="scheduled", continues=STORY, **start)
    await world.secret("POST", f"/stories/{mine}/entries", 2, text="secret, and first of all")
    await world.secret("PATCH", f"/stories/{mine}", 2, coverage_start="2100-01-02T00:00:00Z", slug=f"secret-{mine}")
    await world.secret("PATCH", f"/stories/{mine}", 2, status="draft", continues=DRAWER)
    await world.secret("PATCH", f"/stories/{mine}", 409, status="withdrawn")


async def _keep_secrets_about_the_newsroom(world: World, number: int) -> None:
    if world.secrets == 0:
        await world.secret("POST", "/stories", 201, id=DRAWER, title="Secret", slug="drawer", status="draft")
        await world.secret("POST", f"/stories/{DRAWER}/entries", 201, id=IN_THE_DRAWER, text="secret")
    await world.secret("POST", f"/stories/{DRAWER}/entries", 201, text=f"secret {number}", status="published")
    await world.secret("PATCH", f"/stories/{DRAWER}", 200, title=f"Secret {number}")
    person = await world.secret("POST", "/newsroom/people", 201, name="Mole", role="reporter", byline="M. Ole")
    token = await world.secret("POST", "/newsroom/tokens", 201, label=f"mole {world.secrets}", person=person["id"])
    await world.secret("POST", "/stories", 403, token=token["token"], title="Not for reporters")
    await world.secret("POST", f"/newsroom/tokens/{token['id']}/revoke", 200)
    await world.secret("POST", "/stories", 401, token=token["token"], title="Not any more")
    await world.secret("POST", "/stories", 401, token="lb_person_" + "x" * 36, title="Not at all")
    await world.secret("POST", "/stories", 201, id=_id(5_000_000 + world.secrets), title="Secret", status="draft")


async def _begin_to_listen(plain: World, secretive: World) -> list[tuple[Socket, Socket]]:
    pairs = []
    for kind, name, body in (
        ("websocket", "live", "html"),
        ("websocket", "live", "both"),
        ("events", "events", "blocks"),
    ):
        path, query = f"/v1/stories/{STORY}/{name}", f"after=0&body={body}"
        pairs.append(
            (await plain.listen(path, kind=kind, query=query), await secretive.listen(path, kind=kind, query=query))
        )
    return pairs


async def _await_told(plain: World, listening: list[tuple[Socket, Socket]], secretive: World) -> None:
    """Until every listener in both worlds has the plain world's newest event of the story."""
    head = (await plain.reader.get(f"/v1/stories/{STORY}")).json()["head"]
    assert (await secretive.reader.get(f"/v1/stories/{STORY}")).json()["head"] == head
    for pair in listening:
        for socket in pair:
            await socket.until(head)


def _public_urls() -> Iterator[str]:
    yield from (
        "/",
        "/v1/site",
        *("/v1/stories", "/v1/stories?limit=1"),
        *("/openapi.json", "/asyncapi.json"),
        *(f"{of}/feed.{ending}" for of in ("", "/tags/polls") for ending in ("atom", "rss", "json")),
        *("/version", "/readyz", "/metrics", *SITE_FILES),
    )
    yield from (url for story in ("election", DRAWER, "unknown") for url in found_at(story, (TWO, FOUR, HIDDEN)))
    for story in ("election", STORY, "flood", DRAWER, "drawer", UNKNOWN, "unknown"):
        yield from (f"/stories/{story}", f"/stories/{story}?around={TWO}", f"/v1/stories/{story}")
        parts = ("?embed", "/fragment", "/fragment?limit=2", "/fragment?mode=ticker")
        feeds = (f"/feed.{ending}" for ending in ("atom", "rss", "json"))
        yield from (f"/stories/{story}{of}" for of in (*parts, *feeds))
        yield from (f"/v1/stories/{story}{query}" for query in ("?body=blocks", "?body=both"))
        base = f"/v1/stories/{story}/entries"
        yield from (base, f"{base}?limit=2", f"{base}?limit=2&order=oldest", f"{base}?around={TWO}&limit=3")
        yield from (f"{base}?around={HIDDEN}", f"{base}?kind=summary", f"{base}?tag=polls", f"{base}?author=Ada")
        yield from (f"{base}?key_event=true", f"{base}?importance=breaking", f"{base}?fields=id,body_text,corrections")
        for entry in (ONE, TWO, THREE, FOUR, FIVE, HIDDEN, HIDDEN_TOO, IN_THE_DRAWER, UNKNOWN):
            yield from (f"{base}/{entry}", f"{base}/{entry}?body=both", f"{base}/{entry}/versions")
        comments = f"/v1/stories/{story}/comments"
        yield from (comments, f"{comments}?order=oldest&limit=1", f"{comments}?entry={ONE}", f"{comments}/form")
        yield from (f"/v1/stories/{story}/corrections", f"/v1/stories/{story}/corrections?limit=1")
        changes = f"/v1/stories/{story}/changes"
        yield from (changes, f"{changes}?after=0", f"{changes}?after=0&limit=3&body=blocks", f"{changes}?after=x.1.y")
        yield from (f"/v1/newsroom/stories/{story}", f"/v1/newsroom/stories/{story}/entries/{HIDDEN}")


async def _look_around(world: World) -> Recording:
    """Everything there is to be had without a token; each page's own links are followed."""
    recording = await world.ask(_public_urls())
    following = [f"/v1/stories/{STORY}/entries?limit=2"]
    while following:
        page = (await world.reader.get(following.pop())).json()
        recording |= await world.ask([url for url in (page["next"], page["prev"]) if url])
        following += [page["next"]] if page["next"] else []
    # The metrics are for the operator: readers must find nothing there.
    found = [recording[f"GET {url}"][0] for url in ("/metrics", "/v1/stories/election", f"/v1/stories/{DRAWER}")]
    assert found == [404, 200, 404]
    return recording


async def _knock(world: World) -> Recording:
    """Writes without a right to, and sockets: to what is public, hidden and unknown."""
    recording: Recording = {}
    for story in (STORY, DRAWER, UNKNOWN):
        for entry in (ONE, HIDDEN, UNKNOWN):
            urls = [f"/v1/stories/{story}/entries/{entry}{end}" for end in ("", "/publish", "/remove")]
            recording |= await world.ask(urls, methods=("POST", "PATCH", "DELETE", "PUT", "OPTIONS"))
        recording |= await world.ask([f"/v1/stories/{story}"], methods=("PATCH", "DELETE", "OPTIONS"))
    for name, kind in (("live", "websocket"), ("events", "events")):
        for story in (STORY, "election", DRAWER, "drawer", UNKNOWN):
            for query in ("", "after=0&body=both", "snapshot=1", "after=x.1.y"):
                socket = await world.listen(f"/v1/stories/{story}/{name}", kind=kind, query=query)
                await socket.until("caught_up" if story in {STORY, "election"} else "story_not_found")
                recording[f"{kind} {story} {query}"] = (socket.text,)
    several = await world.listen("/v1/live", kind="websocket", query=f"subscribe={STORY}@0&subscribe={DRAWER}@0")
    await several.until("caught_up")
    await several.until("refused")
    recording["several"] = (sorted(several.said),)
    return recording
