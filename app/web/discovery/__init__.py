"""Documents by which stories and entries are found and embedded: structured data, cards, sitemaps, oEmbed."""
