"""Themes of readers' pages: an operator's style sheet, logo and templates, by name."""
