"""A night in a newsroom, in which everything is asked that the description has, with and without what may be absent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.sync.client import ClientConnection

from app.domain.identifiers import StoryId
from tests.description.conversations import Conversations, record_what_cannot_be_arranged
from tests.description.material import (
    BARE_BLOCKS,
    FILM,
    FOCAL,
    FULL_BLOCKS,
    FULL_STORY,
    MARKED,
    PICTURE,
    SPOKEN,
    Json,
    film,
    sound,
)
from tests.description.recorder import Recorder
from tests.description.replies import QUESTION, play_replies
from tests.description.sites import play_sites
from tests.e2e.server import Server
from tests.pictures import form, png

ANY_VERSION = {"If-Match": "*"}


def play(server: Server, recorder: Recorder) -> None:
    """Do all of it, and record every answer and every message."""
    with server.signed_in() as admin, server.reader() as reader:
        _Night(server, recorder, admin, reader).play()


class _Night:
    def __init__(self, server: Server, recorder: Recorder, admin: httpx.Client, reader: httpx.Client) -> None:
        self.server, self.admin, self.reader = server, admin, reader
        self.recorder = recorder
        self.description, self.call, self.record = recorder.description, recorder.call, recorder.record
        conversations = Conversations(server, recorder)
        self.socket, self.newsroom = conversations.socket, conversations.newsroom
        self.say, self.hear = conversations.say, conversations.hear
        self.story: Json = {}

    def play(self) -> None:
        self.upload()
        picture = {"media": self.picture["id"]}
        self.story = self.call(self.admin, "create_story", json={"title": "Election night", **FULL_STORY})
        elsewhere = {"mode": "external", "url": "https://talk.example/1", "count": 12}
        day_before = {"title": "The day before", "image": picture, "settings": {"comments": elsewhere}}
        self.other = self.call(self.admin, "create_story", json=day_before)
        self.call(self.reader, "get_changes", path={"story": self.other["id"]}, params={"after": "0"})
        self.edit_story(continues=self.other["id"])
        with (
            self.socket(f"/v1/stories/{self.story['id']}/live?body=both&after=0") as follower,
            self.newsroom() as editor,
        ):
            self.write()
            self.show_uploads()
            with self.server.signed_in(self.reporter["token"]) as reporter:
                play_replies(self.recorder, self.admin, self.reader, reporter, self.full)
            self.read()
            self.change_and_withdraw()
            self.tell(follower)
            self.tell_the_newsroom(editor)
        self.stream()
        self.people_and_tokens()
        self.oversee()
        self.erase()
        self.operate()
        self.refuse()
        record_what_cannot_be_arranged(self.recorder, StoryId(self.story["id"]))

    def at(self, entry: Json, story: Json | None = None) -> Json:
        return {"story": (story or self.story)["id"], "entry": entry["id"]}

    def edit_story(self, **fields: Any) -> Json:
        edited: Json = self.call(
            self.admin, "edit_story", path={"story": self.story["id"]}, json=fields, headers=ANY_VERSION
        )
        return edited

    def set_status(self, story: Json, status: str) -> None:
        self.call(self.admin, "edit_story", path={"story": story["id"]}, json={"status": status}, headers=ANY_VERSION)

    def post(self, text: str | None = "Polls have closed.", *, client: httpx.Client | None = None, **more: Any) -> Json:
        body = {**({} if text is None else {"text": text}), **more}
        posted: Json = self.call(client or self.admin, "create_entry", path={"story": self.story["id"]}, json=body)
        return posted

    def act(self, operation_id: str, entry: Json, **body: Any) -> Json:
        done: Json = self.call(self.admin, operation_id, path=self.at(entry), json=body)
        return done

    def edit(self, entry: Json, **fields: Any) -> Json:
        edited: Json = self.call(self.admin, "edit_entry", path=self.at(entry), json=fields, headers=ANY_VERSION)
        return edited

    def upload(self) -> None:
        """Upload a picture with all of its words, a film and a sound without any."""
        words = {"alt": "The harbour", "caption": "At dawn", "credit": "Ada", "rights": "Ours", "focal": FOCAL}
        sent: list[tuple[bytes, str]] = [(png(), "image/png"), (film(), "video/mp4"), (sound(), "audio/mpeg")]
        self.picture, self.film, self.sound = (
            self.call(self.admin, "upload_media", content=content, headers={"Content-Type": kind}, params=params)
            for (content, kind), params in zip(sent, (words, {}, {}), strict=True)
        )
        self.call(self.admin, "list_media", params={"limit": 1})
        headers = {"Content-Type": "multipart/form-data; boundary=b0undary"}
        unused = self.call(self.admin, "upload_media", content=form(png(colour=(1, 2, 3))), headers=headers)
        unused = self.call(
            self.admin, "edit_media", path={"media": unused["id"]}, json={"alt": "Seen"}, headers=ANY_VERSION
        )
        self.call(self.admin, "delete_media", path={"media": unused["id"]})

    def show_uploads(self) -> None:
        """Have uploads shown by an entry, in one of its earlier versions, and by a person; fetch their files."""
        more = {"caption": "The count", "credit": "Ada", **SPOKEN}
        picture = {"type": "image", "media": self.picture["id"], **SPOKEN}
        film, sound = (
            {"type": kind, "media": each["id"]} for kind, each in (("video", self.film), ("audio", self.sound))
        )
        self.shown = self.post(None, blocks=[picture, film | more, sound | more, film, sound])
        self.edit(self.shown, blocks=[picture, film])
        person = {"name": "Flo", "role": "reporter", "avatar_media": self.picture["id"]}
        flo = self.call(self.admin, "add_person", json=person)
        self.post("By Flo.", authors=[{"id": flo["id"], "name": "Flo", "avatar": flo["avatar"]}])
        for upload in (self.picture, self.film, self.sound):
            self.call(self.admin, "get_media", path={"media": upload["id"]})
            self.fetch("get_signed_media_file", upload["url"])
        shown = self.call(self.reader, "get_entry", path=self.at(self.shown), params={"body": "blocks"})
        for block in shown["blocks"]:
            self.fetch("get_media_file", block["url"])

    def fetch(self, operation_id: str, url: str) -> None:
        """Fetch a file whole, a part of it, one that is known, and a part that there is not."""
        parts = dict(zip(("file", "name", "signed"), reversed(urlsplit(url).path.split("/")), strict=False))
        first = self.reader.get(urlsplit(url).path)
        for expect, headers in (
            (200, {}),
            (206, {"Range": "bytes=0-9"}),
            (304, {"If-None-Match": first.headers["etag"]}),
            (416, {"Range": "bytes=99999999-"}),
        ):
            self.call(self.reader, operation_id, path=parts, headers=headers, expect=expect)

    def write(self) -> None:
        source = {"url": "https://agency.example/1", "name": "Agency"}
        self.full = self.post(None, blocks=FULL_BLOCKS, source=source, **MARKED)
        self.bare = self.post(
            None, blocks=BARE_BLOCKS, authors=[{"name": "Bo"}], source={"url": source["url"]}, key_event=True
        )
        self.form = self.call(self.admin, "create_entry", path={"story": self.story["id"]}, data={"text": "As a form."})
        later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        draft = self.post(status="draft")
        self.act("submit_entry", draft)
        self.act("return_entry", draft, note="Once more.")
        self.act("submit_entry", draft)
        self.act("reject_entry", draft)
        scheduled = self.post(status="scheduled", publish_at=later)
        self.act("cancel_entry", scheduled)
        self.act("schedule_entry", scheduled, publish_at=later)
        self.act("cancel_entry", scheduled)
        self.act("publish_entry", scheduled)
        self.edit(self.full, headline="They have closed", publish=False)
        self.act("discard_working_revision", self.full)
        self.edit(self.full, headline="They have closed", material=False)
        items: list[Json] = [{"text": "One of several."}, {"text": ""}, {"text": "Twice.", "id": self.full["id"]}]
        self.call(self.admin, "create_entries", path={"story": self.story["id"]}, json={"items": items})
        wire = {"story": self.story["id"], "external_id": "wire-1"}
        for version in (1, 2):
            self.call(self.admin, "upsert_entry", path=wire, json={"text": "From a wire", "external_version": version})
        self.call(self.admin, "add_person", json={"name": "Cy", "role": "reporter"})
        play_sites(self.recorder, self.admin, self.reader, self.server)
        token = {"label": "A wire", "role": "editor", "shorthand": True}
        bot = self.call(self.admin, "create_token", json=token)
        with self.server.signed_in(bot["token"]) as client:
            self.post("Said shortly. #polls /key /major /vote /pin @Cy", client=client)
            self.post("Said shortly.", client=client)
        reporter = self.call(self.admin, "create_token", json={**token, "label": "A reporter's", "role": "reporter"})
        with self.server.signed_in(reporter["token"]) as client:
            self.post("Said shortly. /pin", client=client)
        self.reporter = reporter

    def read(self) -> None:
        ref = {"story": self.story["id"]}
        pins = [{"entry": self.full["id"], "until": "2099-01-01T00:00:00Z"}, {"entry": self.bare["id"]}]
        self.call(self.admin, "pin_entries", path=ref, json={"items": pins})
        points: list[Json] = [{"text": "Polls have closed.", "entry": self.full["id"]}, {"text": "Turnout is high."}]
        self.call(self.admin, "set_key_points", path=ref, json={"items": points})
        self.call(self.admin, "correct_entry", path=self.at(self.full), json={"text": "At eight, not at nine."})
        self.call(self.reader, "get_site")
        for body in ("html", "blocks", "both"):
            self.call(self.reader, "get_story", path=ref, params={"body": body})
            self.call(self.reader, "list_entries", path=ref, params={"body": body, "limit": 2})
            self.call(self.reader, "get_changes", path=ref, params={"body": body, "after": "0"})
            self.call(self.reader, "get_entry", path=self.at(self.full), params={"body": body})
        self.call(self.reader, "list_stories", params={"limit": 1})
        self.call(self.reader, "get_entry", path=self.at(self.full), params={"fields": "id,headline"})
        self.call(self.reader, "list_entries", path=ref, params={"fields": "revision,status"})
        every = "id,revision,status,kind,key_event,importance,headline,authors,source,tags,time,published_at,updated_at"
        self.call(self.reader, "get_entry", path=self.at(self.full), params={"fields": every})
        rest = "sort_key,corrections,label,icon,body_html,blocks"
        self.call(self.reader, "get_entry", path=self.at(self.full), params={"fields": rest})
        self.call(self.reader, "list_corrections", path=ref, params={"limit": 1})
        self.call(self.admin, "list_newsroom_stories", params={"limit": 1})
        self.call(self.admin, "read_newsroom_story", path=ref)
        self.call(self.admin, "list_newsroom_entries", path=ref, params={"limit": 2})
        self.call(self.admin, "read_newsroom_entry", path=self.at(self.bare))
        for diff in ("true", "false"):
            self.call(self.admin, "list_entry_versions", path=self.at(self.full), params={"diff": diff})
        self.call(self.admin, "search", params={"q": "election"})
        self.call(self.admin, "search", params={"q": "closed"})
        for written in ({"html": "<u>Pasted</u>"}, {"text": "Typed", "text_format": "plain", "blocks": FULL_BLOCKS}):
            self.call(self.admin, "convert_body", json=written)
        link = self.call(self.admin, "make_preview", path=self.at(self.full))
        self.call(self.reader, "read_preview", path={"signed": link["url"].rpartition("/")[2]})

    def change_and_withdraw(self) -> None:
        self.act("move_entry", self.bare, after=self.full["id"])
        self.act("retract_entry", self.bare, reason="A test.")
        self.act("reinstate_entry", self.bare)
        self.act("unpublish_entry", self.bare)
        self.act("publish_entry", self.bare)
        self.act("remove_entry", self.form, note="A double.")
        gone = self.post("To be deleted.")
        self.call(self.admin, "delete_entry", path=self.at(gone))
        self.post("To be retracted.")
        self.call(self.admin, "retract_last", path={"story": self.story["id"]}, json={"reason": "Wrong race called."})
        self.edit_story(settings={"hold_seconds": 600, "auto_end_after": 3600})
        held = self.post("Held.")
        self.edit(self.full, headline="Held as well")
        self.act("cancel_entry", held)
        self.act("publish_entry", held)
        self.edit_story(settings={"hold_seconds": 0})

    def tell(self, follower: ClientConnection) -> None:
        """Record what a reader was sent on a WebSocket, until everything there is has come."""
        schema = {"$ref": "#/components/schemas/LiveMessage"}
        wanted = {"hello", "subscribed", "caught_up", "entry.published", "entry.updated", "entry.removed"}
        self.hear(follower, schema, wanted | {"story.updated", "comments"})
        self.say(follower, "ReaderMessage", type="ping")
        self.hear(follower, schema, {"heartbeat"})
        self.say(follower, "ReaderMessage", type="unsubscribe", story=self.other["id"])
        with self.socket(f"/v1/live?subscribe={self.story['id']}") as several:
            for after in ("nonsense", "0"):
                self.say(several, "ReaderMessage", type="subscribe", story=self.story["id"], after=after)
            asked = {"story": self.story["id"], "snapshot": True, "replay": "full"}
            self.say(several, "ReaderMessage", type="subscribe", **asked)
            self.say(several, "ReaderMessage", type="subscribe", story="no-such-story")
            self.hear(several, schema, {"snapshot", "refused"})
            ended = self.call(self.admin, "create_story", json={"title": "Soon over"})
            self.say(several, "ReaderMessage", type="subscribe", story=ended["id"])
            self.set_status(ended, "ended")
            self.hear(several, schema, {"goodbye"})
            self.say(several, "ReaderMessage", type="subscribe", story=self.other["id"])
            self.hear(several, schema, {"subscribed"})
            self.set_status(self.other, "withdrawn")
            self.hear(several, schema, {"story.removed", "refused"})

    def tell_the_newsroom(self, editor: ClientConnection) -> None:
        """Record what an editor was sent on the newsroom's stream."""
        schema = {"$ref": "#/components/schemas/NewsroomMessage"}
        story = self.story["id"]
        self.say(editor, "NewsroomRequest", type="watch", story=story)
        self.hear(editor, schema, {"hello", "welcome", "watching"})
        with self.newsroom() as colleague:
            self.say(colleague, "NewsroomRequest", type="watch")
            self.say(colleague, "NewsroomRequest", type="watch", story=story)
            self.say(colleague, "NewsroomRequest", type="presence", story=story, doing="editing", entry=self.full["id"])
            self.hear(editor, schema, {"presence"})
            self.say(colleague, "NewsroomRequest", type="presence", story=story)
            self.say(colleague, "NewsroomRequest", type="watch", story="no-such-story")
            self.say(colleague, "NewsroomRequest", type="unwatch", story=story)
            self.say(colleague, "NewsroomRequest", type="unwatch")
            self.hear(colleague, schema, {"watching", "refused"})
        self.post("Told to colleagues.")
        sent, _ = (
            self.call(self.reader, "create_comment", path={"story": story}, json={**QUESTION, "text": text})
            for text in ("Refused at once.", "Left waiting.")
        )
        self.call(self.admin, "reject_comment", path={"comment": sent["id"]}, json={})
        self.edit_story(title="Election night, later")
        self.say(editor, "NewsroomRequest", type="ping")
        self.hear(editor, schema, {"entry", "story", "comment", "comments", "heartbeat"})

    def stream(self) -> None:
        """Record what an EventSource is sent; each `data` is one message."""
        method, path, operation = self.description.operations["follow_story"]
        schema = operation["responses"]["200"]["content"]["text/event-stream"]["schema"]["contentSchema"]
        heard = set()
        address = path.format(story=self.story["id"])
        with self.reader.stream(method, address, params={"after": "0", "named": "1", "body": "both"}) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    message = json.loads(line.removeprefix("data:"))
                    self.record(schema, message, where="follow_story")
                    heard.add(message["type"])
                if "caught_up" in heard:
                    break
        assert {"hello", "subscribed", "entry.published"} <= heard
        assert self.reader.request(method, address, headers={"Last-Event-ID": "end"}).status_code == 204

    def people_and_tokens(self) -> None:
        ada = self.call(self.admin, "add_person", json={"name": "Ada", "role": "reporter", "email": "ada@post.example"})
        bo = self.call(self.admin, "add_person", json={"name": "Bo", "role": "editor", "byline": "Bo B.", "url": FILM})
        self.call(self.admin, "list_people")
        person = {"person": ada["id"]}
        self.call(self.admin, "edit_person", path=person, json={"byline": "Ada L.", "avatar": PICTURE})
        self.call(self.admin, "disable_person", path=person, json={})
        self.call(self.admin, "enable_person", path=person, json={})
        member = {"story": self.story["id"], "person": ada["id"]}
        self.call(self.admin, "put_member", path=member, json={"role": "editor"})
        self.call(self.admin, "list_members", path={"story": self.story["id"]})
        self.call(self.admin, "remove_member", path=member)
        limits = {"stories": [self.story["id"]], "expires_in_days": 3, "scopes": ["read", "manage"]}
        token = self.call(self.admin, "create_token", json={"label": "Bo's", "person": bo["id"], **limits})
        with self.server.signed_in(token["token"]) as client:
            for own in (client, self.admin):
                self.call(own, "read_me")
            self.call(client, "list_own_tokens")
            self.call(client, "read_newsroom_story", path={"story": self.story["id"]})
            self.call(client, "revoke_own_token", path={"token": token["id"]}, json={})
        invite = self.call(self.admin, "invite_person", json={"person": bo["id"]})
        self.sign_in(invite["url"].partition("#invite=")[2])
        self.call(self.admin, "list_tokens")
        self.call(self.admin, "revoke_token", path={"token": token["id"]}, json={})
        since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        self.call(self.admin, "revert_token", path={"token": self.reporter["id"]}, json={"since": since})
        intruder = self.call(self.admin, "create_token", json={"label": "An intruder's", "role": "admin"})
        with self.server.signed_in(intruder["token"]) as client:
            self.call(client, "add_person", json={"name": "Dee", "role": "admin"})
        self.call(self.admin, "revert_token", path={"token": intruder["id"]}, json={"since": since})
        self.call(self.admin, "revoke_person", path=person, json={})
        self.call(self.admin, "create_ticket")

    def sign_in(self, secret: str) -> None:
        """Sign a browser in, and use its cookie as the description says it is used."""
        schemes = self.description.document["components"]["securitySchemes"]
        with self.server.reader() as browser:
            session = self.call(browser, "sign_in", json={"secret": secret})
            assert [cookie.name for cookie in browser.cookies.jar] == [schemes["session"]["name"]]
            self.call(browser, "read_me")
            headers = {schemes["csrf"]["name"]: session["csrf"], "Origin": self.server.url}
            self.call(browser, "sign_out", expect=403)
            self.call(browser, "sign_out", headers=headers)

    def oversee(self) -> None:
        for frozen in (True, False):
            self.call(self.admin, "set_freeze", json={"frozen": frozen})
            self.call(self.admin, "set_freeze", json={"frozen": frozen, "story": self.story["id"]})
            self.call(self.admin, "read_freeze")
        for kind in ("json", "ndjson", "csv"):
            self.call(self.admin, "read_audit", params={"format": kind})
        entry = self.post("Delivered.")
        with self.socket(f"/v1/stories/{self.story['id']}/live") as follower:
            self.hear(follower, {"$ref": "#/components/schemas/LiveMessage"}, {"caught_up"})
            entry = self.post("Delivered.")
            self.hear(follower, {"$ref": "#/components/schemas/LiveMessage"}, {"entry.published"})
        self.call(self.admin, "read_delivery", path=self.at(entry))

    def erase(self) -> None:
        entry = self.post("To be forgotten.")
        person = self.call(self.admin, "add_person", json={"name": "Eve", "role": "reporter"})
        for held in (True, False):
            self.call(self.admin, "set_legal_hold", json={**self.at(entry), "held": held})
            self.call(self.admin, "set_legal_hold", json={"story": self.other["id"], "held": held})
            self.call(self.admin, "read_legal_holds")
            self.call(self.admin, "prepare_purge", json=self.at(entry))
        shows = self.post(None, blocks=[{"type": "image", "media": self.picture["id"]}])
        kept = self.call(self.admin, "prepare_purge", json=self.at(shows))["kept"]
        assert [each["media"] for each in kept] == [self.picture["id"]]
        prepared = self.call(self.admin, "prepare_purge", json={"media": self.sound["id"]})
        self.call(self.admin, "confirm_purge", json={"confirm": prepared["confirm"]})
        prepared = self.call(self.admin, "prepare_purge", json={"person": person["id"], "bylines": True})
        self.call(self.admin, "confirm_purge", json={"confirm": prepared["confirm"]})

    def operate(self) -> None:
        for operation_id in ("get_health", "get_readiness", "get_version", "get_metrics"):
            self.call(self.reader, operation_id)
        self.call(self.reader, "get_metrics", headers={"X-Forwarded-For": "192.0.2.7"}, expect=404)

    def refuse(self) -> None:
        """Record a problem with each of the members that only some have."""
        ref = {"story": self.story["id"]}
        self.call(self.admin, "create_entry", path=ref, json={"text": 1, "surprise": 2}, expect=422)
        self.call(self.admin, "edit_story", path=ref, json={"title": "x"}, headers={"If-Match": '"v0"'}, expect=412)
        self.call(self.reader, "get_entry", path=self.at(self.form), expect=410)
        self.call(self.reader, "get_changes", path=ref, params={"after": "k3Vq81Zt.1205.x7Q2ab"}, expect=410)
        self.call(self.reader, "read_me", expect=401)
        self.call(self.reader, "get_story", path=ref, headers={"X-Long": "x" * 70_000}, expect=431)
