"""The failure matrix, row by row: two nodes, PostgreSQL, Redis and nginx, each hurt while writers and readers go on."""
