"""Stories that commands bring into a server or take out: the calls of its control socket, and files of exports."""
