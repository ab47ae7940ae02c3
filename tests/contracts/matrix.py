"""Every address for everybody who may ask it: the cells are written by hand."""

from __future__ import annotations

from tests.contracts.house import CALLERS, OUTSIDE_OF_IT
from tests.contracts.rights import BY_ANYBODY, BY_STORY, PUBLIC
from tests.contracts.tables import Row, read_table

OPEN = """
ANSWER
GET  /v1/site                     200
GET  /v1/stories                  200
GET  /healthz                     200
GET  /readyz                      200
GET  /version                     200
GET  /metrics                     404
POST /v1/newsroom/sessions        401
GET  /media/{name}/{file}         404
GET  /media-previews/{signed}/{name}/{file} 404
GET  /v1/reports/{report}         200
GET  /v1/receipts/{receipt}       200
"""
"""Answered the same whoever calls: Authorization is not looked at (or opens nothing, as for the metrics). No file is
public here, and none was signed."""

NEWSROOM = """
READ OTHER OWN MEMBER EDITOR ADMIN BOUND ABROAD
POST   /v1/stories                                 403 403 403 403 201 201 403 201
GET    /v1/newsroom/me                             200 200 200 200 200 200 200 200
GET    /v1/newsroom/me/tokens                      200 200 200 200 200 200 200 200
POST   /v1/newsroom/me/tokens/{token}/revoke       404 404 200 404 404 404 404 404
POST   /v1/newsroom/live/tickets                   201 201 201 201 201 201 201 201
POST   /v1/newsroom/conversions                    403 200 200 200 200 200 200 200
GET    /v1/newsroom/stories                        200 200 200 200 200 200 200 200
GET    /v1/newsroom/search                         200 200 200 200 200 200 200 200
GET    /v1/newsroom/freeze                         200 200 200 200 200 200 200 200
POST   /v1/newsroom/freeze                         403 403 403 403 403 200 403 403
GET    /v1/newsroom/legal-hold                     403 403 403 403 403 200 403 403
POST   /v1/newsroom/legal-hold                     403 403 403 403 403 200 403 403
POST   /v1/newsroom/purge                          403 403 403 403 403 200 403 403
POST   /v1/newsroom/purge/confirm                  403 403 403 403 403 200 403 403
GET    /v1/newsroom/people                         403 403 403 403 403 200 403 403
POST   /v1/newsroom/people                         403 403 403 403 403 201 403 403
PATCH  /v1/newsroom/people/{person}                403 403 403 403 403 200 403 403
POST   /v1/newsroom/people/{person}/disable        403 403 403 403 403 200 403 403
POST   /v1/newsroom/people/{person}/enable         403 403 403 403 403 200 403 403
POST   /v1/newsroom/people/{person}/revoke         403 403 403 403 403 200 403 403
POST   /v1/newsroom/invites                        403 403 403 403 403 201 403 403
GET    /v1/newsroom/tokens                         403 403 403 403 403 200 403 403
POST   /v1/newsroom/tokens                         403 403 403 403 403 201 403 403
POST   /v1/newsroom/tokens/{token}/revoke          403 403 403 403 403 200 403 403
POST   /v1/newsroom/tokens/{token}/revert          403 403 403 403 403 200 403 403
GET    /v1/newsroom/audit                          403 403 403 403 403 200 403 403
GET    /v1/newsroom/comments                       200 200 200 200 200 200 200 200
GET    /v1/newsroom/comments/{comment}             200 200 200 200 200 200 404 404
POST   /v1/newsroom/comments/{comment}/approve     403 403 403 200 200 200 404 404
POST   /v1/newsroom/comments/{comment}/reject      403 403 403 200 200 200 404 404
POST   /v1/newsroom/comments/{comment}/spam        403 403 403 200 200 200 404 404
POST   /v1/newsroom/comments/{comment}/remove      403 403 403 200 200 200 404 404
POST   /v1/newsroom/comments/{comment}/answer      403 403 403 201 201 201 404 404
POST   /v1/newsroom/comments/{comment}/entry       403 403 403 201 201 201 404 404
POST   /v1/newsroom/comments:batch                 200 200 200 200 200 200 200 200
POST   /v1/newsroom/comments:erase                 403 403 403 403 403 200 403 403
GET    /v1/newsroom/comment-blocks                 403 403 403 403 200 200 403 403
POST   /v1/newsroom/comment-blocks                 403 403 403 403 201 201 403 403
DELETE /v1/newsroom/comment-blocks/{block}         403 403 403 403 200 200 403 403
GET    /v1/newsroom/hold-words                     403 403 403 403 200 200 403 403
PUT    /v1/newsroom/hold-words                     403 403 403 403 200 200 403 403
DELETE /v1/newsroom/session                        401 401 401 401 401 401 401 401
POST   /v1/media                                   403 201 201 201 201 201 201 201
GET    /v1/newsroom/media                          200 200 200 200 200 200 200 200
GET    /v1/newsroom/media/{media}                  200 200 200 200 200 200 404 404
PATCH  /v1/newsroom/media/{media}                  403 403 200 403 200 200 404 404
DELETE /v1/newsroom/media/{media}                  403 403 200 403 200 200 404 404
GET    /v1/newsroom/sites                          200 200 200 200 200 200 200 200
POST   /v1/newsroom/sites                          403 403 403 403 403 201 403 403
GET    /v1/newsroom/sites/{site}                   200 200 200 200 200 200 200 404
PATCH  /v1/newsroom/sites/{site}                   403 403 403 403 403 200 403 403
DELETE /v1/newsroom/sites/{site}                   403 403 403 403 403 200 403 403
"""

