"""Absolute addresses: each below its site's own host, found by the host that was asked."""

from __future__ import annotations

from app.domain import sites
from app.domain.identifiers import EntryId, StoryId
from app.wire.links import KnownSites, Links, Site

HARBOUR = sites.Site(
    "harbour", "Harbour Post", "https://harbour.example", hosts=("live.harbour.example", "old.example")
)
HOSTLESS = sites.Site("annex", "Annex", "https://annex.example")


def links_of_two_sites() -> Links:
    """Make the links of the settings' site, of a server that publishes for two more."""
    known = KnownSites()
    default = Links("https://live.example", Site("The Courier", "https://courier.example", None), known=known)
    assert known.replace(default, sites.SiteList(1, (HARBOUR, HOSTLESS)))
    return default


def asked(host: str, forwarded: str | None = None) -> dict[str, object]:
    return {"headers": [(b"host", host.encode())]} | ({"forwarded_host": forwarded.encode()} if forwarded else {})


def test_every_address_is_below_where_readers_reach_the_site() -> None:
    links, story, entry = links_of_two_sites(), StoryId("s"), EntryId("e")
    for address, path in {
        links.story_page("größe"): "/stories/gr%C3%B6%C3%9Fe",
        links.entry_page_template("a"): "/stories/a?entry={id}#entry-{id}",
        links.story_feed("a", "rss"): "/stories/a/feed.rss",
        links.tag_feed("a", "atom"): "/tags/a/feed.atom",
        links.site_feed("json"): "/feed.json",
        links.story(story): "/v1/stories/s",
        links.entry(story, entry): "/v1/stories/s/entries/e",
        links.comments(story): "/v1/stories/s/comments",
        links.receipt("x"): "/v1/receipts/x",
        links.receipt_page("x"): "/receipts/x",
        links.invitation("x"): "/newsroom#invite=x",
        links.preview("x"): "/v1/previews/x",
        links.preview_page("x"): "/previews/x",
        links.newsroom_story(story): "/v1/newsroom/stories/s",
        links.newsroom_entry(story, entry): "/v1/newsroom/stories/s/entries/e",
        links.newsroom_media("m"): "/v1/newsroom/media/m",
        links.signed_media("x", "n", "320.webp"): "/media-previews/x/n/320.webp",
        links.media_base.decode(): "/media/",
    }.items():
        assert address == f"https://live.example{path}"


def test_a_site_is_found_by_the_host_that_was_asked_and_any_other_host_is_the_settings_sites() -> None:
    links = links_of_two_sites()
    for host, slug in {
        "live.harbour.example": "harbour", "OLD.example:8443": "harbour", "live.example": "default",
        "elsewhere.example": "default", "?": "default", "": "default",
    }.items():  # fmt: skip
        assert links.at_host(asked(host)).site.slug == slug, host
    assert links.at_host(asked("live.example", "live.harbour.example")).site.slug == "harbour"
    assert links.at_host(asked("live.harbour.example", "nobodys.example")).site.slug == "harbour"
    assert links.at_host({"headers": []}).site.slug == "default"


def test_a_sites_links_are_below_its_first_host_and_its_pictures_where_all_are() -> None:
    links = links_of_two_sites()
    harbour, annex = links.for_site("harbour"), links.for_site("annex")
    assert harbour.site_feed("rss") == "https://live.harbour.example/feed.rss"
    assert annex.site_feed("rss") == "https://live.example/feed.rss"
    assert harbour.media_base == annex.media_base == links.media_base == b"https://live.example/media/"
    assert (harbour.site.name, harbour.site.tag, links.site.tag) == ("Harbour Post", ".s1", "")
    assert harbour.for_site(None) is links
    assert harbour.for_site("harbour") is harbour
    assert links.for_site("unknown") is links
    assert {each.site.slug for each in links.of_every_site()} == {"default", "harbour", "annex"}


def test_where_there_is_one_site_every_host_is_its() -> None:
    alone = Links("https://live.example", Site("A", "https://a.example", None))
    assert alone.at_host(asked("live.harbour.example")) is alone
    assert alone.for_site("harbour") is alone
    assert list(alone.of_every_site()) == [alone]
    nothing_known_yet = Links("https://live.example", alone.site, known=KnownSites())
    assert nothing_known_yet.at_host(asked("live.harbour.example")) is nothing_known_yet
    assert list(nothing_known_yet.of_every_site()) == [nothing_known_yet]


def test_older_sites_do_not_take_the_place_of_newer_ones() -> None:
    links = links_of_two_sites()
    assert links.known is not None
    assert not links.known.replace(links, sites.SiteList(1, ()))
    assert links.known.replace(links, sites.SiteList(2, ()))
    assert links.at_host(asked("live.harbour.example")).site.slug == "default"
