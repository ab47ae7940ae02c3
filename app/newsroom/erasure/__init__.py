"""Taking text out of everything for good, on a court's order or a person's right; and keeping it for a court."""
