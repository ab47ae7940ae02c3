"""Entries: create, edit, review, release, withdraw, move, and their versions."""
