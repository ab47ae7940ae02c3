"""HTML → typed blocks."""
