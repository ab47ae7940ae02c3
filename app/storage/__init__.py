"""The only room with SQL: newsroom tables, readers' tables, and the two databases they live in."""
