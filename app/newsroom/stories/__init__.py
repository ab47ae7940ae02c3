"""Stories: creation and status, members, pins and key points, linked days."""
