"""The readers' tables: what is public now, and nothing else."""
