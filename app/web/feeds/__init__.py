"""Feeds: Atom, RSS and JSON Feed of a story, of a tag and of the site, made from the API's JSON as the pages are."""
