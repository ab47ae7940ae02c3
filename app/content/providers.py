"""The sites whose players can show an address: one table, read without fetching anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote

from app.content.addresses import media_address, split_web_address


@dataclass(frozen=True, slots=True)
class Provider:
    """One site whose pages can be shown inside another.

    `path` must match the path and query of the address from its beginning. `hosts` empty means any host. `ratio` is
    width to height in CSS notation, None where the height depends on the content. `consent` is true where the
    provider sets cookies.
    """

    name: str
    hosts: frozenset[str]
    path: re.Pattern[str]
    ratio: str | None = None
    consent: bool = True


def _provider(name: str, hosts: str, path: str, ratio: str | None = None, *, consent: bool = True) -> Provider:
    return Provider(name, frozenset(hosts.split()), re.compile(path, re.ASCII), ratio, consent)


_YOUTUBE = "youtube.com m.youtube.com music.youtube.com youtube-nocookie.com"
_END = r"(?:[/?]|$)"

PROVIDERS: tuple[Provider, ...] = (
    _provider("youtube", _YOUTUBE, rf"/shorts/[\w-]{{6,}}{_END}", "9/16"),
    _provider("youtube", _YOUTUBE, r"/(?:watch\?(?:.*&)?v=[\w-]{6,}|(?:live|embed|v)/[\w-]{6,})", "16/9"),
    _provider("youtube", "youtu.be", rf"/[\w-]{{6,}}{_END}", "16/9"),
    _provider("vimeo", "vimeo.com player.vimeo.com", r"/(?:[\w/-]*/)?\d{5,}", "16/9"),
    _provider("dailymotion", "dailymotion.com", r"/(?:embed/)?video/\w+", "16/9"),
    _provider("dailymotion", "dai.ly", rf"/\w+{_END}", "16/9"),
    _provider("twitch", "twitch.tv m.twitch.tv", r"/(?:videos/\d+|\w+/clip/[\w-]+)", "16/9"),
    _provider("twitch", "clips.twitch.tv", rf"/[\w-]+{_END}", "16/9"),
    _provider("x", "x.com twitter.com mobile.x.com mobile.twitter.com", r"/(?:\w+|i/web)/status(?:es)?/\d+"),
    _provider("bluesky", "bsky.app", r"/profile/[\w.:%-]+/post/\w+", consent=False),
    _provider("threads", "threads.net threads.com", r"/(?:@[\w.]+/post|t)/[\w-]+"),
    _provider("instagram", "instagram.com", r"/(?:[\w.]+/)?(?:p|reel|reels|tv)/[\w-]+"),
    _provider(
        "tiktok", "tiktok.com m.tiktok.com", r"/(?:@[\w.-]+/(?:video|photo)/\d+|t/\w+|embed/(?:v2/)?\d+)", "9/16"
    ),
    _provider("tiktok", "vm.tiktok.com vt.tiktok.com", rf"/\w+{_END}", "9/16"),
    _provider(
        "facebook",
        "facebook.com m.facebook.com",
        r"/(?:[\w.-]+/(?:posts|videos|photos)/|watch/?\?(?:.*&)?v=\d|reel/\d|share/[a-z]/\w|"
        r"(?:story|permalink|photo)(?:\.php)?/?\?)",
    ),
    _provider("facebook", "fb.watch", rf"/[\w-]+{_END}"),
    _provider("reddit", "reddit.com old.reddit.com", r"/(?:r|u|user)/\w+/(?:comments|s)/\w+"),
    _provider("reddit", "redd.it", rf"/\w+{_END}"),
    _provider("telegram", "t.me", r"/(?:s/)?\w{4,}/\d+"),
    _provider(
        "spotify", "open.spotify.com", r"/(?:intl-\w+/)?(?:embed/)?(?:track|album|playlist|episode|show|artist)/\w+"
    ),
    _provider("soundcloud", "soundcloud.com m.soundcloud.com on.soundcloud.com", r"/[\w-]+(?:/[\w-]+)*"),
    _provider("apple_podcasts", "podcasts.apple.com", r"/[a-z]{2}/podcast/"),
    _provider("datawrapper", "datawrapper.dwcdn.net", rf"/\w{{5}}{_END}", consent=False),
    _provider("flourish", "public.flourish.studio", r"/(?:visualisation|story)/\d+", consent=False),
    _provider("mastodon", "", rf"/@\w[\w.-]*(?:@[\w.-]+)?/\d{{5,}}{_END}", consent=False),
)

_PLAYERS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("youtube.com", re.compile(r"/embed/([\w-]{6,})"), "https://www.youtube.com/watch?v={}"),
    ("youtube-nocookie.com", re.compile(r"/embed/([\w-]{6,})"), "https://www.youtube.com/watch?v={}"),
    ("player.vimeo.com", re.compile(r"/video/(\d+)"), "https://vimeo.com/{}"),
    ("dailymotion.com", re.compile(r"/embed/video/(\w+)"), "https://www.dailymotion.com/video/{}"),
    ("open.spotify.com", re.compile(r"/embed/(\w+/\w+)"), "https://open.spotify.com/{}"),
)
_PLAYERS_WITH_PARAMETER: dict[str, str] = {
    "w.soundcloud.com": "url",
    "facebook.com": "href",
    "geo.dailymotion.com": "video",
}


def provider_of(address: str) -> Provider | None:
    """Return the provider whose player can show `address`, or None."""
    parts = split_web_address(address)
    if parts is None:
        return None
    host, rest = _host(parts), parts.path + (f"?{parts.query}" if parts.query else "")
    return next((p for p in PROVIDERS if (not p.hosts or host in p.hosts) and p.path.match(rest)), None)


def page_of_player(source: str) -> str | None:
    """Return the page that a player's frame shows (`…/embed/ID` → `…/watch?v=ID`), or `source` if that is unknown.

    None if `source` is no web address. An address without a scheme (`//host/…`) is read as https.
    """
    source = source.strip(" \t\r\n\f")
    if source.startswith("//"):
        source = "https:" + source
    parts = split_web_address(source)
    if parts is None:
        return None
    host = _host(parts)
    for player, path, page in _PLAYERS:
        match = path.match(parts.path) if player == host else None
        if match:
            return media_address(page.format(match[1])) or source
    return _page_in_parameter(host, parts) or source


def _page_in_parameter(host: str, parts: SplitResult) -> str | None:
    name = _PLAYERS_WITH_PARAMETER.get(host)
    values = parse_qs(parts.query, max_num_fields=50).get(name, []) if name and parts.query.count("&") < 50 else []
    page = media_address(unquote(values[0])) if values else None
    return page if page and provider_of(page) else None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removeprefix("www.")
