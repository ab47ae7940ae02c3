"""What addresses are shown as: the forms in which people paste them, and those that were made to deceive."""

from __future__ import annotations

import pytest

from app.content.addresses import split_web_address
from app.content.embeds.catalogue import BUILT_IN
from app.content.embeds.forms import CATEGORIES, HEIGHTS, RATIOS
from app.content.embeds.providers import find_embed, page_of_player, providers_in_use
from tests.content.oracle import FRAME_HOSTS

YOUTUBE = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
TWEET = "https://platform.twitter.com/embed/Tweet.html?dnt=true&id=1234567890"
GOOGLE = "https://www.google.com/maps?output=embed&q="
OSM = "https://www.openstreetmap.org/export/embed.html?bbox=13.29014,52.44984,13.50986,52.55016&layer=mapnik"
FACEBOOK = "https://www.facebook.com/plugins/{}&href=https%3A%2F%2Fwww.facebook.com%2F"
FB_POST, FB_VIDEO = FACEBOOK.format("post.php?show_text=true"), FACEBOOK.format("video.php?show_text=false")
SOUND = "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2F"
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"

FORMS: dict[str, list[tuple[str, str | None]]] = {
    "youtube": [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", YOUTUBE),
        ("http://youtube.com/watch?v=dQw4w9WgXcQ", YOUTUBE),
        ("https://m.youtube.com/watch?app=m&v=dQw4w9WgXcQ&pp=ygUE&feature=youtu.be", YOUTUBE),
        ("https://music.youtube.com/watch?v=dQw4w9WgXcQ", YOUTUBE),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=90s", f"{YOUTUBE}?start=90"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1h2m3s", f"{YOUTUBE}?start=3723"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ#t=7", f"{YOUTUBE}?start=7"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=soon", YOUTUBE),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLabcdefghijk&index=2", f"{YOUTUBE}?list=PLabcdefghijk"),
        ("https://youtu.be/dQw4w9WgXcQ?si=AbC_d-123&t=3", f"{YOUTUBE}?start=3"),
        ("https://youtube.com/shorts/dQw4w9WgXcQ?feature=share", YOUTUBE),
        ("https://www.youtube.com/live/dQw4w9WgXcQ?si=x", YOUTUBE),
        ("https://www.youtube.com/v/dQw4w9WgXcQ", YOUTUBE),
        ("https://www.youtube.com/embed/dQw4w9WgXcQ?start=9&rel=0", f"{YOUTUBE}?start=9"),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", YOUTUBE),
        (
            "https://www.youtube.com/playlist?list=PLabcdefghijk",
            "https://www.youtube-nocookie.com/embed/videoseries?list=PLabcdefghijk",
        ),
    ],
    "vimeo": [
        ("https://vimeo.com/123456789", "https://player.vimeo.com/video/123456789?dnt=1"),
        ("https://vimeo.com/123456789/abcdef1234", "https://player.vimeo.com/video/123456789?h=abcdef1234&dnt=1"),
        ("https://vimeo.com/123456789?share=copy#t=3", "https://player.vimeo.com/video/123456789?dnt=1"),
        ("https://vimeo.com/channels/staffpicks/123456789", "https://player.vimeo.com/video/123456789?dnt=1"),
        ("https://vimeo.com/groups/shortfilms/videos/123456789", "https://player.vimeo.com/video/123456789?dnt=1"),
        ("https://vimeo.com/showcase/7008490/video/123456789", "https://player.vimeo.com/video/123456789?dnt=1"),
        (
            "https://player.vimeo.com/video/123456789?h=abcdef1234",
            "https://player.vimeo.com/video/123456789?h=abcdef1234&dnt=1",
        ),
    ],
    "dailymotion": [
        (
            "https://www.dailymotion.com/video/x8abcd?playlist=x5",
            "https://geo.dailymotion.com/player.html?video=x8abcd",
        ),
        ("https://dai.ly/x8abcd", "https://geo.dailymotion.com/player.html?video=x8abcd"),
        (
            "https://geo.dailymotion.com/player/xabc.html?video=x8abcd",
            "https://geo.dailymotion.com/player.html?video=x8abcd",
        ),
    ],
    "twitch": [
        ("https://www.twitch.tv/videos/123?t=1h", None),
        ("https://www.twitch.tv/someone/clip/Abc-123", None),
        ("https://clips.twitch.tv/Abc-123", None),
    ],
    "x": [
        ("https://x.com/someone/status/1234567890", TWEET),
        ("https://x.com/someone/status/1234567890?s=20&t=Ab_c", TWEET),
        ("https://x.com/someone/status/1234567890/photo/1", TWEET),
        ("https://twitter.com/someone/statuses/1234567890/video/1", TWEET),
        ("https://mobile.twitter.com/someone/status/1234567890", TWEET),
        ("https://twitter.com/i/web/status/1234567890", TWEET),
        ("https://x.com/i/status/1234567890", TWEET),
        ("https://platform.twitter.com/embed/Tweet.html?frame=false&id=1234567890", TWEET),
    ],
    "bluesky": [
        (
            "https://bsky.app/profile/some.one.example/post/3kabc",
            "https://embed.bsky.app/embed/some.one.example/app.bsky.feed.post/3kabc",
        ),
        (
            f"https://bsky.app/profile/{DID}/post/3kabc?ref_src=embed",
            f"https://embed.bsky.app/embed/{DID}/app.bsky.feed.post/3kabc",
        ),
        (
            "https://bsky.app/profile/did%3Aplc%3Aabc/post/3kabc",
            "https://embed.bsky.app/embed/did:plc:abc/app.bsky.feed.post/3kabc",
        ),
    ],
    "mastodon": [
        ("https://mastodon.social/@someone/112233445566", "https://mastodon.social/@someone/112233445566/embed"),
        ("https://mastodon.social/@someone/112233445566/embed", "https://mastodon.social/@someone/112233445566/embed"),
        ("https://mastodon.example/@someone/112233445566", None),
        ("https://social.example/@some.one@other.example/112233445566", None),
    ],
    "threads": [
        ("https://www.threads.net/@someone/post/Cabc-d?xmt=AQ", "https://www.threads.com/@someone/post/Cabc-d/embed"),
        ("https://www.threads.com/t/Cabc-d", None),
    ],
    "instagram": [
        ("https://www.instagram.com/p/Cabc-_d/?igsh=MTc4", "https://www.instagram.com/p/Cabc-_d/embed/captioned/"),
        ("https://www.instagram.com/reel/Cabc-_d/", "https://www.instagram.com/p/Cabc-_d/embed/captioned/"),
        ("https://www.instagram.com/someone/reel/Cabc/", "https://www.instagram.com/p/Cabc/embed/captioned/"),
        ("https://www.instagram.com/tv/Cabc/?utm_source=ig_embed", "https://www.instagram.com/p/Cabc/embed/captioned/"),
        ("https://www.instagram.com/p/Cabc/embed/captioned/", "https://www.instagram.com/p/Cabc/embed/captioned/"),
    ],
    "tiktok": [
        (
            "https://www.tiktok.com/@some.one/video/1234567890?is_from_webapp=1",
            "https://www.tiktok.com/player/v1/1234567890",
        ),
        ("https://m.tiktok.com/@some.one/video/1234567890", "https://www.tiktok.com/player/v1/1234567890"),
        ("https://www.tiktok.com/embed/v2/1234567890?lang=en", "https://www.tiktok.com/player/v1/1234567890"),
        ("https://www.tiktok.com/@some.one/photo/1234567890", None),
        ("https://vm.tiktok.com/ZMabc/", None),
        ("https://www.tiktok.com/t/ZTabc/", None),
    ],
    "facebook": [
        ("https://www.facebook.com/some.page/posts/123?ref=x", f"{FB_POST}some.page%2Fposts%2F123"),
        ("https://m.facebook.com/some.page/posts/pfbid02Abc", f"{FB_POST}some.page%2Fposts%2Fpfbid02Abc"),
        ("https://www.facebook.com/some.page/posts/a-title/123", f"{FB_POST}some.page%2Fposts%2F123"),
        ("https://www.facebook.com/some.page/videos/123/", f"{FB_VIDEO}some.page%2Fvideos%2F123"),
        ("https://www.facebook.com/watch/?v=123", f"{FB_VIDEO}watch%2F%3Fv%3D123"),
        ("https://www.facebook.com/reel/123", f"{FB_VIDEO}reel%2F123"),
        (
            "https://m.facebook.com/story.php?story_fbid=pfbid0A&id=123",
            f"{FB_POST}permalink.php%3Fstory_fbid%3Dpfbid0A%26id%3D123",
        ),
        ("https://www.facebook.com/photo/?fbid=123&set=a.1", f"{FB_POST}photo.php%3Ffbid%3D123"),
        ("https://www.facebook.com/some.page/photos/a.1/2", None),
        ("https://www.facebook.com/share/p/1AbC/", None),
        ("https://fb.watch/abc-d/", None),
    ],
    "reddit": [
        (
            "https://www.reddit.com/r/news/comments/abc/a_title/?utm_source=share",
            "https://embed.reddit.com/r/news/comments/abc/?embed=true",
        ),
        (
            "https://old.reddit.com/user/someone/comments/abc/",
            "https://embed.reddit.com/user/someone/comments/abc/?embed=true",
        ),
        ("https://www.reddit.com/r/news/s/AbCd", None),
        ("https://redd.it/abc", None),
    ],
    "telegram": [
        ("https://t.me/channel/123?single", "https://t.me/channel/123?embed=1"),
        ("https://t.me/s/channel/123", "https://t.me/channel/123?embed=1"),
    ],
    "spotify": [
        ("https://open.spotify.com/episode/abc123?si=1", "https://open.spotify.com/embed/episode/abc123"),
        ("https://open.spotify.com/intl-de/track/abc123", "https://open.spotify.com/embed/track/abc123"),
        ("https://open.spotify.com/playlist/abc123", "https://open.spotify.com/embed/playlist/abc123"),
        ("https://open.spotify.com/embed/album/abc123?theme=0", "https://open.spotify.com/embed/album/abc123"),
    ],
    "soundcloud": [
        ("https://soundcloud.com/someone/some-track?utm_source=clipboard", f"{SOUND}someone%2Fsome-track"),
        ("https://m.soundcloud.com/someone/some-track/s-AbC", f"{SOUND}someone%2Fsome-track"),
        ("https://soundcloud.com/someone/sets/some-set", f"{SOUND}someone%2Fsets%2Fsome-set"),
        ("https://soundcloud.com/someone", None),
        ("https://on.soundcloud.com/AbC", None),
    ],
    "apple_podcasts": [
        (
            "https://podcasts.apple.com/gb/podcast/a-show/id123?i=1000456",
            "https://embed.podcasts.apple.com/gb/podcast/a-show/id123?i=1000456",
        ),
        (
            "https://podcasts.apple.com/gb/podcast/a-show/id123",
            "https://embed.podcasts.apple.com/gb/podcast/a-show/id123",
        ),
        ("https://podcasts.apple.com/gb/podcast/id123", None),
    ],
    "datawrapper": [
        ("https://datawrapper.dwcdn.net/AbC12/3/", "https://datawrapper.dwcdn.net/AbC12/"),
        ("https://datawrapper.dwcdn.net/AbC12", "https://datawrapper.dwcdn.net/AbC12/"),
        ("https://www.datawrapper.de/_/AbC12/?v=2", "https://datawrapper.dwcdn.net/AbC12/"),
    ],
    "flourish": [
        ("https://public.flourish.studio/visualisation/123/", "https://flo.uri.sh/visualisation/123/embed"),
        ("https://public.flourish.studio/story/123", "https://flo.uri.sh/story/123/embed"),
        ("https://flo.uri.sh/visualisation/123/embed", "https://flo.uri.sh/visualisation/123/embed"),
    ],
    "infogram": [
        (
            "https://infogram.com/turnout-1h9j6qgwj1gq54g?live",
            "https://e.infogram.com/turnout-1h9j6qgwj1gq54g?src=embed",
        ),
        ("https://e.infogram.com/d5d1b2e0-1234-4a?src=embed", "https://e.infogram.com/d5d1b2e0-1234-4a?src=embed"),
    ],
    "openstreetmap": [
        ("https://www.openstreetmap.org/#map=12/52.5/13.4", OSM),
        ("https://www.openstreetmap.org/?mlat=52.5&mlon=13.4#map=12/52.5/13.4&layers=N", f"{OSM}&marker=52.5,13.4"),
        ("https://www.openstreetmap.org/node/123#map=12/52.5/13.4", OSM),
        (
            "https://www.openstreetmap.org/export/embed.html?bbox=13.3%2C52.4%2C13.5%2C52.6&layer=mapnik",
            "https://www.openstreetmap.org/export/embed.html?bbox=13.3,52.4,13.5,52.6&layer=mapnik",
        ),
    ],
    "google_maps": [
        ("https://www.google.com/maps/place/Rathaus+K%C3%B6ln/@50.93,6.95,17z/data=!3m1!4b1", f"{GOOGLE}50.93,6.95"),
        ("https://www.google.de/maps/@52.5,13.4,15z?entry=ttu", f"{GOOGLE}52.5,13.4"),
        ("https://maps.google.com/?q=Town%20hall,%20K%C3%B6ln", f"{GOOGLE}Town%20hall,%20K%C3%B6ln"),
        (
            "https://www.google.com/maps/embed?pb=!1m18!1m12!2sTown",
            "https://www.google.com/maps/embed?pb=!1m18!1m12!2sTown",
        ),
        ("https://www.google.com/maps/d/u/0/viewer?mid=1AbC&ll=1", "https://www.google.com/maps/d/embed?mid=1AbC"),
        ("https://www.google.com/maps/dir/A/B", None),
        ("https://maps.app.goo.gl/AbC1", None),
    ],
}
CASES = [(name, address, frame) for name, forms in FORMS.items() for address, frame in forms]


