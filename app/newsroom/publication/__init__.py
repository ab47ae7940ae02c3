"""The one door from the newsroom to its readers, and what goes through it."""
