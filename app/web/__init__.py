"""Pages for people: the reader's, the newsroom's, the API's documentation, and the files they need."""
