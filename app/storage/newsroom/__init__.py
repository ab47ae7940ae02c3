"""The newsroom's tables: drafts, versions, people, audit, search."""
