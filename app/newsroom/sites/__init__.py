"""The sites of one server: brands with hosts, a name and roles of their own."""
