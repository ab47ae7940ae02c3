"""The newsroom's page by roles and labels alone: what a person, or a screen reader, finds, however it is drawn."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def composer(page: Page) -> Locator:
    """The form in which an entry is written or edited."""
    return page.get_by_role("form", name="entry").or_(page.get_by_role("form", name="Edit"))


def text_field(page: Page) -> Locator:
    """Where the entry's text is typed."""
    return composer(page).get_by_role("textbox", name="Text", exact=True)


def press_in_composer(page: Page, words: str) -> None:
    """Press one of the composer's buttons."""
    composer(page).get_by_role("button", name=words, exact=True).click()


def write(page: Page, text: str, button: str = "Publish") -> None:
    """Write an entry, and press a button of the composer."""
    text_field(page).fill(text)
    press_in_composer(page, button)


def outcome(page: Page) -> Locator:
    """The line that says what became of what was sent from the composer."""
    return page.get_by_role("status", name="What became of it")


def connection(page: Page) -> Locator:
    """What the bar says of the connection."""
    return page.get_by_role("status", name="Connection")


def entries(page: Page) -> Locator:
    """The entries of the list."""
    return page.get_by_role("region", name="Entries").get_by_role("article")


def entry(page: Page, words: str) -> Locator:
    """The entry of the list with these words."""
    return entries(page).filter(has_text=words)


def button_of(page: Page, words: str, button: str) -> Locator:
    """A button of an entry of the list."""
    return entry(page, words).get_by_role("button", name=button, exact=True)


def press_at(page: Page, words: str, button: str) -> None:
    """Press a button of an entry, wherever it is folded away."""
    if not button_of(page, words, button).is_visible():
        entry(page, words).get_by_text("More", exact=True).click()
    button_of(page, words, button).click()


def dialog(page: Page) -> Locator:
    """The dialog that is open."""
    return page.get_by_role("dialog")


def answer(page: Page, button: str) -> None:
    """Press a button of the dialog that is open."""
    dialog(page).get_by_role("button", name=button, exact=True).click()


def arrived(page: Page, count: int) -> Locator:
    """The button behind which arrivals wait."""
    return page.get_by_role("button", name=f"{count} new")


def centre(locator: Locator) -> tuple[float, float]:
    """The middle of something on the screen."""
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
