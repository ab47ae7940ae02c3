"""A provider, and the forms of its addresses: what each is shown as."""

from __future__ import annotations

from dataclasses import dataclass

from app.content.block_limits import MAX_ADDRESS_LENGTH
from app.content.embeds.patterns import Address, Pattern, Template, UnusablePattern, read_pattern, read_template

CATEGORIES = ("video", "social", "audio", "chart", "map")
"""The categories of consent that the providers of ours are in."""

RATIOS = ("16/9", "9/16", "4/3", "3/4", "4/5", "1/1", "3/2", "2/1", "21/9")
"""The ratios of width to height that the style of the pages reserves a place for."""

OWN_HEIGHTS = tuple(range(100, 1_001, 50))
HEIGHTS = tuple(sorted({*OWN_HEIGHTS, 152, 166, 175, 352}))
"""The heights in pixels likewise: multiples of 50, and what the players of sounds have."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A site whose pages can be shown inside another; `label` is its name for people, `category` that of consent."""

    name: str
    label: str
    category: str
    sets_cookies: bool = True


@dataclass(frozen=True, slots=True)
class KnownEmbed:
    """An address of a provider as it is understood: the frame that shows it, if there is one, and its shape.

    `ratio` is width to height in CSS notation, `height` pixels; a frame has one of the two. `author` is whose page it
    is, as the address has it. `page` is the address of what a player's address shows, else None.
    """

    provider: Provider
    frame: str | None
    ratio: str | None
    height: int | None
    author: str
    page: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """Addresses of a provider that are shown in one way."""

    provider: Provider
    patterns: tuple[Pattern, ...]
    frame: Template | None
    page: Template | None
    author: str
    ratio: str | None
    height: int | None

    def read(self, pattern: Pattern, address: Address) -> KnownEmbed | None:
        """Return what is known of an address that fits the pattern, one of this form's; None if it does not fit."""
        values = pattern.match(address)
        if values is None:
            return None
        author = self.author
        for name, value in values.items():
            author = author.replace(f"{{{name}}}", value.removeprefix("@"))
        frame = self.frame.fill(values) if self.frame else None
        return KnownEmbed(
            self.provider,
            frame if frame and len(frame) <= MAX_ADDRESS_LENGTH else None,
            self.ratio,
            self.height,
            author,
            self.page.fill(values) if self.page else None,
        )


def form(
    provider: Provider,
    *addresses: str,
    frame: str = "",
    page: str = "",
    author: str = "",
    ratio: str | None = None,
    height: int | None = None,
) -> Form:
    """Build a form from address patterns and templates. Raises UnusablePattern."""
    patterns = tuple(map(read_pattern, addresses))
    if frame and (ratio is None) == (height is None):
        raise UnusablePattern("a frame has a ratio or a height, and not both")
    _check_author(author, patterns)
    return Form(
        provider,
        patterns,
        read_template(frame, patterns) if frame else None,
        read_template(page, patterns) if page else None,
        author,
        ratio,
        height,
    )


def _check_author(author: str, patterns: tuple[Pattern, ...]) -> None:
    for pattern in patterns:
        left = author
        for each in pattern.values():
            if each.is_spelt and not each.is_optional:
                left = left.replace(f"{{{each.name}}}", "")
        if "{" in left or "}" in left:
            raise UnusablePattern(f"author {author!r} has a placeholder that is not in every address pattern")