TO_ALL = {row: dict.fromkeys(CALLERS, cells["ANSWER"]) for row, cells in read_table(OPEN).items()}
OUTSIDE = TO_ALL | read_table(NEWSROOM)
"""What is in no story. The rest is the one table of rights (rights.py), where a story is live."""

IN_A_STORY = [row for row in BY_STORY if not row.variant]
WORKING = read_table(NEWSROOM) | {
    row: {caller: cells["live"] for caller, cells in BY_STORY[row].items()} | dict.fromkeys(OUTSIDE_OF_IT, "404")
    for row in IN_A_STORY
}
OPEN_WRITES = {row: dict.fromkeys(CALLERS, cells["live"]) for row, cells in BY_ANYBODY.items()}
"""What anybody may send: whoever shows a token is answered like everybody else."""

MATRIX = TO_ALL | OPEN_WRITES | {row: dict.fromkeys(CALLERS, cells["live"]) for row, cells in PUBLIC.items()} | WORKING

PAGES = {
    Row("GET", "/"): "200",
    Row("GET", "/stories/{slug}"): "200",
    Row("GET", "/stories/{slug}/fragment"): "200",
    Row("GET", "/stories/{slug}/entries/{entry}"): "200",
    Row("GET", "/oembed"): "422",
    Row("GET", "/robots.txt"): "200",
    Row("GET", "/sitemap.xml"): "200",
    Row("GET", "/sitemaps/stories-{number}.xml"): "200",
    Row("GET", "/sitemaps/news.xml"): "200",
    Row("GET", "/favicon.ico"): "200",
    Row("GET", "/stories/{slug}/feed.atom"): "200",
    Row("GET", "/stories/{slug}/feed.rss"): "200",
    Row("GET", "/stories/{slug}/feed.json"): "200",
    Row("GET", "/tags/{tag}/feed.atom"): "200",
    Row("GET", "/tags/{tag}/feed.rss"): "200",
    Row("GET", "/tags/{tag}/feed.json"): "200",
    Row("GET", "/feed.atom"): "200",
    Row("GET", "/feed.rss"): "200",
    Row("GET", "/feed.json"): "200",
    Row("GET", "/previews/{signed}"): "200",
    Row("GET", "/receipts/{receipt}"): "200",
    Row("GET", "/newsroom"): "200",
    Row("GET", "/newsroom/worker.js"): "200",
    Row("GET", "/newsroom/manifest.webmanifest"): "200",
    Row("GET", "/docs"): "200",
    Row("GET", "/docs/messages"): "200",
    Row("GET", "/openapi.json"): "200",
    Row("GET", "/asyncapi.json"): "200",
    Row("GET", "/static/{file}"): "200",
    Row("GET", "/live-blog.js"): "200",
}
"""The same bytes for everybody; what they show beyond that a browser fetches with the rights of whoever looks."""

WITH_A_SLASH = {
    Row("GET", "/stories/{slug}/"): "308",
    Row("GET", "/stories/{slug}/entries/{entry}/"): "308",
    Row("GET", "/previews/{signed}/"): "308",
    Row("GET", "/receipts/{receipt}/"): "308",
    Row("GET", "/newsroom/"): "308",
    Row("GET", "/docs/"): "308",
    Row("GET", "/docs/messages/"): "308",
}
"""Lead to the page without it, whatever stands before it."""
