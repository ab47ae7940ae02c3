"""Bytes and addresses of live connections: frames, the upgrade, subscribe requests, event-stream text. Pure."""
