"""The forms in which scripts and styles of our pages are sent: joined, with short names, and for pages of others."""
