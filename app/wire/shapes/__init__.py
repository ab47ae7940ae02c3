"""The shapes of answers, for the API's description."""
