"""The figures of a whole machine: what its processes tell each other, and what they are joined to."""
