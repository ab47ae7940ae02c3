"""What the server alone says: in a body it is refused by its name, whoever sends it, and nothing is done."""

from __future__ import annotations

import asyncio

import pytest

from tests.contracts.digest import rows_of
from tests.contracts.house import UPLOADING, House
from tests.contracts.matrix import MATRIX
from tests.contracts.states import BODIES
from tests.contracts.tables import Row
from tests.pictures import form, png

pytestmark = pytest.mark.anyio

OWNED = """
id seq cursor head revision version etag time created_at updated_at published_at status_at disabled_at revoked_at
last_used_at created_by created_by_token author author_id by token token_id secret kind person person_id story
story_id status public_version sort_key corrections working held frozen legal_hold purged_at site_frozen pinned
key_points continued_by entry_count last_entry_at external_id creation_fingerprint edited_by_hand role memberships
scopes admin permissions csrf _method
""".split()
"""Everything that somebody might want to say of an entry, a story, a person or a token and that is not theirs to say;
where one of these names is asked for, it stands below."""

TAKEN = """
POST   /v1/stories                                              id status
PATCH  /v1/stories/{story}                                      status
PUT    /v1/stories/{story}/pinned                               -
PUT    /v1/stories/{story}/key-points                           -
POST   /v1/stories/{story}/retract-last                         person
POST   /v1/stories/{story}/entries                              id status kind pinned
POST   /v1/stories/{story}/entries:batch                        -
PUT    /v1/stories/{story}/entries/by-external-id/{external}    id status kind pinned
PATCH  /v1/stories/{story}/entries/{entry}                      kind
POST   /v1/stories/{story}/entries/{entry}/submit               -
POST   /v1/stories/{story}/entries/{entry}/return               -
POST   /v1/stories/{story}/entries/{entry}/reject               -
POST   /v1/stories/{story}/entries/{entry}/schedule             -
POST   /v1/stories/{story}/entries/{entry}/cancel               -
POST   /v1/stories/{story}/entries/{entry}/publish              -
POST   /v1/stories/{story}/entries/{entry}/discard              -
POST   /v1/stories/{story}/entries/{entry}/unpublish            -
POST   /v1/stories/{story}/entries/{entry}/retract              -
POST   /v1/stories/{story}/entries/{entry}/reinstate            -
POST   /v1/stories/{story}/entries/{entry}/remove               -
POST   /v1/stories/{story}/entries/{entry}/move                 -
POST   /v1/stories/{story}/entries/{entry}/corrections          -
PUT    /v1/newsroom/stories/{story}/members/{person}            role
PUT    /v1/newsroom/stories/{story}/duty                        person
POST   /v1/newsroom/freeze                                      story frozen
POST   /v1/newsroom/legal-hold                                  story held
POST   /v1/newsroom/purge                                       story person
POST   /v1/newsroom/purge/confirm                               -
POST   /v1/newsroom/people                                      role
PATCH  /v1/newsroom/people/{person}                             role
POST   /v1/newsroom/people/{person}/disable                     -
POST   /v1/newsroom/people/{person}/enable                      -
POST   /v1/newsroom/people/{person}/revoke                      -
POST   /v1/newsroom/invites                                     person
POST   /v1/newsroom/tokens                                      person role scopes
POST   /v1/newsroom/tokens/{token}/revert                       -
POST   /v1/newsroom/tokens/{token}/revoke                       -
POST   /v1/newsroom/me/tokens/{token}/revoke                    -
POST   /v1/newsroom/live/tickets                                -
POST   /v1/newsroom/conversions                                 -
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview     -
POST   /v1/newsroom/sessions                                    secret
PATCH  /v1/newsroom/media/{media}                               -
POST   /v1/stories/{story}/comments                             token
POST   /v1/stories/{story}/comments/{shown}/reports             token
POST   /v1/receipts/{refused}/appeal                            token
POST   /v1/newsroom/comments/{comment}/approve                  -
POST   /v1/newsroom/comments/{comment}/reject                   -
POST   /v1/newsroom/comments/{comment}/spam                     -
POST   /v1/newsroom/comments/{comment}/remove                   -
POST   /v1/newsroom/comments/{comment}/answer                   -
POST   /v1/newsroom/comments/{comment}/entry                    status
POST   /v1/newsroom/comments:batch                              -
POST   /v1/newsroom/comments:erase                              -
POST   /v1/newsroom/comment-blocks                              -
PUT    /v1/newsroom/hold-words                                  -
POST   /v1/newsroom/sites                                       -
PATCH  /v1/newsroom/sites/{site}                                -
"""
"""The rows that take a body, and which of the names above are theirs."""

