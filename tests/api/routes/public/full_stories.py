"""Stories that have everything, the demo's and long ones with every kind of block, and their entries by the API."""

from __future__ import annotations

from typing import Any

from app.jobs.demo_story import load_demo_story
from tests.api.server import PUBLIC_URL, Server
from tests.description.material import FULL_BLOCKS
from tests.pictures import png


async def entries_of(server: Server, story: str, limit: int = 50) -> list[dict[str, Any]]:
    """The newest entries as the API shows them."""
    found: list[dict[str, Any]] = []
    url = f"/v1/stories/{story}/entries?body=both&limit={min(limit, 100)}"
    while url and len(found) < limit:
        page = (await server.client.get(url)).json()
        found, url = found + page["items"], page["next"]
    return found[:limit]


async def demo_story(server: Server) -> str:
    """Make the demo's story, with what happens in it, and return its id."""
    demo = load_demo_story(PUBLIC_URL)
    story = await server.story(**demo.body)
    for entry in demo.seeded:
        made = await server.post(story["id"], **{"text": None, **entry.body})
        for step in entry.later:
            action = {"correction": "corrections", "retraction": "retract"}.get(step.kind)
            if action is not None:
                await server.act(action, made, **step.body)
    ident: str = story["id"]
    return ident


async def long_story(server: Server, count: int) -> str:
    """A story with entries of every kind of block, an upload and what people have corrected and taken back."""
    story: str = (await server.story("Wahlnacht & <mehr> ]]> 🗳️", language="de", standfirst="\u2067שלום\u2069 & mehr"))[
        "id"
    ]
    kept = await server.admin.post("/v1/media", content=png(), headers={"content-type": "image/png"})
    assert kept.status_code == 201, kept.text
    kinds = [*FULL_BLOCKS, {"type": "image", "media": kept.json()["id"]}]
    assert {each["type"] for each in FULL_BLOCKS} >= {
        "video",
        "audio",
        "embed",
        "link_card",
        "table",
        "code",
        "divider",
    }
    texts = [{"type": "paragraph", "html": f"<p>Zeile {number} ]]&gt; &amp;amp; 🗳️</p>"} for number in range(count)]
    items = [
        {
            "blocks": [kinds[number % len(kinds)], texts[number]],
            "headline": f"Nr. {number} <b> ]]> & 🗳️" if number % 3 else None,
            "authors": [{"name": f"Ada & <{number}>"}, {"name": "Zoë"}] if number % 2 else [],
            "tags": [{"slug": f"tag-{number % 7}", "label": f"Tag <{number % 7}>"}],
            "source": {"url": f"https://agency.example/?n={number}&m=1", "name": "R&D"} if number % 5 == 0 else None,
        }
        for number in range(count)
    ]
    for start in range(0, count, 100):
        reply = await server.admin.post(
            f"/v1/stories/{story}/entries:batch", json={"items": items[start : start + 100]}
        )
        assert {each["status"] for each in reply.json()["items"]} == {201}, reply.text[:400]
    for number, entry in enumerate(await entries_of(server, story, 40)):
        made = {"id": entry["id"], "story": story}
        if number % 8 == 1:
            await server.act("retract", made, reason=f"Falsch <{number}> & ]]>")
        elif number % 8 == 2:
            await server.act("corrections", made, text=f"Um acht <{number}>, nicht um neun.", severity="clarification")
        elif number % 8 == 3:
            await server.act("remove", made)
    return story
