"""Requests with readers' comments: their limits, their forms, and the services that take them in."""
