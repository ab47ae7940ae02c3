"""An SSL context for clients of loopback servers, which speak plain HTTP and need no certificates."""

from __future__ import annotations

import ssl

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. Without it each new client reads every authority there is, which takes 19 ms of CPU (measured)."""
