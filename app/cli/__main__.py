"""Run the `liveblog` command as `python -m app.cli`."""

import os
import signal

_FIRST = 1
"""The process of a container that its runtime signals, and to which a signal that it does not handle does nothing."""

if __name__ == "__main__":
    if os.getpid() == _FIRST:
        # As it ends any other process, until a server handles it: else a container that is stopped while it starts
        # would go on to serve until its runtime kills it.
        signal.signal(signal.SIGTERM, lambda number, _frame: os._exit(128 + number))
    from app.cli.main import main  # what it loads takes a second

    main()
