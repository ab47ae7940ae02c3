"""Copies a database to another of either kind: a move, in which the log goes on, and no backup of it."""
