"""The parts of the composition root: counts, settings in the form each room takes, and what each room is handed."""
