"""The use cases of reporters and editors, one file per activity; each function owns one visible transaction."""
