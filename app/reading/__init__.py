"""Everything readers can read. Every answer comes from the readers' tables, in one snapshot; newsroom tables are out of
reach."""
