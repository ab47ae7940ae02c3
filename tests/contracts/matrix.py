"""Every address for everybody who may ask it: the cells are written by hand."""

from __future__ import annotations

from tests.contracts.house import CALLERS
from tests.contracts.tables import Row, read_table

PUBLIC = """
GET /v1/site                                               200 200 200 200 200 200 200
GET /v1/stories                                            200 200 200 200 200 200 200
GET /v1/stories/{story}                                    200 200 200 200 200 200 200
GET /v1/stories/{story}/entries                            200 200 200 200 200 200 200
GET /v1/stories/{story}/entries/{entry}                    200 200 200 200 200 200 200
GET /v1/stories/{story}/changes                            200 200 200 200 200 200 200
GET /v1/stories/{story}/corrections                        200 200 200 200 200 200 200
GET /v1/previews/{signed}                                  200 200 200 200 200 200 200
GET /healthz                                               200 200 200 200 200 200 200
GET /readyz                                                200 200 200 200 200 200 200
GET /version                                               200 200 200 200 200 200 200
GET /metrics                                               404 404 404 404 404 404 404
POST /v1/newsroom/sessions                                 401 401 401 401 401 401 401
"""
"""Answered the same whoever calls: Authorization is not looked at (or opens nothing, as for the metrics)."""

NEWSROOM = """
POST /v1/stories                                           403 403 403 403 201 201 403
PATCH /v1/stories/{story}                                  403 403 403 200 200 200 404
PUT /v1/stories/{story}/pinned                             403 403 403 200 200 200 404
PUT /v1/stories/{story}/key-points                         403 403 403 200 200 200 404
POST /v1/stories/{story}/retract-last                      403 404 200 404 404 404 404
POST /v1/stories/{story}/entries                           403 201 201 201 201 201 404
POST /v1/stories/{story}/entries:batch                     403 200 200 200 200 200 404
PUT /v1/stories/{story}/entries/by-external-id/{external}  403 201 201 201 201 201 404
PATCH /v1/stories/{story}/entries/{entry}                  403 403 200 200 200 200 404
DELETE /v1/stories/{story}/entries/{entry}                 403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/submit            403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/return            403 403 403 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/reject            403 403 403 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/schedule          403 403 403 202 202 202 404
POST /v1/stories/{story}/entries/{entry}/cancel            403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/publish           403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/discard           403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/unpublish         403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/retract           403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/reinstate         403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/remove            403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/move              403 403 403 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/corrections       403 403 200 200 200 200 404
GET /v1/newsroom/me                                        200 200 200 200 200 200 200
GET /v1/newsroom/me/tokens                                 200 200 200 200 200 200 200
POST /v1/newsroom/me/tokens/{token}/revoke                 404 404 200 404 404 404 404
POST /v1/newsroom/live/tickets                             201 201 201 201 201 201 201
GET /v1/newsroom/stories                                   200 200 200 200 200 200 200
GET /v1/newsroom/stories/{story}                           200 200 200 200 200 200 404
GET /v1/newsroom/stories/{story}/entries                   200 200 200 200 200 200 404
GET /v1/newsroom/stories/{story}/entries/{entry}           200 200 200 200 200 200 404
GET /v1/newsroom/stories/{story}/entries/{entry}/versions  200 200 200 200 200 200 404
GET /v1/newsroom/stories/{story}/entries/{entry}/delivery  404 404 404 404 404 404 404
POST /v1/newsroom/stories/{story}/entries/{entry}/preview  201 201 201 201 201 201 404
GET /v1/newsroom/stories/{story}/members                   403 403 403 200 200 200 404
PUT /v1/newsroom/stories/{story}/members/{person}          403 403 403 200 200 200 404
DELETE /v1/newsroom/stories/{story}/members/{member}       403 403 403 200 200 200 404
GET /v1/newsroom/search                                    200 200 200 200 200 200 200
GET /v1/newsroom/freeze                                    200 200 200 200 200 200 200
POST /v1/newsroom/freeze                                   403 403 403 403 403 200 403
GET /v1/newsroom/people                                    403 403 403 403 403 200 403
POST /v1/newsroom/people                                   403 403 403 403 403 201 403
PATCH /v1/newsroom/people/{person}                         403 403 403 403 403 200 403
POST /v1/newsroom/people/{person}/disable                  403 403 403 403 403 200 403
POST /v1/newsroom/people/{person}/enable                   403 403 403 403 403 200 403
POST /v1/newsroom/people/{person}/revoke                   403 403 403 403 403 200 403
POST /v1/newsroom/invites                                  403 403 403 403 403 201 403
GET /v1/newsroom/tokens                                    403 403 403 403 403 200 403
POST /v1/newsroom/tokens                                   403 403 403 403 403 201 403
POST /v1/newsroom/tokens/{token}/revoke                    403 403 403 403 403 200 403
POST /v1/newsroom/tokens/{token}/revert                    403 403 403 403 403 200 403
GET /v1/newsroom/audit                                     403 403 403 403 403 200 403
DELETE /v1/newsroom/session                                401 401 401 401 401 401 401
"""

READING = read_table(PUBLIC, CALLERS)
WORKING = read_table(NEWSROOM, CALLERS)
MATRIX = READING | WORKING
IN_A_STORY = [row for row in WORKING if "{story}" in row.path]

PAGES = {
    Row("GET", "/"): "200",
    Row("GET", "/stories/{slug}"): "200",
    Row("GET", "/previews/{signed}"): "200",
    Row("GET", "/newsroom"): "200",
    Row("GET", "/docs"): "200",
    Row("GET", "/openapi.json"): "200",
    Row("GET", "/static/{file}"): "200",
}
"""The same bytes for everybody; what they show beyond that a browser fetches with the rights of whoever looks."""
