"""Uploads: keeping them, their words, where they are used, and deleting what nothing uses."""
