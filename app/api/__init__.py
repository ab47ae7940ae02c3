"""The HTTP edge: layers around every request, one file of routes per resource, and the HTTP that both share."""
