"""The beginning and the end of every write: who calls, the transaction and lock, and the record that is left."""
