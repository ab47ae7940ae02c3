"""The comparisons of our fan-out: programs that keep WebSockets open and send a POST's message to all of them.

A comparison is fair where both sides do the same: one message of as many bytes to as many sockets. None of these
stores anything, knows cursors or resumes.
"""
