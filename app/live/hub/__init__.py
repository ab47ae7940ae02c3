"""The hub: stories in memory, the fan-out to their subscribers, and the connections of this process."""
