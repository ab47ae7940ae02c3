"""The two databases: transactions, snapshots, commit listeners, prepared statements and the tables."""
