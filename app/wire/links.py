"""Absolute URLs: every one we send is made here, from the settings and never from a request."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from app.domain.comments import Mode
from app.domain.identifiers import EntryId, StoryId


@dataclass(frozen=True, slots=True)
class Site:
    """The site that publishes the stories, as configured by its operator."""

    name: str
    url: str
    logo: str | None
    comments: Mode = "off"
    """Whether readers may comment in stories that say nothing else."""
    terms_url: str | None = None
    privacy_url: str | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """Makes absolute URLs. `public_url` is where readers reach this server, without a slash at its end."""

    public_url: str
    site: Site
    media_url: str = ""
    """Where readers get public media, in front of each name, without a slash at its end; empty for this server."""

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


def path_part(text: str) -> str:
    """Return a part of a path percent-encoded, in the one form that we send: UTF-8, with capital digits."""
    return quote(text, safe="")
