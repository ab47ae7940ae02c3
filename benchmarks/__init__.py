"""Benchmarks of the program: `python -m benchmarks`, one file per measurement.

The server runs on one core and the client on another. Absolute times differ from machine to machine, so that
everything is shown beside what it is compared with, measured in the same run. The client's own load is printed: a
figure measured by a client that had no time left would say nothing.
"""
