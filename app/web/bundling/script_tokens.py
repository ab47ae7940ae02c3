"""Takes a script of ours apart into tokens, and says of each name in it whether it is a variable's or a member's.

It reads the JavaScript that our scripts are written in, which is less than the language has: no labels, no `var` and
no `with`, a semicolon behind each statement, and no text over several lines. What it does not know it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<name>#?[A-Za-z_$][\w$]*)"
    r"|(?P<number>(?:\d[\w.]*|\.\d\w*)(?:(?<=e)-\d+)?)"
    r"""|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"|(?P<sign>\.\.\.|\?\.(?!\d)|=>|[{}()\[\];,<>=!+\-*/%&|^~?:.])",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
KEYWORDS = frozenset(
    "async await break case catch class const continue default delete do else export extends false finally for from"
    " function get if import in instanceof let new null of return set static super switch this throw true try typeof"
    " undefined void while yield as".split()
)
"""Words that are never taken for a name, also where they could be one."""
_UNKNOWN = frozenset({"var", "with", "debugger", "enum"})
_VALUES = frozenset({"this", "super", "null", "true", "false", "undefined"})
_BEFORE_A_BLOCK = frozenset({"", ")", "=>", ";", "{", "}", "else", "try", "finally", "do", "catch"})
_HEADS = frozenset({"if", "for", "while", "switch"})
_SPELT = ("name", "sign")
"""Kinds of tokens of which it matters how they are spelt."""
_MODIFIERS = frozenset({"get", "set", "async", "static", "*"})
_BEFORE_A_KEY = {"object": frozenset({"{", ","}), "class": frozenset({"{", "}", ";"})}


class UnreadableScript(Exception):
    """A script in a form that is not read; the message says where."""


class Role(Enum):
    """The part of a name in a script, as far as it decides whether the name may be another."""

    OTHER = "other"
    VARIABLE = "variable"
    SHORTHAND = "shorthand"
    """A variable that is a member of its own name, too: `{ name }`."""
    LISTED = "listed"
    """A name in the list of an import or export."""
    PRIVATE = "private"


@dataclass(slots=True)
class Token:
    """One token: its text, what it is, whether a variable is bound by it, and where it stands."""

    text: str
    kind: str
    space: str = ""
    """What stands before it: blanks, lines and comments."""
    role: Role = Role.OTHER
    is_bound: bool = False
    unit: int = 0
    """Which of the outermost functions and constants, or of the members of an outermost class, it stands in."""
    is_outermost: bool = False


@dataclass(slots=True)
class _Bracket:
    kind: str
    """`(`, `[`, `block`, `object`, `class`, `list` of an import or export, or `head` of an `if` or a loop."""
    is_binding: bool = False


def read_tokens(script: str) -> list[Token]:
    """Return the tokens of a script. Raises UnreadableScript."""
    tokens: list[Token] = []
    space = ""
    for kind, text in _cut(script):
        if kind == "space":
            space += text
        else:
            tokens.append(Token(text, kind, space))
            space = ""
    _Reading(tokens).tell_apart()
    return tokens


def _cut(script: str) -> Iterator[tuple[str, str]]:
    """Cut a script into (kind, text); of a text in backquotes, what stands between its values is one token each."""
    at, depth, before = 0, 0, ""
    waiting: list[int] = []  # how deep in braces each text in backquotes is that waits for its value to end
    while at < len(script):
        sign = script[at]
        goes_on = sign == "}" and bool(waiting) and waiting[-1] == depth
        if goes_on or sign == "`":
            if goes_on:
                waiting.pop()
            found = _TEMPLATE.match(script, at + 1)
            end = at + 1 if found is None else found.end()
            ending = "`" if script.startswith("`", end) else "${"
            if not script.startswith(ending, end):
                raise UnreadableScript(f"a text without an end: {script[at : at + 40]!r}")
            if "\n" in script[at:end]:
                raise UnreadableScript(f"a text over several lines: {script[at : at + 40]!r}")
            if ending == "${":
                waiting.append(depth)
            kind, text, is_value = "template", script[at : end + len(ending)], ending == "`"
        else:
            kind, text = _token_at(script, at, before)
            depth += (text == "{") - (text == "}")
            is_value = kind in {"number", "text", "regex"}
        yield kind, text
        at += len(text)
        if kind != "space":
            before = ")" if is_value else text


def _token_at(script: str, at: int, before: str) -> tuple[str, str]:
    is_name = before[:1].isalnum() or before[:1] in {"_", "$", "#"}
    is_behind_value = before in {")", "]", "}"} or (is_name and (before not in KEYWORDS or before in _VALUES))
    if script[at] == "/" and not is_behind_value and (found := _REGEX.match(script, at)):
        return "regex", found[0]
    found = _TOKEN.match(script, at)
    if found is None or found.lastgroup is None or found[0] in _UNKNOWN:
        raise UnreadableScript(f"neither a name nor a sign that is known: {script[at : at + 40]!r}")
    return found.lastgroup, found[0]


