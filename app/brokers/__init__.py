"""Brokers: carry announcements from the process that commits to those that have readers."""
