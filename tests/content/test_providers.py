"""The table of providers."""

from __future__ import annotations

import pytest

from app.content.providers import PROVIDERS, page_of_player, provider_of

EXAMPLES = [
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube", "16/9"),
    ("https://m.youtube.com/watch?app=m&v=dQw4w9WgXcQ&t=3", "youtube", "16/9"),
    ("https://youtu.be/dQw4w9WgXcQ?t=3", "youtube", "16/9"),
    ("https://youtube.com/shorts/dQw4w9WgXcQ", "youtube", "9/16"),
    ("https://www.youtube.com/live/dQw4w9WgXcQ", "youtube", "16/9"),
    ("https://vimeo.com/123456789", "vimeo", "16/9"),
    ("https://vimeo.com/channels/staffpicks/123456789", "vimeo", "16/9"),
    ("https://www.dailymotion.com/video/x8abcd", "dailymotion", "16/9"),
    ("https://www.twitch.tv/videos/123", "twitch", "16/9"),
    ("https://x.com/someone/status/1234567890", "x", None),
    ("https://twitter.com/i/web/status/1234567890", "x", None),
    ("https://bsky.app/profile/some.one.example/post/3kabc", "bluesky", None),
    ("https://mastodon.example/@someone/112233445566", "mastodon", None),
    ("https://social.example/@some.one@other.example/112233445566", "mastodon", None),
    ("https://www.threads.net/@someone/post/Cabc-d", "threads", None),
    ("https://www.instagram.com/p/Cabc-_d/", "instagram", None),
    ("https://www.instagram.com/someone/reel/Cabc/", "instagram", None),
    ("https://www.tiktok.com/@some.one/video/1234567890", "tiktok", "9/16"),
    ("https://vm.tiktok.com/ZMabc/", "tiktok", "9/16"),
    ("https://www.facebook.com/some.page/posts/123", "facebook", None),
    ("https://www.facebook.com/watch/?v=123", "facebook", None),
    ("https://fb.watch/abc-d/", "facebook", None),
    ("https://www.reddit.com/r/news/comments/abc/title/", "reddit", None),
    ("https://t.me/channel/123", "telegram", None),
    ("https://open.spotify.com/episode/abc123", "spotify", None),
    ("https://soundcloud.com/someone/some-track", "soundcloud", None),
    ("https://podcasts.apple.com/gb/podcast/a-show/id123", "apple_podcasts", None),
    ("https://datawrapper.dwcdn.net/AbC12/3/", "datawrapper", None),
    ("https://public.flourish.studio/visualisation/123/", "flourish", None),
]


@pytest.mark.parametrize(("address", "name", "ratio"), EXAMPLES)
def test_a_page_of_a_provider_is_known(address: str, name: str, ratio: str | None) -> None:
    provider = provider_of(address)
    assert provider is not None
    assert (provider.name, provider.ratio) == (name, ratio)


def test_every_provider_has_an_example() -> None:
    assert {provider.name for provider in PROVIDERS} == {name for _, name, _ in EXAMPLES}


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/@channel",
        "https://www.youtube.com/",
        "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://evil.example/youtube.com/watch?v=dQw4w9WgXcQ",
        "https://notx.com/a/status/1",
        "https://x.com/someone",
        "https://medium.example/@someone/a-story-1234",
        "https://youtu.be@evil.example/dQw4w9WgXcQ",
        "javascript://youtu.be/dQw4w9WgXcQ",
        "https://e.org/",
        "no address",
    ],
)
def test_any_other_address_has_no_provider(address: str) -> None:
    assert provider_of(address) is None


@pytest.mark.parametrize("name", ["bluesky", "mastodon", "datawrapper", "flourish"])
def test_providers_without_cookies_need_no_consent_and_all_others_do(name: str) -> None:
    assert {provider.consent for provider in PROVIDERS if provider.name == name} == {False}
    assert sum(not provider.consent for provider in PROVIDERS) == 4


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("//www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://player.vimeo.com/video/123456?h=a", "https://vimeo.com/123456"),
        ("https://open.spotify.com/embed/track/abc?x", "https://open.spotify.com/track/abc"),
        ("https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/a/b&x=1", "https://soundcloud.com/a/b"),
        (
            "https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fp%2Fposts%2F1",
            "https://www.facebook.com/p/posts/1",
        ),
        (
            "https://w.soundcloud.com/player/?url=javascript:alert(1)",
            "https://w.soundcloud.com/player/?url=javascript:alert(1)",
        ),
        ("https://e.org/map", "https://e.org/map"),
        ("javascript:alert(1)", None),
        ("/relative", None),
    ],
)
def test_the_page_a_player_shows_is_found(source: str, page: str | None) -> None:
    assert page_of_player(source) == page
