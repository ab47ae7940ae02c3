"""Absolute URLs: every one we send is made here, from the settings and never from a request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from app.content.embeds.providers import providers_in_use
from app.domain import sites
from app.domain.comments import Mode
from app.domain.identifiers import EntryId, StoryId
from app.domain.sites import DEFAULT_SITE, SiteList, read_host, without_port


@dataclass(frozen=True, slots=True)
class Site:
    """The site that publishes a story: the one of the operator's settings, or one that admins have described."""

    name: str
    url: str
    logo: str | None
    comments: Mode = "off"
    """Whether readers may comment in stories that say nothing else."""
    terms_url: str | None = None
    privacy_url: str | None = None
    slug: str = DEFAULT_SITE
    theme: str | None = None
    language: str | None = None
    consent: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] | None = None
    """Who may show its pages in a frame; None for anybody."""
    cors_origins: frozenset[bytes] = frozenset()
    """Whose pages may write at its hosts, beside those of the operator's settings."""
    version: int = 0
    """Counts its changes; 0 for the settings' site, which stays the same as long as the server runs."""

    @property
    def tag(self) -> str:
        """Return what the ETags of answers that show it end in."""
        return (f".s{self.version}" if self.version else "") + providers_in_use().tag


@dataclass(frozen=True, slots=True)
class Links:
    """Makes absolute URLs of one site. `public_url` is where its readers reach us, without a slash at its end."""

    public_url: str
    site: Site
    media_url: str = ""
    """Where readers get public media, in front of each name, without a slash at its end; empty for this server."""
    known: KnownSites | None = field(default=None, compare=False, repr=False)
    """The other sites of the server; None where there can be no other."""

    def for_site(self, slug: str | None) -> Links:
        """Return the links of another site, of the settings' one for None and for a slug that is not known."""
        if self.known is None or slug == self.site.slug:
            return self
        return self.known.links_of(slug or DEFAULT_SITE) or self

    def of_described(self, site: sites.Site) -> Links:
        """Return the links of a site described so: below its first host, else where the settings' site is.

        Call it on the links of the settings' site.
        """
        described = replace(
            self.site,
            name=site.name,
            url=site.url,
            logo=site.logo,
            slug=site.slug,
            theme=site.theme,
            language=site.language,
            consent=site.consent,
            frame_ancestors=site.frame_ancestors,
            cors_origins=frozenset(origin.encode() for origin in site.cors_origins),
            version=site.version,
        )
        scheme = urlsplit(self.public_url).scheme
        public_url = f"{scheme}://{site.hosts[0]}" if site.hosts else self.public_url
        # Pictures stay at one address: entries have it, of which a reader hears nothing when their story is moved.
        media_url = self.media_url or f"{self.public_url}/media"
        return replace(self, public_url=public_url, media_url=media_url, site=described)

    def of_every_site(self) -> Collection[Links]:
        """List the links of all sites, the settings' one among them."""
        return (self,) if self.known is None else self.known.all or (self,)

    def at_host(self, scope: Mapping[str, Any]) -> Links:
        """Return the links of the site that an ASGI request asks, by its host; the settings' site if that is no other.

        `scope["forwarded_host"]` is the host that a trusted proxy was asked for.
        """
        if self.known is None or not self.known.has_hosts:
            return self
        forwarded: bytes | None = scope.get("forwarded_host")
        at_proxy = None if forwarded is None else self.known.links_at(forwarded)
        return at_proxy or self.known.links_at(_host_header(scope["headers"])) or self.for_site(DEFAULT_SITE)

    @property
    def media_base(self) -> bytes:
        """Return what stands before the name of each public media in what readers are sent."""
        return f"{self.media_url or f'{self.public_url}/media'}/".encode()

    def signed_media(self, signed: str, name: str, file: str) -> str:
        """Return the signed URL of a file of a media that may be public or not."""
        return f"{self.public_url}/media-previews/{signed}/{name}/{file}"

    def newsroom_media(self, media: str) -> str:
        """Return the URL of an upload as the newsroom sees it, for tokens only."""
        return f"{self.public_url}/v1/newsroom/media/{media}"

    def story_page(self, slug: str) -> str:
        """Return the URL of the reader's page of a story."""
        return f"{self.public_url}/stories/{path_part(slug)}"

    def entry_page_template(self, slug: str) -> str:
        """Return the URL of the reader's page at one entry, with `{id}` for its id.

        The id occurs twice: the query is for the server, which never sees a fragment, and the fragment for the browser.
        """
        return f"{self.public_url}/stories/{path_part(slug)}?entry={{id}}#entry-{{id}}"

    def entry_page(self, slug: str, entry: EntryId) -> str:
        """Return the URL of an entry's own page, to share it."""
        return f"{self.story_page(slug)}/entries/{path_part(entry)}"

    def oembed(self, address: str) -> str:
        """Return the URL that tells how a page of ours is embedded; its format is still to be named."""
        return f"{self.public_url}/oembed?url={quote(address, safe='')}"

    def sitemap(self, number: int) -> str:
        """Return the URL of a sitemap of stories, counted from 1."""
        return f"{self.public_url}/sitemaps/stories-{number}.xml"

    @property
    def sitemap_index(self) -> str:
        """Return the URL of the index of sitemaps."""
        return f"{self.public_url}/sitemap.xml"

    @property
    def news_sitemap(self) -> str:
        """Return the URL of the sitemap of news."""
        return f"{self.public_url}/sitemaps/news.xml"

    def story_feed(self, slug: str, ending: str) -> str:
        """Return the URL of a story's feed in the format of that ending."""
        return f"{self.story_page(slug)}/feed.{ending}"

    def tag_feed(self, tag: str, ending: str) -> str:
        """Return the URL of a tag's feed in the format of that ending."""
        return f"{self.public_url}/tags/{path_part(tag)}/feed.{ending}"

    def site_feed(self, ending: str) -> str:
        """Return the URL of the site's feed in the format of that ending."""
        return f"{self.public_url}/feed.{ending}"

    def story(self, story: StoryId) -> str:
        """Return the URL of the story in the API."""
        return f"{self.public_url}/v1/stories/{story}"

    def entry(self, story: StoryId, entry: EntryId) -> str:
        """Return the URL of an entry in the API."""
        return f"{self.public_url}/v1/stories/{story}/entries/{entry}"

    def comments(self, story: StoryId) -> str:
        """Return the URL of a story's comments in the API."""
        return f"{self.story(story)}/comments"

    def receipt(self, secret: str) -> str:
        """Return the URL that tells the writer of a comment what became of it."""
        return f"{self.public_url}/v1/receipts/{secret}"

    def receipt_page(self, secret: str) -> str:
        """Return the URL of the same as a page."""
        return f"{self.public_url}/receipts/{secret}"

    def invitation(self, secret: str) -> str:
        """Return the URL that signs a person in, with the secret in the fragment, which no server and no log sees."""
        return f"{self.public_url}/newsroom#invite={secret}"

    def preview(self, signed: str) -> str:
        """Return the signed URL of an entry's present state, for anyone with the link."""
        return f"{self.public_url}/v1/previews/{signed}"

    def preview_page(self, signed: str) -> str:
        """Return the signed URL of the same preview as a page."""
        return f"{self.public_url}/previews/{signed}"

    def newsroom_story(self, story: StoryId) -> str:
        """Return the URL of the story as the newsroom sees it, for tokens only."""
        return f"{self.public_url}/v1/newsroom/stories/{story}"

    def newsroom_entry(self, story: StoryId, entry: EntryId) -> str:
        """Return the URL of an entry as the newsroom sees it, for tokens only."""
        return f"{self.newsroom_story(story)}/entries/{entry}"


