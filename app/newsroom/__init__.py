"""What reporters and editors can do, one file per activity; each function owns one visible transaction."""
