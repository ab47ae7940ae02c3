"""What clients of servers on this machine share: they speak plain HTTP, and need nobody's certificates."""

from __future__ import annotations

import ssl

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. Without it each new client reads every authority there is, which takes 19 ms of CPU (measured)."""
