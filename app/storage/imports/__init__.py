"""Stories brought from elsewhere and taken out: how far each import is, old addresses, and all rows of one story."""
