"""The table of what a process that reads answers itself, and what it forwards to the one that writes.

Whatever may change something is the writer's: every method but GET, HEAD and OPTIONS. Of what is read, each address has
its row here; a test holds the rows to the routes, so that a new route is somebody's.
"""

from __future__ import annotations

import re
from typing import Literal

Server = Literal["reader", "writer"]

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_READS = """
/                                                            reader
/asyncapi.json                                               reader
/docs                                                        reader
/docs/                                                       reader
/docs/messages                                               reader
/docs/messages/                                              reader
/favicon.ico                                                 reader
/feed.atom                                                   reader
/feed.json                                                   reader
/feed.rss                                                    reader
/healthz                                                     reader
/live-blog.js                                                reader
/media-previews/{signed}/{name}/{file}                       writer
/media/{name}/{file}                                         reader
/metrics                                                     reader
/newsroom                                                    reader
/newsroom/                                                   reader
/newsroom/manifest.webmanifest                               reader
/newsroom/worker.js                                          reader
/oembed                                                      reader
/openapi.json                                                reader
/previews/{signed}                                           reader
/previews/{signed}/                                          reader
/readyz                                                      reader
/receipts/{receipt}                                          reader
/receipts/{receipt}/                                         reader
/robots.txt                                                  reader
/sitemap.xml                                                 reader
/sitemaps/news.xml                                           reader
/sitemaps/stories-{number}.xml                               reader
/static/{path:path}                                          reader
/stories/{ref}                                               reader
/stories/{ref}/                                              reader
/stories/{ref}/entries/{entry}                               reader
/stories/{ref}/entries/{entry}/                              reader
/stories/{ref}/feed.atom                                     reader
/stories/{ref}/feed.json                                     reader
/stories/{ref}/feed.rss                                      reader
/stories/{ref}/fragment                                      reader
/tags/{tag}/feed.atom                                        reader
/tags/{tag}/feed.json                                        reader
/tags/{tag}/feed.rss                                         reader
/demo                                                        reader
/v1/newsroom/audit                                           writer
/v1/newsroom/comment-blocks                                  writer
/v1/newsroom/comments                                        writer
/v1/newsroom/comments/{comment}                              writer
/v1/newsroom/freeze                                          writer
/v1/newsroom/hold-words                                      writer
/v1/newsroom/legal-hold                                      writer
/v1/newsroom/me                                              writer
/v1/newsroom/me/tokens                                       writer
/v1/newsroom/media                                           writer
/v1/newsroom/media/{media}                                   writer
/v1/newsroom/people                                          writer
/v1/newsroom/search                                          writer
/v1/newsroom/sites                                           writer
/v1/newsroom/sites/{site}                                    writer
/v1/newsroom/stories                                         writer
/v1/newsroom/stories/{story}                                 writer
/v1/newsroom/stories/{story}/entries                         writer
/v1/newsroom/stories/{story}/entries/{entry}                 writer
/v1/newsroom/stories/{story}/entries/{entry}/delivery        writer
/v1/newsroom/stories/{story}/entries/{entry}/versions        writer
/v1/newsroom/stories/{story}/members                         writer
/v1/newsroom/stories/{story}/people                          writer
/v1/newsroom/tokens                                          writer
/v1/previews/{signed}                                        writer
/v1/receipts/{receipt}                                       reader
/v1/reports/{report}                                         reader
/v1/site                                                     reader
/v1/stories                                                  reader
/v1/stories/{story}                                          reader
/v1/stories/{story}/changes                                  reader
/v1/stories/{story}/comments                                 reader
/v1/stories/{story}/comments/form                            reader
/v1/stories/{story}/corrections                              reader
/v1/stories/{story}/entries                                  reader
/v1/stories/{story}/entries/{entry}                          reader
/v1/stories/{story}/structured-data                          reader
/version                                                     reader
"""


def _parse(table: str) -> dict[str, Server]:
    rows: dict[str, Server] = {}
    for line in table.split("\n"):
        if line:
            path, server = line.split()
            rows[path] = "writer" if server == "writer" else "reader"
    return rows


READS = _parse(_READS)
"""Who answers a read at each address of the application, written as its route is."""

_PARAMETER = re.compile(r"\{[^}]*\}")
_FORWARDED = re.compile(
    "|".join(
        "[^/]+".join(re.escape(part) for part in _PARAMETER.split(path))
        for path, server in READS.items()
        if server == "writer"
    )
)


def is_writers(method: str, path: str) -> bool:
    """Return whether a process that reads forwards this request to the one that writes.

    What is at no address of ours is not found by either.
    """
    return method not in READ_METHODS or (method != "OPTIONS" and _FORWARDED.fullmatch(path) is not None)
