"""Gives the variables of scripts short names, as a third of what is sent of a script are names that no reader reads.

A name is replaced wherever it is a variable's in its function (`Token.unit`), whichever scope inside that is, and never
by one that is used there: so what shadowed another still does, and no scope has to be known. Members keep their names,
but for private ones (`#root`), which nothing outside of their class can name. The names of the browser stay.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, product
from string import ascii_letters, digits

from app.web.bundling.script_tokens import KEYWORDS, Role, Token, UnreadableScript, read_tokens

GLOBALS = frozenset(
    "AbortController AbortSignal Array BigInt Blob Boolean CSS CustomEvent DOMParser DOMRect Date Element"
    " Error Event EventSource EventTarget File FormData HTMLElement Headers Image Infinity"
    " IntersectionObserver Intl JSON Map Math MutationObserver NaN Node Number Object PerformanceObserver"
    " Promise Proxy Range RangeError Reflect Request ResizeObserver Response Set String Symbol SyntaxError"
    " TextDecoder TextEncoder TypeError URL URLSearchParams Uint16Array Uint32Array Uint8Array WeakMap"
    " WeakRef WeakSet WebSocket Worker XMLSerializer addEventListener atob btoa caches cancelAnimationFrame"
    " cancelIdleCallback clearInterval clearTimeout console crypto customElements decodeURI"
    " decodeURIComponent document encodeURI encodeURIComponent fetch getComputedStyle getSelection globalThis"
    " history indexedDB innerHeight isFinite isNaN localStorage location matchMedia navigator parseFloat"
    " parseInt performance queueMicrotask removeEventListener requestAnimationFrame requestIdleCallback"
    " scrollBy scrollTo scrollY sessionStorage setInterval setTimeout structuredClone window".split()
)
"""The browser's names that our scripts may use: never a variable's short name, nor replaced by one."""

_SIGNS = ascii_letters + "$_"
_WORD = frozenset(ascii_letters + digits + "_$#")
_VARIABLES = (Role.VARIABLE, Role.SHORTHAND)
"""A tuple, since members of an enum are hashed by a function of Python's and compared without one."""

Symbol = tuple[str, str]
"""A variable of a script: the script's name, and its own there."""


@dataclass(slots=True)
class Script:
    """One script: its tokens, the names of its outermost variables, and what each of those that it imports is."""

    name: str
    tokens: list[Token]
    imported: Mapping[str, Symbol] = field(default_factory=dict)
    outermost: frozenset[str] = frozenset()
    exported: frozenset[str] = frozenset()

    @classmethod
    def read(cls, name: str, text: str, imported: Mapping[str, Symbol] | None = None) -> Script:
        """Read a script. Raises UnreadableScript."""
        tokens = read_tokens(text)
        exporting = {each.unit for each in tokens if each.text == "export" and each.is_outermost}
        outermost = {each.text for each in tokens if each.is_bound and each.is_outermost}
        exported = {each.text for each in tokens if each.is_bound and each.is_outermost and each.unit in exporting}
        script = cls(name, tokens, imported or {}, frozenset(outermost), frozenset(exported))
        if hidden := script.outermost & GLOBALS:
            raise UnreadableScript(f"{name} has a {', '.join(sorted(hidden))} of its own, which is a browser's name")
        bound = {each.text for each in tokens if each.is_bound} | script.imported.keys() | GLOBALS
        if free := {each.text for each in tokens if _is_variable(each)} - bound:
            raise UnreadableScript(f"{name} uses {', '.join(sorted(free))}, which is neither its own nor a browser's")
        return script

    def symbol(self, name: str) -> Symbol | None:
        """Return what an outermost or an imported name stands for; None for any other."""
        if name in self.imported:
            return self.imported[name]
        return (self.name, name) if name in self.outermost else None


def shorten_script(name: str, text: str) -> str:
    """Shorten a script that is sent by itself; what it exports keeps its names. Raises UnreadableScript."""
    script = Script.read(name, text)
    shorten_names([script], kept=[(name, each) for each in script.exported])
    return written(script.tokens)


