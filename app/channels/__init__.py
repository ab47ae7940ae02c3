"""Channels between processes: what each of them needs, whatever carries it. They may lose, double, delay and lie."""
