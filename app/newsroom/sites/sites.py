"""Making, showing, changing and deleting sites. The one of the operator's settings is shown, and stays as it is."""

from __future__ import annotations

import dataclasses
from typing import Any

from app.domain.errors import Conflict, FieldError, InvalidInput, NotFound
from app.domain.rights import Actor, Right, require_right, sees_site
from app.domain.sites import DEFAULT_SITE, Site, read_host
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import begin_write
from app.newsroom.context.freezing import refuse_site_frozen
from app.newsroom.context.idempotency import keep_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import etag_of, honour_match, require_match
from app.newsroom.context.recording import record_audit
from app.newsroom.context.write_context import WriteContext
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.sites import (
    delete_site,
    has_site_users,
    insert_site,
    list_sites,
    lock_site,
    lock_sites,
    read_site,
    update_site,
)
from app.wire.encoding import encode_json
from app.wire.links import Links
from app.wire.requests.sites import SiteDraft, SitePatch


def show_sites(newsroom: Newsroom, call: Call) -> Reply:
    """Show the sites in which the caller has a role, the operator's own first."""
    with newsroom.database.snapshot() as tx:
        actor = _reader(tx, newsroom, call)
        own = [shown_default(newsroom.links)] if sees_site(actor, DEFAULT_SITE) else []
        others = [shown_site(newsroom.links, each) for each in list_sites(tx).sites if sees_site(actor, each.slug)]
        return Reply(200, encode_json({"items": [*own, *others]}))


def show_site(newsroom: Newsroom, call: Call, slug: str) -> Reply:
    """Show one site with its ETag for If-Match. Raises NotFound `site_not_found`."""
    with newsroom.database.snapshot() as tx:
        actor = _reader(tx, newsroom, call)
        if not sees_site(actor, slug):
            raise site_not_found()
        if slug == DEFAULT_SITE:
            return Reply(200, encode_json(shown_default(newsroom.links)))
        site = read_site(tx, slug)
        if site is None:
            raise site_not_found()
        return Reply(200, encode_json(shown_site(newsroom.links, site)), {"ETag": etag_of(site)})


def make_site(newsroom: Newsroom, call: Call, draft: SiteDraft) -> Reply:
    """Make a site, to which nothing belongs yet. Raises Conflict `slug_taken`, `host_taken`, `frozen`."""
    with begin_write(newsroom, call, right=Right.MANAGE_SITES) as context:
        if isinstance(context, Reply):
            return context
        refuse_site_frozen(context.tx)
        lock_sites(context.tx)
        if read_site(context.tx, draft.slug) is not None:
            raise Conflict("slug_taken", "Another site has this slug; choose another one.")
        site = Site(**{**_given(draft.model_dump()), "created_at": context.now})
        _refuse_unknown_theme(context, site.theme)
        _refuse_taken_hosts(context, site)
        insert_site(context.tx, site)
        record_audit(context, AuditedChange("create", "site", site.slug, after=_summary(site)))
        location = f"{newsroom.links.public_url}/v1/newsroom/sites/{site.slug}"
        headers = {"ETag": etag_of(site), "Location": location}
        return keep_reply(context, Reply(201, encode_json(shown_site(newsroom.links, site)), headers))


def edit_site(newsroom: Newsroom, call: Call, slug: str, patch: SitePatch) -> Reply:
    """Change a site, of which readers see the change at once. Raises Conflict `host_taken`, `frozen`, NotFound."""
    with begin_write(newsroom, call, right=Right.MANAGE_SITES) as context:
        if isinstance(context, Reply):
            return context
        before = _lock(context, slug)
        require_match(call.if_match, before)
        after = dataclasses.replace(before, **_given(patch.model_dump(exclude_unset=True)))
        if after != before:
            after = dataclasses.replace(after, version=before.version + 1)
            if after.theme != before.theme:
                _refuse_unknown_theme(context, after.theme)
            _refuse_taken_hosts(context, after)
            update_site(context.tx, after)
            change = AuditedChange("edit", "site", slug, before=_summary(before), after=_summary(after))
            record_audit(context, change)
        reply = Reply(200, encode_json(shown_site(newsroom.links, after)), {"ETag": etag_of(after)})
        return keep_reply(context, reply)


