"""The `liveblog` command: one file per group of commands, and the ways to reach the API."""
