"""The newsroom's table of sites, and the count of its changes, by which each process follows it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, literal, select, update

from app.domain.clock import Micros
from app.domain.sites import Site, SiteList
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.site_control import read_sites_version, update_sites_version

_sites = schema.sites


def list_sites(tx: ReadTransaction) -> SiteList:
    """List all sites but the settings' one, in the order in which they were made, with the count of their changes."""
    rows = tx.connection.execute(select(_sites).order_by(_sites.c.created_at, _sites.c.slug))
    return SiteList(read_sites_version(tx), tuple(_site(row) for row in rows))


def lock_sites(tx: WriteTransaction) -> None:
    """Lock all sites against other changes until the transaction ends, and count one change more."""
    update_sites_version(tx)


def lock_site(tx: WriteTransaction, slug: str, *, for_use: bool = False) -> Site | None:
    """Lock a site until the transaction ends, and return it; None if there is none.

    `for_use`: against its deletion alone, as others may too.
    """
    query = select(_sites).where(_sites.c.slug == slug)
    locked = query.with_for_update(read=True, key_share=True) if for_use else query.with_for_update()
    row = tx.connection.execute(locked).one_or_none()
    return None if row is None else _site(row)


def read_site(tx: ReadTransaction, slug: str) -> Site | None:
    """Return a site that is not the settings', or None."""
    row = tx.connection.execute(select(_sites).where(_sites.c.slug == slug)).one_or_none()
    return None if row is None else _site(row)


def insert_site(tx: WriteTransaction, site: Site) -> None:
    """Insert a site, whose slug no other has; `lock_sites` was called before."""
    tx.connection.execute(insert(_sites).values(**_columns(site)))
    _announce(tx)


def update_site(tx: WriteTransaction, site: Site) -> None:
    """Update every column of a site."""
    tx.connection.execute(update(_sites).where(_sites.c.slug == site.slug).values(**_columns(site)))
    _announce(tx)


def delete_site(tx: WriteTransaction, slug: str) -> None:
    """Delete a site, to which nothing belongs any more."""
    tx.connection.execute(delete(_sites).where(_sites.c.slug == slug))
    _announce(tx)


def has_site_users(tx: ReadTransaction, slug: str) -> bool:
    """Return whether a story belongs to the site, or a person or a valid token has a role in it."""
    stories, people, tokens = schema.stories, schema.people, schema.tokens
    queries = (
        select(literal(1)).where(stories.c.settings["site"].as_string() == slug),
        select(literal(1)).where(people.c.sites[slug].as_string().is_not(None)),
        select(literal(1)).where(tokens.c.sites[slug].as_string().is_not(None), tokens.c.revoked_at.is_(None)),
    )
    return any(tx.connection.execute(query.limit(1)).first() is not None for query in queries)


def _announce(tx: WriteTransaction) -> None:
    """Let this process hear of all sites as they are once this is committed."""
    tx.sites = list_sites(tx)


def _columns(site: Site) -> dict[str, Any]:
    return {
        "slug": site.slug,
        "name": site.name,
        "url": site.url,
        "logo": site.logo,
        "hosts": list(site.hosts),
        "theme": site.theme,
        "language": site.language,
        "consent": list(site.consent),
        "frame_ancestors": None if site.frame_ancestors is None else list(site.frame_ancestors),
        "cors_origins": list(site.cors_origins),
        "version": site.version,
        "created_at": site.created_at,
    }


def _site(row: Row[Any]) -> Site:
    return Site(
        slug=row.slug,
        name=row.name,
        url=row.url,
        logo=row.logo,
        hosts=tuple(row.hosts),
        theme=row.theme,
        language=row.language,
        consent=tuple(row.consent),
        frame_ancestors=None if row.frame_ancestors is None else tuple(row.frame_ancestors),
        cors_origins=tuple(row.cors_origins),
        version=row.version,
        created_at=Micros(row.created_at),
    )
