"""The headers of a page: its Content-Security-Policy, its Cache-Control, and the comparison of its ETag."""

from __future__ import annotations

from app.content.embeds.providers import providers_in_use
from app.wire.links import Site

_ANY_FRAME = "frame-ancestors *"

_READER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' https: http:; media-src 'self' https: http:; frame-src {frames}; "
    f"manifest-src 'self'; base-uri 'none'; form-action 'self'; {_ANY_FRAME}"
)
"""Pictures come from anywhere the newsroom links to. A page's own words can run nothing, whatever they contain. Frames
are those of known providers, made once a reader has agreed. Any site may show the page in a frame, unless its own says
otherwise: it is public, and nothing in it acts with anybody's rights. Its forms send replies to us, and are answered by
pages of ours."""

NEWSROOM_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: https: http:; "
    "media-src 'self' https: http:; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""It frames no page and no page frames it: a token is typed into this page. Pictures that are chosen are shown from the
browser's own memory (blob:) until they are sent. Its service worker and its manifest are ours."""

DEMO_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""It has the reader's page of this server in a frame, and no page frames it: a token is pasted into this one."""

WORKER_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
"""What the newsroom's service worker may do: fetch from this server."""

MANIFEST_POLICY = "default-src 'none'; frame-ancestors 'none'"

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""swagger-ui writes style attributes and carries its icons as data; everything it shows is our own."""

FEED_POLICY = "default-src 'none'; img-src https: http:; frame-ancestors 'none'"
"""Feeds are no pages: where a browser draws one, what is in it runs nothing."""

FEED_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
"""The types of feeds by the endings of their addresses."""

PUBLIC_CACHE = "public, max-age=1, s-maxage=2, stale-while-revalidate=5"
CALM_CACHE = "public, max-age=1, s-maxage=30, stale-while-revalidate=60"
"""The Cache-Control of a story that has ended."""

NO_CACHE = "no-store"


def reader_policy(site: Site) -> str:
    """Return the policy of a site's pages for readers, which other sites may frame as it says."""
    policy = _READER_POLICY.format(frames=providers_in_use().frame_sources)
    if site.frame_ancestors is None:
        return policy
    framing = " ".join(site.frame_ancestors) or "'none'"
    return policy.replace(_ANY_FRAME, f"frame-ancestors {framing}")


def preview_policy() -> str:
    """Return the policy of the page of a preview link, which shows frames as readers' pages do, and is in none."""
    return f"{NEWSROOM_POLICY}; frame-src {providers_in_use().frame_sources}"


def has_tag(if_none_match: str, etag: str) -> bool:
    """Return whether If-None-Match names the ETag, compared weakly (RFC 9110 §8.8.3.2)."""
    named = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in named or etag.removeprefix("W/") in named
