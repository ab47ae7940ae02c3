"""The newsroom's reads: lists, search, audit, previews, and the feed of its stream."""
