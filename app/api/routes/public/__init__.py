"""Routes of what readers read: the site, stories, their entries, changes and corrections."""
