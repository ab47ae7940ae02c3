"""Liveblog: the backend a newsroom runs its live coverage on."""

import gc

__version__ = "0.2.0"

COLLECTOR_THRESHOLDS = (20_000, 20, 50)
"""How many new objects before Python looks for cycles, and how many such looks before it looks at older ones too. Set
here, before anything else of ours is imported: with Python's own 700 a ninth of the start goes into looking."""

gc.set_threshold(*COLLECTOR_THRESHOLDS)
