"""A browser that does not close what it is told to close holds up nobody."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.browser.engines import playwright_browser as module
from tests.browser.engines.playwright_browser import KeptBrowser, playwright_browser


def test_a_context_that_is_never_closed_is_left_and_the_next_is_opened(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def never(reason: str | None) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.1)
    with playwright_browser("chromium") as browser:
        context = browser.new_context()
        context.new_page().goto("about:blank")
        with monkeypatch.context() as hung, caplog.at_level(logging.WARNING):
            hung.setattr(context._impl_obj, "close", never)
            context.close()
        assert "a BrowserContext was not closed within 0.1 s" in caplog.text
        monkeypatch.setattr(module, "CLOSE_SECONDS", 30.0)
        with browser.new_context() as next_context:
            assert next_context.new_page().evaluate("1 + 1") == 2


def test_a_kept_browser_is_another_one_where_a_context_was_left_or_it_has_ended() -> None:
    with KeptBrowser("chromium") as kept:
        first = kept.browser
        assert kept.browser is first
        first.new_context()
        second = kept.browser
        assert second is not first
        assert not first.is_connected()
        second.close()
        assert kept.browser.is_connected()
        kept.close()
        assert kept.browser.new_page().evaluate("1 + 1") == 2
