"""What our fan-out is compared with: each program keeps WebSockets open and tells all of them what a POST brings.

A comparison is fair where both sides do the same: one message of as many bytes to as many sockets. None of these
stores anything, knows cursors or resumes.
"""
