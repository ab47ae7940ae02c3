"""Stories that come from elsewhere: records of them, and the one use case that takes them in."""