class _Reading:
    """A reading of tokens from first to last, which knows the brackets that are open."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self._texts = [token.text if token.kind in _SPELT else f"({token.kind})" for token in tokens]
        self.open: list[_Bracket] = []
        self.declaring: int | None = None
        """How many brackets were open where a `const` or `let` has begun, until what it binds has ended."""
        self.is_class_ahead = self.is_importing = False
        self.unit = 0
        self.closed = ""
        """The kind of the bracket that was closed last."""
        self.closing = _closing(tokens)

    def text(self, place: int) -> str:
        return self._texts[place] if 0 <= place < len(self._texts) else ""

    def tell_apart(self) -> None:
        for place, token in enumerate(self.tokens):
            self._count_unit(place)
            token.unit, token.is_outermost = self.unit, not self.open
            if token.kind == "sign":
                self._read_sign(place, token.text)
            elif token.kind == "name":
                self._read_name(place, token)

    def _count_unit(self, place: int) -> None:
        if len(self.open) > 1:
            return
        is_member = len(self.open) == 1 and self.open[0].kind == "class"
        if not self.open or is_member:
            before = self.text(place - 1)
            ends = before in {"", ";"} or (before == "{" and is_member) or (before == "}" and self.closed == "block")
            self.unit += ends or (before == "}" and self.closed == "class" and not self.open)

    def _read_sign(self, place: int, sign: str) -> None:
        if sign in {"{", "(", "["}:
            is_inside = (self.open[-1].is_binding if self.open else False) or self.declaring == len(self.open)
            bracket = self._opened(place, sign)
            bracket.is_binding |= is_inside and bracket.kind in {"[", "object"}
            self.open.append(bracket)
        elif sign in {"}", ")", "]"}:
            self.closed = self.open.pop().kind
            if self.declaring is not None and self.declaring > len(self.open):
                self.declaring = None
        elif sign == ";" and self.text(place - 1) == ")" and self.closed == "head":
            raise UnreadableScript("an empty statement")
        elif sign in {"=", ";"} and self.declaring == len(self.open):
            self.declaring = None

    def _opened(self, place: int, sign: str) -> _Bracket:
        before = self.text(place - 1)
        if sign == "[":
            return _Bracket("[")
        if sign == "(":
            if before in _HEADS:
                return _Bracket("head")
            behind = self.text(self.closing[place] + 1)
            is_caught = before == "catch" and self.text(place - 2) == "}"
            return _Bracket("(", behind == "=>" or is_caught or behind == "{")
        if self.is_class_ahead:
            self.is_class_ahead = False
            return _Bracket("class")
        if before in {"import", "export"}:
            self.is_importing = before == "import"
            return _Bracket("list")
        return _Bracket("block" if before in _BEFORE_A_BLOCK else "object")

    def _read_name(self, place: int, token: Token) -> None:
        before, inner = self.text(place - 1), self.open[-1] if self.open else _Bracket("block")
        if token.text.startswith("#"):
            token.role = Role.PRIVATE
        elif before in {".", "?."}:
            pass
        elif token.text in {"const", "let"}:
            self.declaring = len(self.open)
        elif token.text == "class" and self.text(place + 1) != ":":
            self.is_class_ahead = True
        elif token.text in {"of", "in"} and self.declaring == len(self.open):
            self.declaring = None
        else:
            token.role = self._role_of(place, token.text, inner.kind)
            token.is_outermost |= self.declaring == 0 or inner.kind == "list"
            token.is_bound = (
                inner.is_binding
                or (inner.kind == "list" and self.is_importing and self.text(place + 1) != "as")
                or self.declaring == len(self.open)
                or self.text(place + 1) == "=>"
                or before in {"function", "class"}
                or (before == "*" and self.text(place - 2) == "function")
            )

    def _role_of(self, place: int, name: str, inner: str) -> Role:
        before, after = self.text(place - 1), self.text(place + 1)
        if name in KEYWORDS:
            return Role.OTHER
        if inner == "list":
            return Role.VARIABLE if before == "as" else Role.LISTED
        begins = _BEFORE_A_KEY.get(inner, frozenset())
        if before in begins or (before in _MODIFIERS and self.text(place - 2) in begins):
            if inner == "class" or after in {":", "("}:
                return Role.OTHER
            if after in {",", "}", "="}:
                return Role.SHORTHAND
        return Role.VARIABLE


def _closing(tokens: list[Token]) -> dict[int, int]:
    """Return the place of the bracket that closes each."""
    closing, opened = dict[int, int](), list[int]()
    for place, token in enumerate(tokens):
        if token.kind != "sign" or token.text not in {"{", "(", "[", "}", ")", "]"}:
            continue
        if token.text in {"{", "(", "["}:
            opened.append(place)
        elif not opened:
            raise UnreadableScript("a bracket is closed that was not opened")
        else:
            closing[opened.pop()] = place
    if opened:
        raise UnreadableScript("a bracket is not closed")
    return closing
