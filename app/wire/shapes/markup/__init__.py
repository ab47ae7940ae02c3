"""Shapes of documents in vocabularies of others: schema.org."""