def remove_site(newsroom: Newsroom, call: Call, slug: str) -> Reply:
    """Delete a site to which no story belongs, and in which nobody has a role; the reply shows it as it was.

    Raises Conflict `site_in_use`, `frozen`, NotFound.
    """
    with begin_write(newsroom, call, right=Right.MANAGE_SITES) as context:
        if isinstance(context, Reply):
            return context
        site = _lock(context, slug)
        honour_match(call.if_match, site)
        if has_site_users(context.tx, slug):
            detail = "Stories belong to it, or people or tokens have a role in it: move those to another site first."
            raise Conflict("site_in_use", detail)
        delete_site(context.tx, slug)
        record_audit(context, AuditedChange("delete", "site", slug, before=_summary(site)))
        return keep_reply(context, Reply(200, encode_json(shown_site(newsroom.links, site))))


def shown_site(links: Links, site: Site) -> dict[str, Any]:
    """Return a site as the newsroom sees it; `links` are those of the operator's."""
    return {
        "slug": site.slug,
        "name": site.name,
        "url": site.url,
        "logo": site.logo,
        "public_url": links.of_described(site).public_url,
        "hosts": list(site.hosts),
        "theme": site.theme,
        "language": site.language,
        "consent": list(site.consent),
        "frame_ancestors": None if site.frame_ancestors is None else list(site.frame_ancestors),
        "cors_origins": list(site.cors_origins),
        "version": site.version,
    }


def shown_default(links: Links) -> dict[str, Any]:
    """Return the site of the operator's settings in the same shape; its version is 0, since nobody changes it here."""
    own = links.site
    site = Site(slug=DEFAULT_SITE, name=own.name, url=own.url, logo=own.logo, version=0)
    return {**shown_site(links, site), "public_url": links.public_url}


def site_not_found() -> NotFound:
    """Return the error for no site, and alike for one that the caller may not know exists."""
    return NotFound("site_not_found", "There is no such site.")


def _reader(tx: ReadTransaction, newsroom: Newsroom, call: Call) -> Actor:
    actor = authenticate(tx, newsroom, call)
    require_right(actor, Right.READ_NEWSROOM)
    return actor


def _lock(context: WriteContext, slug: str) -> Site:
    if slug == DEFAULT_SITE:
        raise Conflict("site_of_settings", "This site is described by the operator's settings, and changed there.")
    refuse_site_frozen(context.tx)
    lock_sites(context.tx)
    site = lock_site(context.tx, slug)
    if site is None:
        raise site_not_found()
    return site


def _given(given: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def _refuse_unknown_theme(context: WriteContext, theme: str | None) -> None:
    """Raise InvalidInput for the name of no theme of this server; where it has none, names are for other front ends."""
    known = context.newsroom.themes
    if theme is not None and known is not None and theme not in known:
        detail = f"There is no such theme; those there are: {', '.join(sorted(known))}."
        raise InvalidInput([FieldError("/theme", "theme_unknown", detail)])


def _refuse_taken_hosts(context: WriteContext, site: Site) -> None:
    """Raise Conflict `host_taken` for a host that is named twice, or is another site's. All sites are locked."""
    own = read_host(context.newsroom.links.public_url.partition("://")[2])
    taken = {host for each in list_sites(context.tx).sites if each.slug != site.slug for host in each.hosts}
    for index, host in enumerate(site.hosts):
        if host in site.hosts[:index]:
            raise Conflict("host_taken", f"{host} is named twice.")
        if host in taken or host == own:
            raise Conflict("host_taken", f"Another site is at {host}: take it out there first.")


def _summary(site: Site) -> dict[str, Any]:
    """Return what the audit says of a site: all of it, since nothing in it is about a person."""
    return {"version": site.version, "name": site.name, "url": site.url, "hosts": list(site.hosts)}
