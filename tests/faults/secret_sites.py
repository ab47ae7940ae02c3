"""What is done with a site of which readers may notice nothing."""

from __future__ import annotations

from typing import Any

from tests.faults.worlds import World


async def keep_a_site_secret(world: World, *, story: str, drawer: str) -> None:
    """What is done with a site that publishes nothing yet: its name, its people, and a draft that is moved to it."""
    slug, host = f"mole-{world.secrets}", f"mole-{world.secrets}.example"
    site: dict[str, Any] = {"slug": slug, "name": "Secret site", "url": f"https://{host}", "hosts": [host]}
    await world.secret("POST", "/newsroom/sites", 201, **site)
    await world.secret("POST", "/newsroom/sites", 409, **site)
    await world.secret("PATCH", f"/newsroom/sites/{slug}", 200, name="Secret site, renamed", language="de")
    await world.secret("PATCH", f"/stories/{drawer}", 200, site=slug)
    mole = await world.secret("POST", "/newsroom/people", 201, name="Mole of the site", sites={slug: "editor"})
    token = (await world.secret("POST", "/newsroom/tokens", 201, label=slug, person=mole["id"]))["token"]
    await world.secret("POST", f"/stories/{story}/entries", 404, token=token, text="secret, and from elsewhere")
    await world.secret("PATCH", f"/stories/{story}", 404, token=token, title="Secret, and from elsewhere")
    await world.secret("POST", f"/stories/{drawer}/entries", 201, token=token, text="secret, in a site of its own")
    await world.secret("DELETE", f"/newsroom/sites/{slug}", 409)
    await world.secret("PATCH", f"/newsroom/people/{mole['id']}", 200, sites=None, role="reporter")
    for somebody in (mole["id"], None, mole["id"]):  # of a draft, whose authors nobody sees
        await world.secret("PUT", f"/newsroom/stories/{drawer}/duty", 200, person=somebody)
    await world.secret("PATCH", f"/newsroom/people/{mole['id']}", 200, byline="The mole, renamed")
    await keep_who_is_on_duty_secret(world, story=story)
    await world.secret("PATCH", f"/stories/{drawer}", 200, site="default")
    await world.secret("DELETE", f"/newsroom/sites/{slug}", 200)


async def keep_who_is_on_duty_secret(world: World, *, story: str) -> None:
    """What is done about somebody whom readers may see on duty: all but their byline is for colleagues."""
    duty = (await world.read(f"/newsroom/stories/{story}"))["on_duty"]
    if duty is not None:
        await world.secret("PUT", f"/newsroom/stories/{story}/duty", 200, person=duty["person"])
        about = {"name": f"Secret name {world.secrets}", "email": "secret@post.example", "role": "editor"}
        await world.secret("PATCH", f"/newsroom/people/{duty['person']}", 200, **about)
        await world.secret("PUT", f"/newsroom/stories/{story}/members/{duty['person']}", 200, role="editor")


async def hire_somebody(*worlds: World) -> str:
    """Add a person to each newsroom, who is to be seen on duty, and return their id."""
    person = {"name": "Ines Public", "byline": "I. Public", "role": "reporter"}
    (ident,) = {(await world.write("POST", "/newsroom/people", 201, **person))["id"] for world in worlds}
    return str(ident)
