"""Pure rules, standard library only: stories, entries and events, their statuses and the rights over them."""
