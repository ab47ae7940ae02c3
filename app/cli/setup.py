"""The first steps of a command: read the settings, set up logging, and make the data folder."""

from __future__ import annotations

import os

from app.cli.control import Refused
from app.logs import configure_logging
from app.settings import Settings, read_settings


def set_up() -> Settings:
    """Read the settings, set up logging by them, and keep every new file to its owner. Raises UnusableSettings."""
    os.umask(0o077)
    settings = read_settings()
    configure_logging(level=settings.log_level, form=settings.log_format, node=settings.node_name)
    return settings


def make_data_dir(settings: Settings) -> None:
    """Make the data folder, open to its owner only, unless it exists. Raises Refused."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"The data folder {settings.data_dir} cannot be made: {error.strerror}.") from None
