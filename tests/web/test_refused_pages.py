"""The page in place of one that cannot be shown now: in the site's language, complete without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.domain.errors import Unavailable
from app.web.refused_pages import LEAST_PAUSE_SECONDS
from app.wire.links import Site
from tests.web import samples
from tests.web.site import SITE, FakeReading, client_of

pytestmark = pytest.mark.anyio
BROWSER = {"accept": "text/html,*/*;q=0.8"}
PAGE = f"/stories/{samples.SLUG}"


class AwayReading(FakeReading):
    """A reading that is out of breath."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.error = Unavailable("database_unavailable", "Not now.", retry_after_seconds=seconds)

    async def read_story(self, ref: str, wanted: object) -> Any:
        raise self.error

    async def list_stories(self, site: str) -> list[dict[str, Any]]:
        raise self.error

    async def receipt(self, secret: str) -> dict[str, Any]:
        raise self.error


@pytest.mark.parametrize("path", ["/", PAGE, f"{PAGE}?entry=x", "/receipts/secret"])
async def test_who_wants_a_page_gets_one_that_reads_well_and_says_when_to_come_back(path: str) -> None:
    async with client_of(AwayReading(seconds=30)) as client:
        page = await client.get(path, headers=BROWSER)
        assert (page.status_code, page.headers["retry-after"], page.headers["cache-control"]) == (503, "30", "no-store")
        assert "<h1>One moment, please</h1>" in page.text
        assert '<a href="" target="_self">Try again</a>' in page.text
        assert 'data-seconds="30"' in page.text
        assert SITE.name.replace("&", "&amp;") in page.text
        (script,) = re.findall(r'<script type="module" src="([^"]+)"', page.text)
        assert (await client.get(script)).status_code == 200
        assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_it_asks_again_no_sooner_than_is_gentle_and_shows_no_masthead_in_a_frame() -> None:
    async with client_of(AwayReading(seconds=1)) as client:
        page = await client.get(f"{PAGE}?embed", headers=BROWSER)
    assert (page.headers["retry-after"], f'data-seconds="{LEAST_PAUSE_SECONDS}"' in page.text) == ("1", True)
    assert "masthead" not in page.text


@pytest.mark.parametrize("headers", [{"accept": "*/*"}, {"accept": "application/json"}])
async def test_a_script_or_a_program_gets_the_error_as_it_is(headers: dict[str, str]) -> None:
    async with client_of(AwayReading(seconds=1)) as client:
        with pytest.raises(Unavailable):
            await client.get(PAGE, headers=headers)


@pytest.mark.parametrize(("site", "asked", "said"), [("ar", "de", "ar"), (None, "de", "de"), (None, "xx", "en")])
async def test_it_is_in_the_language_of_the_site_else_of_the_browser(site: str | None, asked: str, said: str) -> None:
    spoken = Site(name=SITE.name, url=SITE.url, logo=None, language=site)
    async with client_of(AwayReading(seconds=1), site=spoken) as client:
        page = await client.get(PAGE, headers={**BROWSER, "accept-language": asked})
    direction = "rtl" if said == "ar" else "ltr"
    assert f'<html lang="{said}" dir="{direction}">' in page.text
