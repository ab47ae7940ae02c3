"""The stories in memory behind one front: their registry, their loader, the reconciler and the shared reads."""
