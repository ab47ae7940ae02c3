"""The site of what is written: it exists, and the caller has a role in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.errors import FieldError, InvalidInput, NotAllowed
from app.domain.rights import Actor, Role, role_in_site, sees_site
from app.domain.sites import DEFAULT_SITE, Site
from app.newsroom.context.write_context import WriteContext
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.sites import lock_site


def lock_site_for_story(context: WriteContext, actor: Actor, wanted: str | None) -> tuple[str, Site | None]:
    """Return the slug of the site that a story is to belong to, locked against deletion; None with the settings' slug.

    Without a wish it is the settings' site, or the only one in which the actor has a role. Raises InvalidInput for a
    site that the actor may not know, NotAllowed for one in which they are no editor.
    """
    slug = wanted or _site_of(actor)
    role = role_in_site(actor, slug)
    site = None if role is None or slug == DEFAULT_SITE else lock_site(context.tx, slug, for_use=True)
    if role is None or (site is None and slug != DEFAULT_SITE):
        raise InvalidInput([FieldError("/site", "site_not_found", "There is no such site.")])
    if not role.includes(Role.EDITOR):
        raise NotAllowed("not_allowed", "It takes an editor of this site to make a story its own.")
    return slug, site


def lock_sites_for_roles(tx: WriteTransaction, sites: Iterable[str]) -> None:
    """Lock the sites of new roles against deletion. Raises InvalidInput `site_not_found` for one there is not."""
    for slug in sorted(set(sites) - {DEFAULT_SITE}):
        if lock_site(tx, slug, for_use=True) is None:
            raise InvalidInput([FieldError(f"/sites/{slug}", "site_not_found", "There is no such site.")])


def shown_site_roles(sites: Mapping[str, Role] | None) -> dict[str, dict[str, str]]:
    """Return the member `sites` of a person or token; none for one role in all."""
    return {} if sites is None else {"sites": {site: role.value for site, role in sorted(sites.items())}}


def _site_of(actor: Actor) -> str:
    if sees_site(actor, DEFAULT_SITE):
        return DEFAULT_SITE
    if actor.sites is not None and len(actor.sites) == 1:
        return next(iter(actor.sites))
    raise InvalidInput([FieldError("/site", "site_required", "You work for several sites: say which one it is for.")])
