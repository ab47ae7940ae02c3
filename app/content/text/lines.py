"""The lines of a text as it was typed."""

from __future__ import annotations


def split_lines(text: str) -> list[str]:
    """Return the lines of `text`, whose line ends are LF, CRLF or CR and nothing else."""
    return unify_line_ends(text).split("\n")


def unify_line_ends(text: str) -> str:
    """Return `text` with LF in place of CRLF and CR."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_blank(line: str) -> bool:
    """Return whether a line holds nothing but blanks and tabs."""
    return not line.strip(" \t")
