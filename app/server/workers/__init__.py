"""Several processes on one port: the supervisor that starts, watches and replaces them, and their link to it."""
