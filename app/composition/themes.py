"""The themes that this process knows: those of the operator's folder."""

from __future__ import annotations

from app.settings import PREFIX, Settings, UnusableSettings
from app.web.themes.theme_folder import UnusableTheme, read_themes
from app.web.themes.themes import Themes


def load_themes(settings: Settings) -> Themes:
    """Read the operator's folder of themes, if there is one. Raises UnusableSettings for one that cannot be used."""
    if settings.theme_dir is None:
        return Themes()
    try:
        return read_themes(settings.theme_dir, default=settings.theme)
    except UnusableTheme as error:
        raise UnusableSettings(f"{PREFIX}THEME_DIR: {error}") from None