def shorten_names(scripts: Sequence[Script], *, kept: Iterable[Symbol] = ()) -> dict[Symbol, str]:
    """Shorten the names in scripts that are to share one scope. Returns the new name of each outermost variable.

    `kept` are outermost variables that keep theirs.
    """
    fixed = set(kept)
    uses = Counter(
        symbol
        for script in scripts
        for token in script.tokens
        if _is_variable(token) and (symbol := script.symbol(token.text)) is not None and symbol not in fixed
    )
    taken = {token.text for script in scripts for token in script.tokens if token.kind == "name"} | GLOBALS | KEYWORDS
    names = _names(taken)
    shared = {symbol: next(names) for symbol, _ in sorted(uses.items(), key=lambda each: (-each[1], str(each[0])))}
    for script in scripts:
        _shorten_private(script.tokens)
        for unit in _units(script.tokens):
            _shorten_unit(script, unit, shared)
    return shared


def _is_variable(token: Token) -> bool:
    return token.role in _VARIABLES


def _names(taken: Iterable[str]) -> Iterator[str]:
    """List short names, the shortest first, without those that are taken."""
    avoided = frozenset(taken)
    for length in count(1):
        for signs in product(_SIGNS, repeat=length):
            if (name := "".join(signs)) not in avoided:
                yield name


def _units(tokens: list[Token]) -> list[list[Token]]:
    units = defaultdict[int, list[Token]](list)
    for token in tokens:
        units[token.unit].append(token)
    return list(units.values())


def _shorten_private(tokens: list[Token]) -> None:
    uses = Counter(token.text for token in tokens if token.role is Role.PRIVATE)
    short = dict(zip((name for name, _ in uses.most_common()), _names(()), strict=False))
    for token in tokens:
        if token.role is Role.PRIVATE:
            token.text = f"#{short[token.text]}"


def _shorten_unit(script: Script, unit: list[Token], shared: Mapping[Symbol, str]) -> None:
    variables = [token for token in unit if _is_variable(token) or (token.role is Role.LISTED and token.is_bound)]
    found = {each.text: script.symbol(each.text) for each in variables}
    new = {name: shared[symbol] for name, symbol in found.items() if symbol is not None and symbol in shared}
    own = Counter(each.text for each in variables if found[each.text] is None and each.text not in GLOBALS)
    kept = {each.text for each in variables} - own.keys() - new.keys()
    names = _names({*new.values(), *kept, *KEYWORDS, *GLOBALS})
    new |= {name: next(names) for name in own}
    for token in variables:
        if (short := new.get(token.text)) is not None and short != token.text:
            token.text = _renamed(token, short)


def _renamed(token: Token, short: str) -> str:
    if token.role is Role.SHORTHAND:
        return f"{token.text}:{short}"
    return f"{token.text} as {short}" if token.role is Role.LISTED else short


def written(tokens: Sequence[Token]) -> str:
    """Return a script of these tokens, without what it does not need; imports stay as they are, for who looks for them.

    A line begins with each outermost function and member of a class, so that an error can be looked up.
    """
    importing = {each.unit for each in tokens if each.text == "import" and each.is_outermost}
    parts: list[str] = []
    before = Token("", "")
    for token, after in zip(tokens, [*tokens[1:], Token("", "")], strict=True):
        begins = token.unit != before.unit and token.text not in {";", "}"}
        if token.unit in importing:
            space = " " if token.space else ""
        elif token.text + after.text in {";}", ",}", ",)"}:
            continue  # a text in quotes is none of these
        else:
            space = _between(parts[-1] if parts else "", token.text)
        parts += ["\n" if begins and parts else space, token.text]
        before = token
    return "".join(parts) + "\n"


def _between(before: str, after: str) -> str:
    """Return the blank without which two tokens would be one."""
    last, first = before[-1:], after[:1]
    are_words = last in _WORD and first in _WORD
    return " " if are_words or (last == first and last in {"+", "-"}) else ""
