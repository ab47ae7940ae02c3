"""Requests as clients send them: bodies, blocks, and the kinds of text in them."""