BODILESS = """
DELETE /v1/stories/{story}/entries/{entry}
DELETE /v1/newsroom/stories/{story}/members/{member}
DELETE /v1/newsroom/session
DELETE /v1/newsroom/media/{media}
DELETE /v1/newsroom/comment-blocks/{block}
DELETE /v1/newsroom/sites/{site}
"""
"""The rows that take none: a body of DELETE has no meaning (RFC 9110 §9.3.5), and is not looked at."""

FULL = {Row(*line.split()[:2]): frozenset(line.split()[2:]) for line in TAKEN.strip().splitlines()}
EMPTY = [Row(*line.split()) for line in BODILESS.strip().splitlines()]


def test_every_row_that_writes_is_listed() -> None:
    writing = {row for row in MATRIX if row.method != "GET"}
    assert writing == {*FULL, *EMPTY, Row(*UPLOADING.split())}


@pytest.mark.parametrize("row", FULL, ids=lambda row: row.name)
async def test_what_the_server_owns_is_refused_by_its_name_and_nothing_is_done(house: House, row: Row) -> None:
    await house.prepare(row)
    written = await asyncio.to_thread(rows_of, house.server)
    for name in OWNED:
        if name in FULL[row]:
            continue
        for value in ("1", None, {"id": "1"}):
            reply = await house.ask("ADMIN", row, body={**BODIES.get(row.name, {}), name: value})
            assert reply.status_code == 422, (row, name, reply.text)
            assert (f"/{name}", "unknown_field") in {(each["pointer"], each["code"]) for each in reply.json()["errors"]}
    assert await asyncio.to_thread(rows_of, house.server) == written


@pytest.mark.parametrize("row", EMPTY, ids=lambda row: row.name)
async def test_a_body_where_none_is_taken_changes_neither_the_answer_nor_what_is_done(house: House, row: Row) -> None:
    answers = []
    for body in (None, dict.fromkeys(OWNED, "1")):
        await house.prepare(row)
        reply = await house.ask("ADMIN", row, body=body)
        answers.append((reply.status_code, sorted(reply.json() if reply.content else [])))
    assert answers[0] == answers[1]
    assert str(answers[0][0]) == MATRIX[row]["ADMIN"]


async def test_the_items_of_a_batch_are_looked_at_as_closely(house: House) -> None:
    row = Row("POST", "/v1/stories/{story}/entries:batch")
    await house.prepare(row)
    names = [name for name in OWNED if name not in {"id", "status", "kind", "pinned"}]
    reply = await house.ask("ADMIN", row, body={"items": [{"text": "New.", name: "1"} for name in names]}, keep=True)
    assert [item["status"] for item in reply.json()["items"]] == [422] * len(names)
    shown = await house.ask("NOBODY", Row("GET", "/v1/stories/{story}/entries"))
    assert len(shown.json()["items"]) == 2


async def test_the_fields_of_a_form_are_looked_at_as_closely(house: House) -> None:
    row = Row("POST", "/v1/stories/{story}/entries")
    await house.prepare(row)
    written = await asyncio.to_thread(rows_of, house.server)
    for name in OWNED:
        if name not in FULL[row]:
            reply = await house.server.admin.post(house.path(row), data={"text": "New.", name: "1"})
            assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "unknown_field"), name
    assert await asyncio.to_thread(rows_of, house.server) == written


async def test_the_fields_beside_an_upload_are_looked_at_as_closely(house: House) -> None:
    written = await asyncio.to_thread(rows_of, house.server)
    headers = {"content-type": "multipart/form-data; boundary=b0undary"}
    for name in OWNED:
        if name != "id":
            reply = await house.server.admin.post("/v1/media", content=form(png(), **{name: "1"}), headers=headers)
            assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "unknown_field"), name
    assert await asyncio.to_thread(rows_of, house.server) == written
