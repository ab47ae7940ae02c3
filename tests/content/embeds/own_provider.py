"""A file of providers of the operator's own, with the one entry that it needs at least."""

PEERTUBE = """
[[provider]]
name = "peertube"
label = "PeerTube"
category = "video"
addresses = ["https://video.example/w/{id}"]
frame = "https://video.example/videos/embed/{id}"
ratio = "16/9"
"""
