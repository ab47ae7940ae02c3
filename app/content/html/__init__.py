"""HTML itself: read as tokens, written as inline HTML, and sanitised on its way out."""
