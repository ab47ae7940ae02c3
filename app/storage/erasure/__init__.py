"""The one list of the places where text of people is kept, and the means of emptying each."""
