"""What a freeze of the whole site stops beside writes to stories and entries, and what an emergency needs all the same.

What stops inside a story that is frozen, or while the site is, are the columns `frozen` and `site` of the table of
rights (rights.py). Here is every other route that writes, asked by an admin, with the site frozen.
"""

from __future__ import annotations

import re

import pytest

from tests.contracts.house import House
from tests.contracts.matrix import MATRIX
from tests.contracts.tables import Row, read_table

pytestmark = pytest.mark.anyio

SITE_FROZEN = """
                                                          ANSWER CODE
POST   /v1/stories                                        409    frozen
POST   /v1/newsroom/freeze                                200    -
POST   /v1/newsroom/legal-hold                            200    -
POST   /v1/newsroom/purge                                 200    -
POST   /v1/newsroom/purge/confirm                         200    -
POST   /v1/newsroom/tokens/{token}/revert                 200    -
POST   /v1/newsroom/tokens/{token}/revoke                 200    -
POST   /v1/newsroom/tokens                                201    -
POST   /v1/newsroom/people                                201    -
PATCH  /v1/newsroom/people/{person}                       200    -
POST   /v1/newsroom/people/{person}/disable               200    -
POST   /v1/newsroom/people/{person}/enable                200    -
POST   /v1/newsroom/people/{person}/revoke                200    -
POST   /v1/newsroom/invites                               201    -
POST   /v1/newsroom/me/tokens/{token}/revoke              404    token_not_found
POST   /v1/newsroom/live/tickets                          201    -
POST   /v1/newsroom/conversions                           200    -
POST   /v1/newsroom/sessions                              401    invite_invalid
DELETE /v1/newsroom/session                               401    token_missing
POST   /v1/media                                          201    -
PATCH  /v1/newsroom/media/{media}                         200    -
DELETE /v1/newsroom/media/{media}                         200    -
POST   /v1/receipts/{refused}/appeal                      200    -
POST   /v1/newsroom/comments/{comment}/approve            409    frozen
POST   /v1/newsroom/comments/{comment}/reject             200    -
POST   /v1/newsroom/comments/{comment}/spam               200    -
POST   /v1/newsroom/comments/{comment}/remove             200    -
POST   /v1/newsroom/comments/{comment}/answer             409    frozen
POST   /v1/newsroom/comments/{comment}/entry              409    frozen
POST   /v1/newsroom/comments:batch                        200    -
POST   /v1/newsroom/comments:erase                        200    -
POST   /v1/newsroom/comment-blocks                        201    -
DELETE /v1/newsroom/comment-blocks/{block}                200    -
PUT    /v1/newsroom/hold-words                            200    -
POST   /v1/newsroom/sites                                 409    frozen
PATCH  /v1/newsroom/sites/{site}                          409    frozen
DELETE /v1/newsroom/sites/{site}                          409    frozen
"""
"""Whoever has to find out, and to lock somebody out, can: nothing of this is anything readers see. A court does not
wait for a thaw: what is purged they see no more."""

TABLE = read_table(SITE_FROZEN)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
async def test_in_a_freeze_of_the_site_a_route_answers_what_the_table_says(house: House, row: Row) -> None:
    await house.prepare(row, story="site")
    before = await what_readers_have(house)
    reply = await house.ask("ADMIN", row, keep=True)
    house.site_frozen = house.site_frozen and row.action != "freeze"
    code = "-" if reply.is_success else reply.json()["code"]
    assert {"ANSWER": str(reply.status_code), "CODE": code} == TABLE[row], reply.text
    after = await what_readers_have(house)
    if row.path.endswith("/purge/confirm"):
        assert house.refs["word"] in before[0]
        assert house.refs["word"] not in after[0]
    else:
        assert after == before
    await house.thaw()


async def what_readers_have(house: House) -> tuple[str, str]:
    paths = (f"/v1/stories/{house.refs['story']}", "/v1/stories?limit=100")
    texts = [(await house.server.client.get(path)).text for path in paths]
    # The numbers of comments are told when their time has come, whatever is done meanwhile.
    story, stories = (re.sub(r'"comment_count":\d+', "", text) for text in texts)
    return story, stories


def test_every_route_that_writes_is_here_or_in_the_tables_of_a_storys_states() -> None:
    writes = {row for row in MATRIX if row.method != "GET"}
    assert {row.address for row in TABLE} == {row.address for row in writes if "{story}" not in row.path}
