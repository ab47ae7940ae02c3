"""The newsroom's own stream over a WebSocket. Shares nothing with readers' connections."""
