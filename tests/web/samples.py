"""A story as the API shows it, for pages to be drawn from."""

from __future__ import annotations

from typing import Any

STORY_ID = "6f6d1c9e-1f0e-4a53-9f2b-0d2f6b8c1a11"
SLUG = "storm-reaches-the-coast-x7q2"
URL = f"https://live.example/stories/{SLUG}"
BODY = (
    "<p>“We have never seen the river this high,” the mayor said — and the forecast calls for 40–60 mm more.</p>"
    "<p><b>Some background:</b> the levee was raised in 1998 at a cost of €4.2 million.</p>"
)
PICTURE = (
    '<figure class="lb-image"><img src="https://pictures.example/river.jpg" alt="The river, brown and wide" '
    'width="1280" height="720" loading="lazy">'
    "<figcaption>The river on Tuesday. <cite>Ana Sousa/Agency</cite></figcaption></figure>"
)
FILM = (
    '<figure class="lb-embed" data-provider="youtube" data-url="https://www.youtube.com/watch?v=abcdefghijk">'
    '<a href="https://www.youtube.com/watch?v=abcdefghijk" rel="noopener">The flood from above</a></figure>'
)


def entry(number: int, **fields: Any) -> dict[str, Any]:
    """A public entry with everything at its simplest."""
    moment = f"2026-11-03T{18 + number // 60:02d}:{number % 60:02d}:00Z"
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "revision": 1,
        "status": "published",
        "kind": "update",
        "key_event": False,
        "importance": "normal",
        "headline": None,
        "body_html": f"<p>Update number {number}.</p>",
        "authors": [],
        "source": None,
        "tags": [],
        "published_at": moment,
        "updated_at": None,
        "time": moment,
        "sort_key": f"{number:08d}",
        "corrections": [],
    } | fields


def entries() -> list[dict[str, Any]]:
    """One entry of each kind, newest first."""
    return [
        entry(59, headline="Bridge closed “until further notice”", importance="breaking", body_html=BODY + PICTURE),
        entry(
            48,
            headline="What we know so far",
            kind="summary",
            key_event=True,
            body_html="<ul><li>Two towns evacuated</li><li>Trains stopped until 06:00</li></ul>",
            authors=[
                {"name": "Ana Sousa", "role": "Reporter", "place": "Porto", "url": "https://news.example/ana"},
                {"name": "R&D <desk>", "avatar": "https://pictures.example/rd.jpg", "url": "javascript:alert(1)"},
            ],
            tags=[{"slug": "weather", "label": "Storms"}, {"slug": "trains", "label": "Trains & buses"}],
            updated_at="2026-11-03T19:30:00Z",
            corrections=[
                {
                    "text": "Two towns, not three.\nWe regret the error.",
                    "at": "2026-11-03T19:31:00Z",
                    "severity": "correction",
                }
            ],
        ),
        entry(
            30,
            status="retracted",
            revision=2,
            headline="Dam said to have failed",
            body_html='<p class="lb-retraction">The report was wrong.</p>\n<p><s>The dam has failed.</s></p>',
            corrections=[{"text": "The report was wrong.", "at": "2026-11-03T19:00:00Z", "severity": "retraction"}],
        ),
        entry(20, importance="major", body_html=FILM, source={"url": "https://first.example/report", "name": "First"}),
        entry(10, source={"url": "https://first.example/plain", "name": None}, updated_at="2026-11-03T18:10:00Z"),
        entry(1),
    ]


def story(**fields: Any) -> dict[str, Any]:
    """`GET /v1/stories/{story}` of a story in Lisbon."""
    return {
        "id": STORY_ID,
        "slug": SLUG,
        "url": URL,
        "entry_url_template": f"{URL}?entry={{id}}#entry-{{id}}",
        "title": "Storm reaches the coast: “the worst in forty years”",
        "standfirst": "Rain & wind of up to 140 km/h.\nFollow the night with us.",
        "intro": None,
        "authors": [],
        "sponsor": None,
        "seo": None,
        "language": "en",
        "direction": "ltr",
        "time_zone": "America/New_York",
        "publisher": {"name": "The Courier", "url": "https://courier.example", "logo": None},
        "about": {"name": "Storm Berta", "place": "Porto", "start": None},
        "canonical_url": None,
        "section": None,
        "tags": [],
        "image": None,
        "coverage_start": None,
        "coverage_end": None,
        "continues": None,
        "continued_by": None,
        "comments": {"mode": "off", "url": None},
        "pinned": [],
        "key_points": [],
        "status": "live",
        "timeline": {"items": entries(), "next": None, "prev": None},
        "included": [],
        "head": "k3xxxxxx.12.aaaaaa",
        "entry_count": 6,
        "last_entry_at": "2026-11-03T18:59:00Z",
        "comment_count": 0,
        "comment_counts": {},
    } | fields
