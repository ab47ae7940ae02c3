"""Kept reads for search engines, social networks and pages that embed: stories, entries and sitemaps."""
