"""Keeps open connections current: the hub, the sessions that decide, and the shells that only move bytes."""
