"""One story in memory: its head, its ring of packets, its catch-ups and its counters. Pure but for StoryLog."""
