"""Documents beside pages: XML that no text can break, and what is made once of what was read."""
