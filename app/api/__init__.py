"""The HTTP edge: one file per resource, problem details for every error, conditional and compressed answers."""
