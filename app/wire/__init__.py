"""The wire formats: every shape promised to a client, and its encoding into bytes."""
