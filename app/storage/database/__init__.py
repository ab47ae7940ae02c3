"""The two databases: transactions, snapshots and their threads, health, time, commit listeners, statements, tables."""
