"""Where text of people is kept, in one list, and how each place of it is emptied."""
