"""`liveblog copy`: the command, its calls to the server whose database is copied, and the files that go with it."""
