"""The metrics of one process for Prometheus: what requests count, and everything as text."""
