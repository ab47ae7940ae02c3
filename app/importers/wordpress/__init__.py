"""WordPress with the Liveblog plugin: its export (WXR) and its REST answers. Entries are comments there."""
