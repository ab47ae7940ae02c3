"""Text as it was typed, before it is a body: its lines, its shorthand, its differences."""