@pytest.mark.parametrize(("name", "address", "frame"), CASES)
def test_an_address_as_people_paste_it_is_shown_in_its_providers_frame(
    name: str, address: str, frame: str | None
) -> None:
    known = find_embed(address)
    assert known is not None
    assert (known.provider.name, known.frame) == (name, frame)
    assert known.frame is None or (known.ratio is None) != (known.height is None)


def test_every_provider_has_cases_and_its_shape_a_place_in_the_style() -> None:
    assert {form.provider.name for form in BUILT_IN} == set(FORMS)
    assert {form.provider.category for form in BUILT_IN} == set(CATEGORIES)
    framed = [form for form in BUILT_IN if form.frame]
    assert {form.ratio for form in framed if form.ratio} <= set(RATIOS)
    assert {form.height for form in framed if form.height} <= set(HEIGHTS)
    assert {form.frame.host for form in framed if form.frame} == FRAME_HOSTS
    assert providers_in_use().frame_sources.split() == [f"https://{host}" for host in sorted(FRAME_HOSTS)]


@pytest.mark.parametrize(
    ("address", "author"),
    [
        ("https://x.com/someone/status/1234567890", "@someone"),
        ("https://x.com/i/web/status/1234567890", ""),
        ("https://bsky.app/profile/some.one.example/post/3kabc", "@some.one.example"),
        (f"https://bsky.app/profile/{DID}/post/3kabc", ""),
        ("https://mastodon.example/@someone@other.example/112233445566", "@someone@other.example"),
        ("https://www.reddit.com/r/news/comments/abc/", "r/news"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", ""),
    ],
)
def test_whose_post_it_is_is_read_from_the_address(address: str, author: str) -> None:
    known = find_embed(address)
    assert known is not None
    assert known.author == author


def test_players_without_cookies_are_known() -> None:
    without = {form.provider.name for form in BUILT_IN if not form.provider.sets_cookies}
    assert without == {"bluesky", "mastodon", "datawrapper", "flourish"}


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/@channel",
        "https://www.youtube.com/",
        "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://evil.example/youtube.com/watch?v=dQw4w9WgXcQ",
        "https://evil.example/?u=https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://evil.example/#https://x.com/a/status/1",
        "https://notx.com/a/status/1",
        "https://x.com.evil.example/a/status/1",
        "https://x.com/someone",
        "https://medium.example/@someone/a-story-1234",
        "https://youtu.be@evil.example/dQw4w9WgXcQ",
        "https://user:pass@youtu.be/dQw4w9WgXcQ",
        "https://youtu.be:8443/dQw4w9WgXcQ",
        "https://youtu.be\\@evil.example/dQw4w9WgXcQ",
        "https://y\u043eutube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube\u3002com.evil.example/watch?v=dQw4w9WgXcQ",
        "javascript://youtu.be/dQw4w9WgXcQ",
        "data:text/html,https://youtu.be/dQw4w9WgXcQ",
        "//youtu.be/dQw4w9WgXcQ",
        "https:youtu.be/dQw4w9WgXcQ",
        "https://x.com/a%2Fstatus%2F1",
        "https://x.com/a/status/1%2F..%2F..",
        "https://x.com/a/status/1%00",
        "https://bsky.app/profile/../post/3k",
        "https://bsky.app/profile/.../post/3k",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ%22onload%3D1",
        "https://www.youtube.com/watch?v=..%2F..%2Fredirect",
        "https://www.youtube.com/embed/../redirect?q=https://evil.example",
        "https://www.openstreetmap.org/#map=12/522.5/13.4",
        "https://infogram.com/create-infographics",
        f"https://youtu.be/{'a' * 10_000}",
        f"https://youtu.be/{'a' * 100}",
        "https://e.org/",
        "no address",
    ],
)
def test_what_is_none_of_a_providers_addresses_is_no_embed(address: str) -> None:
    assert find_embed(address) is None


