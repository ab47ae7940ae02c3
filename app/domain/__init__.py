"""Pure rules, standard library only: what a story, an entry and an event are, and what may happen to them."""
