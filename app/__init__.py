"""Liveblog: the backend a newsroom runs its live coverage on."""

__version__ = "0.1.0"
