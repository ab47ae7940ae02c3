"""Bytes of pictures, video and sound: what a file is, the process that decodes it, and where the results are kept.

Nothing here knows a database, a request or a story. The server's process looks at the first bytes of a file and at no
others: every decoder runs in `conversion/`, which is executed as a process of its own for each file.
"""
