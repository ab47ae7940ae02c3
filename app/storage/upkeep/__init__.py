"""Migrations, backup and restore, and the search index made anew."""
