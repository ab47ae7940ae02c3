"""The providers that Liveblog knows, in the language of patterns.py, in which operators add theirs (provider_file.py).

Addresses of players, which stand in pasted embed codes, are patterns too, with `page`, the address of what they show.
What has no frame is a card: short addresses, which only their provider can resolve, and sites that forbid it.
"""

from __future__ import annotations

from app.content.embeds.forms import Form, Provider, form

_YOUTUBE = Provider("youtube", "YouTube", "video")
_VIMEO = Provider("vimeo", "Vimeo", "video")
_DAILYMOTION = Provider("dailymotion", "Dailymotion", "video")
_TWITCH = Provider("twitch", "Twitch", "video")
_TIKTOK = Provider("tiktok", "TikTok", "video")
_X = Provider("x", "X", "social")
_BLUESKY = Provider("bluesky", "Bluesky", "social", sets_cookies=False)
_MASTODON = Provider("mastodon", "Mastodon", "social", sets_cookies=False)
_THREADS = Provider("threads", "Threads", "social")
_INSTAGRAM = Provider("instagram", "Instagram", "social")
_FACEBOOK = Provider("facebook", "Facebook", "social")
_REDDIT = Provider("reddit", "Reddit", "social")
_TELEGRAM = Provider("telegram", "Telegram", "social")
_SPOTIFY = Provider("spotify", "Spotify", "audio")
_SOUNDCLOUD = Provider("soundcloud", "SoundCloud", "audio")
_APPLE_PODCASTS = Provider("apple_podcasts", "Apple Podcasts", "audio")
_DATAWRAPPER = Provider("datawrapper", "Datawrapper", "chart", sets_cookies=False)
_FLOURISH = Provider("flourish", "Flourish", "chart", sets_cookies=False)
_INFOGRAM = Provider("infogram", "Infogram", "chart")
_OPENSTREETMAP = Provider("openstreetmap", "OpenStreetMap", "map")
_GOOGLE_MAPS = Provider("google_maps", "Google Maps", "map")

_YT = "https://youtube.com|m.youtube.com|music.youtube.com"
_YT_FRAME = "https://www.youtube-nocookie.com/embed"
_YT_PARAMETERS = "list={list?:id:10-}&t={start?:seconds}"
_YT_START = "list={list?:id:10-}&start={start?:seconds}"
_X_HOSTS = "https://x.com|twitter.com|mobile.x.com|mobile.twitter.com"
_FB = "https://facebook.com|m.facebook.com|web.facebook.com"
_FB_POST = "https://www.facebook.com/plugins/post.php?show_text=true&href=https%3A%2F%2Fwww.facebook.com%2F"
_FB_VIDEO = "https://www.facebook.com/plugins/video.php?show_text=false&href=https%3A%2F%2Fwww.facebook.com%2F"
_MASTODON_FRAMED = ("mastodon.social", "mastodon.online", "mstdn.social", "mas.to")
"""Instances whose own frame is shown. Any site can run one, so others are cards until an operator adds them."""
_GOOGLE = (
    "https://google.com|maps.google.com|google.de|maps.google.de|google.at|google.ch|google.fr|google.es|google.it|"
    "google.nl|google.pl|google.pt|google.no|google.co.uk|maps.google.co.uk|google.com.tr|google.com.ua|google.co.jp"
)
_GOOGLE_FRAME = "https://www.google.com/maps?output=embed&q={point}"


def _mastodon(host: str) -> Form:
    addresses = (
        f"https://{host}/@{{user:name}}/{{id:number:5-}}",
        f"https://{host}/@{{user:name}}/{{id:number:5-}}/embed",
    )
    return form(
        _MASTODON,
        *addresses,
        frame=f"https://{host}/@{{user}}/{{id}}/embed",
        page=f"https://{host}/@{{user}}/{{id}}",
        author="@{user}",
        height=450,
    )


