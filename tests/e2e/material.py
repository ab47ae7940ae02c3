"""Random material of a newsroom: words in many scripts, bodies of every kind, bylines, tags and times."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.icons import ICONS

Json = dict[str, Any]

_WORDS = "count bridge water “quoted” – dash café 投票 עברית 🙂 <b>&amp; mayor polls".split()
_TAGS = ({"slug": "results", "label": "Results"}, {"slug": "weather", "label": "Weather"})


class Material:
    """Everything is drawn from `chance`."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def soon(self) -> str:
        """A moment that comes within a second."""
        return (datetime.now(UTC) + timedelta(seconds=self.chance.uniform(0.4, 1))).isoformat()

    def text(self) -> str:
        """A few words."""
        return " ".join(self.chance.choices(_WORDS, k=self.chance.randrange(1, 9))).replace("<", "&lt;")

    def content(self) -> Json:
        """Draw the content of an entry."""
        text = self.text()
        bodies: list[Json] = [
            {"text": f"**Background:** {text}\n\n{text}"},
            {"text": text, "text_format": "plain"},
            {"html": f"<p>{text}</p><ul><li>{text}</li></ul>"},
            {"blocks": [{"type": "quote", "html": text, "who": "The clerk"}, {"type": "divider"}]},
            {"blocks": [{"type": "image", "url": "https://media.example/a.jpg", "alt": text, "caption": text}]},
            {"text": f"{text}\n\n" * 40},
        ]
        content = self.chance.choice(bodies)
        if self.chance.random() < 0.4:
            content["headline"] = self.chance.choice([text, None])
        if self.chance.random() < 0.3:
            content["label"] = self.chance.choice(["67′", "Analysis", None])
            content["icon"] = self.chance.choice([*ICONS, None])
        if self.chance.random() < 0.3:
            content["tags"] = self.chance.sample(_TAGS, self.chance.randrange(3))
        if self.chance.random() < 0.3:
            content["authors"] = [{"name": self.chance.choice(["Ada", "Léa"])}] * self.chance.randrange(2)
        if self.chance.random() < 0.1:
            content["display_time"] = self.chance.choice([None, f"2026-01-0{self.chance.randrange(1, 10)}T12:00:00Z"])
        return content

    def new_entry(self) -> Json:
        """A new entry's content, with what only a new entry is given."""
        fields = self.content()
        fields |= {"kind": self.chance.choice(["update", "summary"]), "key_event": self.chance.random() < 0.2}
        if self.chance.random() < 0.3:
            identifier = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
            fields |= {"importance": self.chance.choice(["major", "breaking"]), "id": identifier}
        return fields

    def story_fields(self) -> Json:
        """Something else about the story."""
        fields: list[Json] = [
            {"title": self.text()},
            {"standfirst": self.chance.choice([None, self.text()])},
            {"language": "he", "direction": self.chance.choice(["rtl", "ltr", None])},
            {"language": self.chance.choice(["ar", "de-AT", "az-Arab"])},
            {"about": {"name": "Election", "place": "Lisbon"}, "time_zone": "Europe/Lisbon"},
            {"settings": {"review_required": False}},
            {"section": "World", "tags": self.chance.sample(_TAGS, self.chance.randrange(3))},
            {"image": {"url": "https://media.example/b.jpg", "alt": self.text()}},
            {"intro": self.chance.choice([None, self.text(), {"html": f"<p>{self.text()}</p>"}])},
            {"authors": self.chance.choice([[], ["Ada"], [{"name": "Léa", "url": "https://lea.example"}]])},
            {"sponsor": self.chance.choice([None, {"name": "The Bank", "url": "https://bank.example", "label": "By"}])},
            {
                "seo": self.chance.choice(
                    [None, {"title": self.text(), "image": {"url": "https://media.example/c.jpg"}}]
                )
            },
            {"slug": f"history-{self.chance.getrandbits(60)}"},
        ]
        return self.chance.choice(fields)
