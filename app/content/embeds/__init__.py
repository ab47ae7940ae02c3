"""The sites whose pages can be shown inside another, and the frames that show them: read from an address alone."""
