"""Readers on uvicorn's own transports: no task, queue, event or timer per connection."""