ATTACKS = [
    "../",
    "%2e%2e%2f",
    "//evil.example/",
    "@evil.example",
    "\\evil.example",
    "javascript:",
    '"><script>',
    "&h=",
    "#",
    "?",
    "%0d%0a",
]


def test_whatever_stands_in_an_address_its_frame_is_of_a_host_of_ours_and_without_markup() -> None:
    framed = 0
    for _, address, _ in CASES:
        spots = [at for at, sign in enumerate(address) if sign in "/=?&#-" and at > len("https://")]
        for attack in ATTACKS:
            for at in spots:
                known = find_embed(address[: at + 1] + attack + address[at + 1 :])
                if known is None or known.frame is None:
                    continue
                framed += 1
                parts = split_web_address(known.frame)
                assert parts is not None, known.frame
                assert parts.scheme == "https"
                assert parts.netloc in FRAME_HOSTS
                assert ".." not in parts.path.split("/")
    assert framed > 100


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("//www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.youtube.com/embed/dQw4w9WgXcQ?start=9", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=9"),
        ("https://player.vimeo.com/video/123456?h=a", "https://vimeo.com/123456"),
        ("https://player.vimeo.com/video/123456?h=abcdef12", "https://vimeo.com/123456?h=abcdef12"),
        ("https://open.spotify.com/embed/track/abc?x", "https://open.spotify.com/track/abc"),
        ("https://platform.twitter.com/embed/Tweet.html?id=12345", "https://x.com/i/web/status/12345"),
        ("https://flo.uri.sh/visualisation/123/embed", "https://public.flourish.studio/visualisation/123/"),
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
