"""A package, so that what is of its scope ends with its last test: Playwright keeps a thread to itself."""