class _Known(NamedTuple):
    """All sites at one moment, and the links of each by its slug and its hosts."""

    version: int
    by_slug: dict[str, Links]
    by_host: dict[str, Links]


class KnownSites:
    """The sites of one server in memory, which are replaced as a whole when one changes. Any thread may read them."""

    def __init__(self) -> None:
        self._known = _Known(-1, {}, {})

    @property
    def has_hosts(self) -> bool:
        """Return whether any site but the settings' one has a host of its own."""
        return len(self._known.by_host) > 1

    @property
    def all(self) -> Collection[Links]:
        """Return the links of all sites."""
        return self._known.by_slug.values()

    def links_of(self, slug: str) -> Links | None:
        """Return the links of the site of this slug, or None."""
        return self._known.by_slug.get(slug)

    def links_at(self, host: bytes) -> Links | None:
        """Return the links of the site at a host as it was sent; None for what is no site's host, or no host."""
        by_host = self._known.by_host
        read = read_host(host.decode("utf-8", "replace"))
        return None if read is None else by_host.get(read) or by_host.get(without_port(read))

    def replace(self, default: Links, found: SiteList) -> bool:
        """Take these sites for all there are beside the settings' one, unless newer ones are known; return whether."""
        if found.version <= self._known.version:
            return False
        by_slug = {DEFAULT_SITE: default} | {each.slug: default.of_described(each) for each in found.sites}
        by_host = {host: by_slug[each.slug] for each in found.sites for host in each.hosts}
        own = read_host(urlsplit(default.public_url).netloc)
        self._known = _Known(found.version, by_slug, by_host if own is None else {**by_host, own: default})
        return True


def _host_header(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return next((value for name, value in headers if name == b"host"), b"")


def path_part(text: str) -> str:
    """Return a part of a path percent-encoded, in the one form that we send: UTF-8, with capital digits."""
    return quote(text, safe="")
