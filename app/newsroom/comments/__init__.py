"""Readers' comments: taken in, moderated, answered, made into entries, and forgotten again."""
