"""The newsroom's page without a network: the service worker that keeps its shell, and the manifest that installs it.

The shell is the page's HTML and the files it is made of, the same bytes for everybody; nothing is kept that an API
answered. One release's shell is kept whole or not at all, under a name that says which it is.
"""

from __future__ import annotations

import hashlib
import re

from fastapi import APIRouter, Request, Response

from app.web.app_pages import newsroom_html
from app.web.assets import Assets
from app.web.headers import MANIFEST_POLICY, WORKER_POLICY
from app.web.page_responses import Document, PageResponses
from app.web.rendering import Renderer
from app.wire.encoding import encode_json

PAGE = "/newsroom"
_WORKER = "newsroom_shell/worker.js"
_ICONS = (
    ("newsroom_shell/icon-192.png", "192x192", "any"),
    ("newsroom_shell/icon-512.png", "512x512", "any"),
    ("newsroom_shell/icon-maskable-512.png", "512x512", "maskable"),
)
_NO_KEEPING = "no-cache"
_COLOUR = "#b3131b"


def shell_files(assets: Assets, html: str) -> list[str]:
    """Return the addresses of the files that the page is made of: those it names, and all that their modules import."""
    found = set(re.findall(rf"/static/{assets.version}/([\w./-]+)", html))
    found |= assets.imported((name for name in found if name.endswith(".js")), later=True)
    return [assets.url(name) for name in sorted(found)]


def newsroom_shell(*, renderer: Renderer, responses: PageResponses, assets: Assets) -> APIRouter:
    """Return the routes of `GET /newsroom/worker.js` and `GET /newsroom/manifest.webmanifest`."""
    router = APIRouter(include_in_schema=False)
    script = assets.file(_WORKER).content

    @router.api_route(f"{PAGE}/worker.js", methods=["GET", "HEAD"])
    async def get_worker(request: Request) -> Response:
        html = newsroom_html(renderer, request)
        digest = hashlib.sha256(html.encode()).hexdigest()
        shell = {"version": f"{assets.version}-{digest[:12]}", "page": digest, "files": shell_files(assets, html)}
        body = b"const SHELL = " + encode_json(shell) + b";\n" + script
        response = await responses.send(
            request,
            Document.of(body, "text/javascript; charset=utf-8"),
            policy=WORKER_POLICY,
            cache_control=_NO_KEEPING,
        )
        response.headers["Service-Worker-Allowed"] = PAGE
        return response

    @router.api_route(f"{PAGE}/manifest.webmanifest", methods=["GET", "HEAD"])
    async def get_manifest(request: Request) -> Response:
        name = renderer.site_at(request).name
        manifest = {
            "id": PAGE,
            "name": f"{name} newsroom",
            "short_name": name,
            "start_url": PAGE,
            "scope": PAGE,
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": _COLOUR,
            "icons": [
                {"src": assets.url(icon), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for icon, sizes, purpose in _ICONS
            ],
        }
        return await responses.send(
            request,
            Document.of(encode_json(manifest), "application/manifest+json"),
            policy=MANIFEST_POLICY,
            cache_control=_NO_KEEPING,
        )

    return router
