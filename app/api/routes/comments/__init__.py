"""The routes of comments: what readers send and read, and how the newsroom moderates."""
