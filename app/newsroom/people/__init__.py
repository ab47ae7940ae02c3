"""People, their tokens, invitations and browser sessions."""
