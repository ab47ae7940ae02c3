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
    await world.secret("PATCH", f"/stories/{drawer}", 200, site="default")
    await world.secret("DELETE", f"/newsroom/sites/{slug}", 200)
