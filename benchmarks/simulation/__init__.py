"""A discrete-event simulation of a site: readers with the client's back-off, nodes with measured capacities."""
