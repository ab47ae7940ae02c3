"""From the API's JSON of stories and entries to what a feed says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from app.web.discovery.addresses import address_of, page_of
from app.web.discovery.entry_texts import headline_of, modified_at
from app.web.feeds.bodies import write_body, write_summary
from app.web.feeds.enclosures import enclosures_of
from app.web.feeds.feed import Ending, Feed, FeedItem, Origin, Person
from app.web.rendering import web_address
from app.web.words import Words
from app.wire.links import Links

NEVER = "1970-01-01T00:00:00Z"
"""When a list of entries was updated that has none yet; the formats want a time."""

Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FeedMaker:
    """Makes feeds in one format; `links` are the site's whose feed it is; a story's feed is its own site's."""

    ending: Ending
    links: Links
    words_for: Callable[[str], Words]
    is_full: bool

    def story_feed(self, source: bytes) -> Feed:
        """Return the feed of the one story that is read."""
        read = from_json(source)
        [story] = read["stories"].values()
        items = self._items(read, with_origin=False)
        publisher = story["publisher"]
        return Feed(
            id=guid_of(story["id"]),
            url=self.links.for_site(story.get("site")).story_feed(story["slug"], self.ending),
            home=page_of(story),
            title=story["title"],
            subtitle=story["standfirst"],
            publisher=Person(publisher["name"], web_address(publisher["url"]), web_address(publisher["logo"])),
            language=story["language"],
            updated=_newest(items, otherwise=story["public_since"]),
            is_over=story["status"] == "archived",
            items=items,
        )

    def tag_feed(self, tag: str, source: bytes) -> Feed:
        """Return the feed of a tag, called as the newest entry has it."""
        read = from_json(source)
        labels = (each["label"] for item in read["items"] for each in item["entry"]["tags"] if each["slug"] == tag)
        address = self.links.tag_feed(tag, self.ending)
        title = f"{next(labels, tag)} – {self.links.site.name}"
        return self._list(read, address=address, identifier=_without_ending(address), title=title)

    def site_feed(self, source: bytes) -> Feed:
        """Return the feed of the whole site."""
        address = self.links.site_feed(self.ending)
        title = self.links.site.name
        return self._list(from_json(source), address=address, identifier=_without_ending(address), title=title)

    def _list(self, read: Members, *, address: str, identifier: str, title: str) -> Feed:
        items = self._items(read, with_origin=True)
        languages = {story["language"] for story in read["stories"].values()}
        site = self.links.site
        return Feed(
            id=identifier,
            url=address,
            home=f"{self.links.public_url}/",
            title=title,
            subtitle=None,
            publisher=Person(site.name, web_address(site.url), web_address(site.logo)),
            language=languages.pop() if len(languages) == 1 else site.language,
            updated=_newest(items, otherwise=NEVER),
            is_over=False,
            items=items,
        )

    def _items(self, read: Members, *, with_origin: bool) -> tuple[FeedItem, ...]:
        stories: dict[str, Members] = read["stories"]
        changed: dict[str, str] = {}
        for item in read["items"]:
            known = changed.get(item["story"], "")
            changed[item["story"]] = max(known, modified_at(item["entry"]))
        return tuple(
            self._item(
                item["entry"],
                stories[item["story"]],
                origin=self._origin(stories[item["story"]], changed[item["story"]]) if with_origin else None,
            )
            for item in read["items"]
        )

    def _item(self, entry: Members, story: Members, *, origin: Origin | None) -> FeedItem:
        words = self.words_for(story["language"])
        source = entry["source"]
        has_source = source is not None and web_address(source["url"]) is not None
        return FeedItem(
            id=guid_of(entry["id"]),
            url=address_of(entry, story),
            title=_title(entry, story, words),
            summary=write_summary(entry, words),
            html=write_body(entry, story, words) if self.is_full else None,
            language=story["language"],
            authors=tuple(
                Person(each["name"], web_address(each.get("url")), web_address(each.get("avatar")))
                for each in entry["authors"]
            ),
            tags=tuple((each["slug"], each["label"]) for each in entry["tags"]),
            published=entry["published_at"],
            updated=modified_at(entry),
            source=Person(source.get("name") or source["url"], source["url"]) if has_source else None,
            enclosures=enclosures_of(entry),
            origin=origin,
            more=_more(entry, story),
        )

    def _origin(self, story: Members, updated: str) -> Origin:
        return Origin(
            id=guid_of(story["id"]),
            title=story["title"],
            url=page_of(story),
            feed_url=self.links.story_feed(story["slug"], self.ending),
            updated=updated,
        )


def guid_of(identifier: str) -> str:
    """Return what a feed calls a story or an entry for good, wherever it is and whatever it is called."""
    return f"urn:uuid:{identifier}"


def _newest(items: Sequence[FeedItem], *, otherwise: str) -> str:
    return max((item.updated for item in items), default=otherwise)


def _title(entry: Members, story: Members, words: Words) -> str:
    """Return the headline behind the label; of a retracted entry without, which is said instead."""
    headline = headline_of(entry, story, words)
    label = None if entry["status"] == "retracted" else entry.get("label")
    return f"{label}: {headline}" if label else headline


def _more(entry: Members, story: Members) -> dict[str, Any]:
    names = ("revision", "status", "kind", "key_event", "importance", "time", "corrections")
    of_story = {"id": story["id"], "title": story["title"], "url": page_of(story)}
    beside = {name: entry[name] for name in ("label", "icon") if name in entry}
    return {"direction": story["direction"], **{name: entry[name] for name in names}, **beside, "story": of_story}


def _without_ending(address: str) -> str:
    return address.rpartition(".")[0]
