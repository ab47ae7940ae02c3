"""The definitions of tables by what they hold, under the schema, which has them all."""
