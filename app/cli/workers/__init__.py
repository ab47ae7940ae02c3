"""`liveblog serve` as several processes: the supervisor's command, and the hidden one that starts each process."""
