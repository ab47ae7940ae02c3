"""Readers on any ASGI server, with the same sessions."""
