"""What readers can see. Every answer comes from the readers' tables, in one snapshot; no newsroom table is in reach."""