BUILT_IN: tuple[Form, ...] = (
    form(
        _YOUTUBE,
        f"{_YT}/shorts/{{id:id:6-}}/**",
        frame=f"{_YT_FRAME}/{{id}}",
        ratio="9/16",
    ),
    form(
        _YOUTUBE,
        f"{_YT}/watch?v={{id:id:6-}}&{_YT_PARAMETERS}",
        f"{_YT}/live/{{id:id:6-}}/**?{_YT_PARAMETERS}",
        f"https://youtu.be/{{id:id:6-}}/**?{_YT_PARAMETERS}",
        frame=f"{_YT_FRAME}/{{id}}?list={{list}}&start={{start}}",
        ratio="16/9",
    ),
    form(
        _YOUTUBE,
        f"{_YT}|youtube-nocookie.com/embed/videoseries?list={{list:id:10-}}",
        f"{_YT}/playlist?list={{list:id:10-}}",
        frame=f"{_YT_FRAME}/videoseries?list={{list}}",
        page="https://www.youtube.com/playlist?list={list}",
        ratio="16/9",
    ),
    form(
        _YOUTUBE,
        f"{_YT}|youtube-nocookie.com/embed/{{id:id:6-}}/**?{_YT_START}",
        f"{_YT}/v/{{id:id:6-}}/**?{_YT_START}",
        frame=f"{_YT_FRAME}/{{id}}?list={{list}}&start={{start}}",
        page="https://www.youtube.com/watch?v={id}&list={list}&t={start}",
        ratio="16/9",
    ),
    form(
        _VIMEO,
        "https://vimeo.com/{id:number:5-}?h={hash?:id:6-}",
        "https://vimeo.com/{id:number:5-}/{hash:id:6-}",
        "https://player.vimeo.com/video/{id:number:5-}?h={hash?:id:6-}",
        "https://vimeo.com/channels/*/{id:number:5-}?h={hash?:id:6-}",
        "https://vimeo.com/groups/*/videos/{id:number:5-}?h={hash?:id:6-}",
        "https://vimeo.com/album/*/video/{id:number:5-}?h={hash?:id:6-}",
        "https://vimeo.com/showcase/*/video/{id:number:5-}?h={hash?:id:6-}",
        "https://vimeo.com/ondemand/*/{id:number:5-}?h={hash?:id:6-}",
        frame="https://player.vimeo.com/video/{id}?h={hash}&dnt=1",
        page="https://vimeo.com/{id}?h={hash}",
        ratio="16/9",
    ),
    form(
        _DAILYMOTION,
        "https://dailymotion.com/video/{id}/**",
        "https://dailymotion.com/embed/video/{id}/**",
        "https://geo.dailymotion.com/player.html?video={id}",
        "https://geo.dailymotion.com/player/*?video={id}",
        "https://dai.ly/{id}",
        frame="https://geo.dailymotion.com/player.html?video={id}",
        page="https://www.dailymotion.com/video/{id}",
        ratio="16/9",
    ),
    # Its player has to be told the host of the page that frames it, which an address alone does not say.
    form(
        _TWITCH,
        "https://twitch.tv|m.twitch.tv/videos/{id:number}",
        "https://twitch.tv|m.twitch.tv/*/clip/{id}",
        "https://clips.twitch.tv/{id}/**",
    ),
    form(
        _X,
        f"{_X_HOSTS}/i/web/status/{{id:number}}/**",
        f"{_X_HOSTS}/i/status/{{id:number}}/**",
        "https://platform.twitter.com|platform.x.com/embed/Tweet.html?id={id:number}",
        frame="https://platform.twitter.com/embed/Tweet.html?dnt=true&id={id}",
        page="https://x.com/i/web/status/{id}",
        height=500,
    ),
    form(
        _X,
        f"{_X_HOSTS}/{{user:name}}/status/{{id:number}}/**",
        f"{_X_HOSTS}/{{user:name}}/statuses/{{id:number}}/**",
        frame="https://platform.twitter.com/embed/Tweet.html?dnt=true&id={id}",
        author="@{user}",
        height=500,
    ),
    form(
        _BLUESKY,
        "https://bsky.app/profile/did:plc:{key}/post/{id}/**",
        "https://embed.bsky.app/embed/did:plc:{key}/app.bsky.feed.post/{id}",
        frame="https://embed.bsky.app/embed/did:plc:{key}/app.bsky.feed.post/{id}",
        page="https://bsky.app/profile/did:plc:{key}/post/{id}",
        height=450,
    ),
    form(
        _BLUESKY,
        "https://bsky.app/profile/{user:name}/post/{id}/**",
        frame="https://embed.bsky.app/embed/{user}/app.bsky.feed.post/{id}",
        author="@{user}",
        height=450,
    ),
    form(
        _BLUESKY,
        "https://embed.bsky.app/embed/{user:name}/app.bsky.feed.post/{id}",
        frame="https://embed.bsky.app/embed/{user}/app.bsky.feed.post/{id}",
        page="https://bsky.app/profile/{user}/post/{id}",
        author="@{user}",
        height=450,
    ),
    form(
        _THREADS,
        "https://threads.net|threads.com/@{user:name}/post/{id}/**",
        frame="https://www.threads.com/@{user}/post/{id}/embed",
        page="https://www.threads.com/@{user}/post/{id}",
        author="@{user}",
        height=500,
    ),
    form(_THREADS, "https://threads.net|threads.com/t/{id}/**"),
    form(
        _INSTAGRAM,
        "https://instagram.com/{kind:p|reel|reels|tv}/{id}/**",
        frame="https://www.instagram.com/p/{id}/embed/captioned/",
        page="https://www.instagram.com/p/{id}/",
        height=700,
    ),
    form(
        _INSTAGRAM,
        "https://instagram.com/{user:name}/{kind:p|reel|reels|tv}/{id}/**",
        frame="https://www.instagram.com/p/{id}/embed/captioned/",
        author="@{user}",
        height=700,
    ),
    form(
        _TIKTOK,
        "https://tiktok.com|m.tiktok.com/@{user:name}/video/{id:number}/**",
        frame="https://www.tiktok.com/player/v1/{id}",
        author="@{user}",
        ratio="9/16",
    ),
    form(
        _TIKTOK,
        "https://tiktok.com|m.tiktok.com/embed/v2/{id:number}/**",
        "https://tiktok.com|m.tiktok.com/embed/{id:number}/**",
        "https://tiktok.com|m.tiktok.com/player/v1/{id:number}",
        frame="https://www.tiktok.com/player/v1/{id}",
        ratio="9/16",
    ),
    form(_TIKTOK, "https://tiktok.com|m.tiktok.com/@{user:name}/photo/{id:number}/**", author="@{user}"),
    form(_TIKTOK, "https://tiktok.com|m.tiktok.com/t/{id}", "https://vm.tiktok.com|vt.tiktok.com/{id}"),
    form(
        _FACEBOOK,
        f"{_FB}/{{user:name}}/posts/{{id:id}}",
        f"{_FB}/{{user:name}}/posts/*/{{id:id}}",
        frame=f"{_FB_POST}{{user}}%2Fposts%2F{{id}}",
        author="{user}",
        height=550,
    ),
    form(
        _FACEBOOK,
        f"{_FB}/{{user:name}}/videos/{{id:number}}",
        f"{_FB}/{{user:name}}/videos/*/{{id:number}}",
        frame=f"{_FB_VIDEO}{{user}}%2Fvideos%2F{{id}}",
        author="{user}",
        ratio="16/9",
    ),
    form(
        _FACEBOOK,
        f"{_FB}/watch?v={{id:number}}",
        f"{_FB}/watch/live?v={{id:number}}",
        frame=f"{_FB_VIDEO}watch%2F%3Fv%3D{{id}}",
        ratio="16/9",
    ),
    form(_FACEBOOK, f"{_FB}/reel/{{id:number}}/**", frame=f"{_FB_VIDEO}reel%2F{{id}}", ratio="9/16"),
    form(
        _FACEBOOK,
        f"{_FB}/story.php?story_fbid={{id:id}}&id={{user:number}}",
        f"{_FB}/permalink.php?story_fbid={{id:id}}&id={{user:number}}",
        frame=f"{_FB_POST}permalink.php%3Fstory_fbid%3D{{id}}%26id%3D{{user}}",
        height=550,
    ),
    form(
        _FACEBOOK,
        f"{_FB}/photo?fbid={{id:number}}",
        f"{_FB}/photo.php?fbid={{id:number}}",
        frame=f"{_FB_POST}photo.php%3Ffbid%3D{{id}}",
        height=550,
    ),
    form(_FACEBOOK, f"{_FB}/{{user:name}}/photos/**", author="{user}"),
    form(_FACEBOOK, f"{_FB}/share/*/*", "https://fb.watch/{id}"),
    form(
        _REDDIT,
        "https://reddit.com|old.reddit.com|embed.reddit.com/{where:r|u|user}/{community:name}/comments/{id}/**",
        frame="https://embed.reddit.com/{where}/{community}/comments/{id}/?embed=true",
        page="https://www.reddit.com/{where}/{community}/comments/{id}/",
        author="{where}/{community}",
        height=450,
    ),
    form(
        _REDDIT,
        "https://reddit.com|old.reddit.com/{where:r|u|user}/{community:name}/s/{id}",
        author="{where}/{community}",
    ),
    form(_REDDIT, "https://redd.it/{id}"),
    form(
        _TELEGRAM,
        "https://t.me/{user:id:4-}/{id:number}",
        "https://t.me/s/{user:id:4-}/{id:number}",
        frame="https://t.me/{user}/{id}?embed=1",
        page="https://t.me/{user}/{id}",
        author="@{user}",
        height=450,
    ),
    form(
        _SPOTIFY,
        "https://open.spotify.com/{kind:track|episode}/{id}",
        "https://open.spotify.com/*/{kind:track|episode}/{id}",
        "https://open.spotify.com/embed/{kind:track|episode}/{id}",
        frame="https://open.spotify.com/embed/{kind}/{id}",
        page="https://open.spotify.com/{kind}/{id}",
        height=152,
    ),
    form(
        _SPOTIFY,
        "https://open.spotify.com/{kind:album|playlist|show|artist}/{id}",
        "https://open.spotify.com/*/{kind:album|playlist|show|artist}/{id}",
        frame="https://open.spotify.com/embed/{kind}/{id}",
        page="https://open.spotify.com/{kind}/{id}",
        height=352,
    ),
    form(
        _SOUNDCLOUD,
        "https://soundcloud.com|m.soundcloud.com/{user:name}/sets/{title:name}/**",
        frame="https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2F{user}%2Fsets%2F{title}",
        author="{user}",
        height=450,
    ),
    form(
        _SOUNDCLOUD,
        "https://soundcloud.com|m.soundcloud.com/{user:name}/{title:name}/**",
        frame="https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2F{user}%2F{title}",
        author="{user}",
        height=166,
    ),
    form(_SOUNDCLOUD, "https://soundcloud.com|m.soundcloud.com/{user:name}", author="{user}"),
    form(_SOUNDCLOUD, "https://on.soundcloud.com/{id}"),
    form(
        _APPLE_PODCASTS,
        "https://podcasts.apple.com|embed.podcasts.apple.com/{country:id:2}/podcast/{title:name}/{id:name}?i={episode:number}",
        frame="https://embed.podcasts.apple.com/{country}/podcast/{title}/{id}?i={episode}",
        page="https://podcasts.apple.com/{country}/podcast/{title}/{id}?i={episode}",
        height=175,
    ),
    form(
        _APPLE_PODCASTS,
        "https://podcasts.apple.com|embed.podcasts.apple.com/{country:id:2}/podcast/{title:name}/{id:name}",
        frame="https://embed.podcasts.apple.com/{country}/podcast/{title}/{id}",
        page="https://podcasts.apple.com/{country}/podcast/{title}/{id}",
        height=450,
    ),
    form(_APPLE_PODCASTS, "https://podcasts.apple.com/{country:id:2}/podcast/**"),
    form(
        _DATAWRAPPER,
        "https://datawrapper.dwcdn.net/{id:id:5}/**",
        "https://datawrapper.de/_/{id:id:5}/**",
        frame="https://datawrapper.dwcdn.net/{id}/",
        height=500,
    ),
    form(
        _FLOURISH,
        "https://public.flourish.studio|flo.uri.sh/{kind:visualisation|story}/{id:number}/**",
        frame="https://flo.uri.sh/{kind}/{id}/embed",
        page="https://public.flourish.studio/{kind}/{id}/",
        height=600,
    ),
    form(
        _INFOGRAM,
        "https://infogram.com|e.infogram.com/{id:coded:14-}",
        frame="https://e.infogram.com/{id}?src=embed",
        page="https://infogram.com/{id}",
        height=550,
    ),
    form(
        _INFOGRAM,
        "https://infogram.com|e.infogram.com/_/{id}",
        frame="https://e.infogram.com/_/{id}?src=embed",
        page="https://infogram.com/_/{id}",
        height=550,
    ),
    form(
        _OPENSTREETMAP,
        "https://openstreetmap.org/**?map={view:map_view}&mlat={latitude?:name}&mlon={longitude?:name}",
        frame="https://www.openstreetmap.org/export/embed.html?bbox={view}&layer=mapnik&marker={latitude},{longitude}",
        height=450,
    ),
    form(
        _OPENSTREETMAP,
        "https://openstreetmap.org/export/embed.html?bbox={edges:text}&layer={layer?}&marker={marker?:text}",
        frame="https://www.openstreetmap.org/export/embed.html?bbox={edges}&layer={layer}&marker={marker}",
        height=450,
    ),
    form(
        _GOOGLE_MAPS,
        "https://google.com|maps.google.com/maps/embed?pb={place:text}",
        frame="https://www.google.com/maps/embed?pb={place}",
        height=450,
    ),
    form(
        _GOOGLE_MAPS,
        "https://google.com/maps/d/{view:embed|viewer|edit}?mid={id}",
        "https://google.com/maps/d/u/*/{view:embed|viewer|edit}?mid={id}",
        frame="https://www.google.com/maps/d/embed?mid={id}",
        page="https://www.google.com/maps/d/viewer?mid={id}",
        height=450,
    ),
    form(
        _GOOGLE_MAPS,
        f"{_GOOGLE}/maps/place/*/@{{point:point}}/**",
        f"{_GOOGLE}/maps/search/*/@{{point:point}}/**",
        f"{_GOOGLE}/maps/@{{point:point}}/**",
        f"{_GOOGLE}/maps?q={{point:text}}",
        f"{_GOOGLE}/maps/search?query={{point:text}}",
        "https://maps.google.com|maps.google.de|maps.google.co.uk/?q={point:text}",
        frame=_GOOGLE_FRAME,
        height=450,
    ),
    form(
        _GOOGLE_MAPS,
        f"{_GOOGLE}/maps/{{what:place|dir|search}}/**",
        "https://maps.app.goo.gl/{id}",
        "https://goo.gl/maps/{id}",
    ),
    *map(_mastodon, _MASTODON_FRAMED),
    form(_MASTODON, "https://*/@{user:name}/{id:number:5-}", author="@{user}"),
)
