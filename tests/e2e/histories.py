"""Random histories of a story, made through the API as newsrooms make them: every operation that may come next."""

from __future__ import annotations

import random
import uuid
from typing import Any

import httpx

Json = dict[str, Any]

_WORDS = "count bridge water “quoted” – dash café 投票 עברית 🙂 <b>&amp; mayor polls".split()
_GOOD_REASONS = {"blocks_would_be_lost", "entry_gone", "wrong_status"}
"""Text may not drop a picture by accident; a wire cannot bring back what was removed."""

_TAGS = ({"slug": "results", "label": "Results"}, {"slug": "weather", "label": "Weather"})
_ACTIONS: dict[str, tuple[str, ...]] = {
    "draft": ("submit", "publish", "remove", "edit"),
    "submitted": ("publish", "edit", "remove"),
    "published": ("edit", "edit", "edit", "aside", "unpublish", "retract", "correct", "remove", "delete"),
    "unpublished": ("publish", "publish", "edit", "remove"),
    "retracted": ("reinstate", "correct", "unpublish", "edit", "remove"),
}


class History:
    """One story and everything that happens to it. `desk` is a client that may do everything."""

    def __init__(self, desk: httpx.AsyncClient, chance: random.Random) -> None:
        self.desk = desk
        self.chance = chance
        self.story = ""
        self.entries: dict[str, Json] = {}
        self.externals = 0
        self.done: list[str] = []

    async def begin(self) -> None:
        """Make the story, in half of all histories as a draft with something written in it already."""
        drafted = self.chance.random() < 0.5
        made = await self._send("POST", "/v1/stories", title="History", status="draft" if drafted else "live")
        self.story = made["id"]
        for _ in range(self.chance.randrange(8) if drafted else 0):
            await self.chance.choice([self._post, self._post, self._batch])()
        if drafted:
            await self._patch_story(status="live")
        for _ in range(self.chance.randrange(6)):
            await self.step()

    async def step(self) -> None:
        """Let one more thing happen."""
        acts = [self._post] * 4 + [self._act] * 10
        acts += [self._batch, self._upsert, self._upsert, self._change_story]
        await self.chance.choice(acts)()

    async def end(self, title: str) -> None:
        """The last change: a title by which readers know that they have everything."""
        await self._patch_story(title=title)

    async def _post(self) -> None:
        status = self.chance.choice(["published"] * 4 + ["draft", "submitted"])
        self._keep(await self._send("POST", self._path(), **self._fields(), **self._flags(), status=status))

    async def _batch(self) -> None:
        items = [{**self._fields(), **self._flags()} for _ in range(self.chance.randrange(1, 4))]
        for result in (await self._send("POST", f"{self._path()}:batch", items=items))["items"]:
            assert result["status"] == 201, result
            self._keep(result["entry"])

    async def _upsert(self) -> None:
        name = f"wire-{self.chance.randrange(self.externals + 1)}"
        self.externals += 1
        self._keep(await self._send("PUT", self._path("by-external-id", name), **self._fields()))

    async def _act(self) -> None:
        known = [entry for entry in self.entries.values() if entry["status"] in _ACTIONS]
        if not known:
            return
        entry = self.chance.choice(known)
        if entry["working"] and self.chance.random() < 0.6:
            actions = ["publish", "discard", "edit"] + ["submit"] * (entry["working"]["status"] == "draft")
            await self._do(self.chance.choice(actions), entry)
        else:
            await self._do(self.chance.choice(_ACTIONS[entry["status"]]), entry)

    async def _do(self, action: str, entry: Json) -> None:
        path = self._path(entry["id"])
        if action in {"edit", "aside"}:
            material = self.chance.random() < 0.6
            particulars = {**self._fields(), "material": material, "publish": action == "edit"}
            self._keep(await self._send("PATCH", path, **particulars))
        elif action == "delete":
            self._keep(await self._send("DELETE", path))
        elif action == "correct":
            self._keep(await self._send("POST", f"{path}/corrections", text=self._text()))
        else:
            particulars = {"reason": self._text()} if action == "retract" else {}
            self._keep(await self._send("POST", f"{path}/{action}", **particulars))

    async def _change_story(self) -> None:
        fields: list[Json] = [
            {"title": self._text()},
            {"standfirst": self.chance.choice([None, self._text()])},
            {"language": "he", "direction": "rtl"},
            {"about": {"name": "Election", "place": "Lisbon"}, "time_zone": "Europe/Lisbon"},
            {"settings": {"review_required": False}},
        ]
        await self._patch_story(**self.chance.choice(fields))

    async def _patch_story(self, **fields: Any) -> None:
        await self._send("PATCH", f"/v1/stories/{self.story}", **fields)

    def _path(self, *more: str) -> str:
        return "/".join([f"/v1/stories/{self.story}/entries", *more])

    def _text(self) -> str:
        return " ".join(self.chance.choices(_WORDS, k=self.chance.randrange(1, 9))).replace("<", "&lt;")

    def _fields(self) -> Json:
        text = self._text()
        bodies: list[Json] = [
            {"text": f"**Background:** {text}\n\n{text}"},
            {"text": text, "text_format": "plain"},
            {"html": f"<p>{text}</p><ul><li>{text}</li></ul>"},
            {"blocks": [{"type": "quote", "html": text, "who": "The clerk"}, {"type": "divider"}]},
            {"blocks": [{"type": "image", "url": "https://media.example/a.jpg", "alt": text, "caption": text}]},
        ]
        fields = self.chance.choice(bodies)
        if self.chance.random() < 0.4:
            fields["headline"] = self.chance.choice([text, None])
        if self.chance.random() < 0.3:
            fields["tags"] = self.chance.sample(_TAGS, self.chance.randrange(3))
        if self.chance.random() < 0.3:
            fields["authors"] = [{"name": self.chance.choice(["Ada", "Léa"])}] * self.chance.randrange(2)
        return fields

    def _flags(self) -> Json:
        flags: Json = {"kind": self.chance.choice(["update", "summary"]), "key_event": self.chance.random() < 0.2}
        if self.chance.random() < 0.3:
            flags |= {"importance": self.chance.choice(["major", "breaking"]), "id": self._uuid()}
        return flags

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def _keep(self, entry: Json) -> None:
        if entry:
            self.entries[entry["id"]] = entry

    async def _send(self, method: str, path: str, **body: Any) -> Json:
        """What the newsroom has to say about it, or nothing if it refused with good reason."""
        headers = {"If-Match": "*"} if method == "PATCH" else {}
        answer = await self.desk.request(method, path, json=body or None, headers=headers)
        self.done.append(f"{method} {path} {body} -> {answer.status_code}")
        if answer.status_code in {409, 410} and answer.json()["code"] in _GOOD_REASONS:
            return {}
        assert answer.status_code in {200, 201}, f"{self.done}\n{answer.text}"
        written: Json = answer.json()
        return written
