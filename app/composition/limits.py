"""The operator's settings in the form that each package needs."""

from __future__ import annotations

from app.composition.capacity import Capacity
from app.composition.roles import ALONE, Worker
from app.live.hub.admission_limits import AdmissionLimits
from app.live.story.limits import LiveLimits
from app.newsroom.comments.limits import CommentLimits
from app.newsroom.context.newsroom import CommentPolicy, SessionLimits
from app.settings import Settings
from app.wire.links import KnownSites, Links, Site


def links_of(settings: Settings) -> Links:
    """Return where the settings' site is, for every URL that is sent; the others are known once they were read."""
    site = Site(
        settings.site_name,
        settings.site_url,
        settings.site_logo or None,
        comments=settings.comments,
        terms_url=settings.terms_url or None,
        privacy_url=settings.privacy_url or None,
    )
    return Links(public_url=settings.public_url, site=site, media_url=settings.media_public_url, known=KnownSites())


def live_limits_of(settings: Settings) -> LiveLimits:
    """Return what one reader may ask of the process, and what it keeps in memory for all."""
    return LiveLimits(
        stories=settings.max_stories_per_connection,
        message_bytes=settings.max_message_bytes,
        messages_per_second=settings.max_messages_per_second,
        header_seconds=settings.header_seconds,
        body_seconds=settings.body_seconds,
        idle_seconds=settings.idle_seconds,
        stall_seconds=settings.stall_seconds,
        ended_socket_seconds=settings.ended_socket_seconds,
        ring_events=settings.ring_events,
        ring_bytes=settings.ring_kilobytes * 1024,
        rings_bytes=settings.rings_megabytes * 1024 * 1024,
        overload_lag_seconds=settings.overload_lag_seconds,
    )


def admission_limits_of(settings: Settings, capacity: Capacity, worker: Worker = ALONE) -> AdmissionLimits:
    """Return how many readers' connections are admitted, how fast, and from whom."""
    return AdmissionLimits(
        total=capacity.reader_connections,
        per_second=worker.share(settings.max_handshakes_per_second),
        per_address=worker.share_of_few(settings.max_connections_per_address),
        trusted_proxies=settings.trusted_proxies,
    )


def session_limits_of(settings: Settings) -> SessionLimits:
    """Return how long a browser's session lasts."""
    return SessionLimits(
        lifetime_seconds=settings.session_days * 86_400,
        idle_seconds=settings.session_idle_hours * 3_600,
    )


def comment_limits_of(settings: Settings, worker: Worker = ALONE) -> CommentLimits:
    """Return how many comments are taken in a minute: by a process that writes alone the machine's, else its share."""
    share = (lambda limit: limit) if worker.has_writer else worker.share_of_few
    return CommentLimits(
        per_address=share(settings.comments_per_address),
        per_story=share(settings.comments_per_story),
        per_site=share(settings.comments_per_site),
    )


def comment_policy_of(settings: Settings) -> CommentPolicy:
    """Return what the operator has decided about comments in all stories."""
    return CommentPolicy(
        mode=settings.comments,
        unattended_seconds=settings.comment_unattended_hours * 3_600,
        pending_limit=settings.comment_queue,
    )
