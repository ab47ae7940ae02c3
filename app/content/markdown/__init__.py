"""The newsroom's Markdown: read into blocks, and written from blocks for editing."""
