"""Real sockets: uvicorn as we need it, the control socket, and an orderly stop."""
