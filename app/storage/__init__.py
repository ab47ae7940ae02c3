"""All SQL: the newsroom's tables, the readers' tables, and the two databases that hold them."""
