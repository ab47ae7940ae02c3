"""Readers of what other systems export: each makes stories and entries of a file, and says what it could not read.

They have no SQL, no clock and no network, hold one story of a file at a time, and cost time in proportion to its size.
"""
