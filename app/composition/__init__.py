"""The parts of the composition root: counts, settings in each package's own form, and what each package is handed."""
