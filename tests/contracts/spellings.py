"""Ways to spell an id in a path, and what each is answered."""

from __future__ import annotations

import re
from collections.abc import Callable

ID = "0f4b3c2d-1e5a-4b6c-8d7e-9f0a1b2c3d4e"
FULLWIDTH = {digit: f"%EF%BC%9{digit}" for digit in "0123456789"}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "unknown": lambda ident: ID,
    "upper-case": str.upper,
    "in-braces": lambda ident: f"%7B{ident}%7D",
    "as-a-URN": lambda ident: f"urn:uuid:{ident}",
    "without-hyphens": lambda ident: ident.replace("-", ""),
    "other-digits": lambda ident: re.sub("[0-9]", lambda digit: FULLWIDTH[digit[0]], ident),
    "twice": lambda ident: ident * 2,
    "cut-off": lambda ident: ident[:-1],
    "nothing": lambda ident: "",
    "dot-behind": lambda ident: f"{ident}.",
    "dot-before": lambda ident: f".{ident}",
    "blank-behind": lambda ident: f"{ident}%20",
    "blank-before": lambda ident: f"%20{ident}",
    "line-feed": lambda ident: f"{ident}%0A",
    "semicolon": lambda ident: f"{ident};v=1",
    "suffix": lambda ident: f"{ident}.json",
    "wildcard": lambda ident: "*",
    "quote": lambda ident: f"{ident}'%20OR%20'1'='1",
    "dot": lambda ident: ".",
    "dots": lambda ident: "..",
    "dots-encoded": lambda ident: "%2e%2e",
    "dots-twice": lambda ident: "%252e%252e",
    "up-and-back": lambda ident: f"..%2F{ident}",
    "slash-encoded": lambda ident: f"{ident}%2F",
    "slash": lambda ident: f"{ident}/",
    "slash-before": lambda ident: f"/{ident}",
    "backslash": lambda ident: f"{ident}%5C",
    "zero-width": lambda ident: f"{ident}%E2%80%8B",
    "very-long": lambda ident: "a" * 8_000,
    "null": lambda ident: f"{ident}%00",
    "null-raw": lambda ident: "%00",
    "not-UTF-8": lambda ident: f"{ident}%FF",
    "overlong": lambda ident: "%C0%AE%C0%AE",
    "surrogate": lambda ident: "%ED%A0%80",
    "percent": lambda ident: f"{ident}%",
}

TRICKS = """
                  story entry person token signed external slug file link stranger stream socket secret feed tag shared
-  unknown        404   404   404    404   404    201      404  404  200  401      200    404    404 404  200  404
-  upper-case     404   404   404    404   404    201      308  404  200  401      200    404    404 308  200  404
-  in-braces      404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  as-a-URN       404   404   404    404   404    201      404  404  200  401      200    404    404 404  404  404
-  without-hyphens 404  404   404    404   404    201      404  404  200  401      200    404    404 404  200  404
-  other-digits   404   404   404    404   404    422      308  404  200  401      200    404    404 308  200  404
-  twice          404   404   404    404   404    201      404  404  200  401      200    404    404 404  200  404
-  cut-off        404   404   404    404   404    201      404  404  200  401      200    404    404 404  200  404
-  nothing        404   404   404    404   404    404      404  404  404  404      404    404    404 404  404  404
-  dot-behind     404   404   404    404   404    201      404  404  200  401      200    404    404 404  404  404
-  dot-before     404   404   404    404   404    201      404  404  200  401      200    404    404 404  404  404
-  blank-behind   404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  blank-before   404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  line-feed      400   400   400    400   400    400      400  400  400  400      400    404    400 400  400  400
-  semicolon      404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  suffix         404   404   404    404   404    201      404  404  200  401      200    404    404 404  404  404
-  wildcard       404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  quote          404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  dot            404   404   404    404   404    201      404  404  200  401      200    404    404 404  404  404
-  dots           404   404   404    404   404    201      404  404  200  401      200    404    404 404  404  404
-  dots-encoded   404   404   404    404   404    201      404  404  200  401      200    404    404 404  404  404
-  dots-twice     404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  up-and-back    404   404   404    404   404    404      404  404  404  404      404    404    404 404  404  404
-  slash-encoded  404   404   404    404   404    404      308  404  308  404      404    404    308 404  404  308
-  slash          404   404   404    404   404    404      308  404  308  404      404    404    308 404  404  308
-  slash-before   404   404   404    404   404    404      404  404  404  404      404    404    404 404  404  404
-  backslash      404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  zero-width     404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  very-long      404   404   404    404   404    422      404  404  200  401      200    404    404 404  404  404
-  null           400   400   400    400   400    400      400  400  400  400      400    404    400 400  400  400
-  null-raw       400   400   400    400   400    400      400  400  400  400      400    404    400 400  400  400
-  not-UTF-8      400   400   400    400   400    400      400  400  400  400      400    404    400 400  400  400
-  overlong       400   400   400    400   400    400      400  400  400  400      400    404    400 400  400  400
-  surrogate      400   400   400    400   400    400      400  400  400  400      400    404    400 400  400  400
-  percent        400   400   400    400   400    400      400  400  400  400      400    404    400 400  400  400
"""
"""What an admin is answered for each spelling in the place of a known id. Another system's ids are its own to choose:
letters, digits and `. _ ~ : -`, so that there other spellings are other ids, and make other entries. An id has one
spelling; capitals and other digits of a slug lead to it, and a tag is the same in any spelling, or one that nothing
has. The page that
shows a preview is the same whatever the link. A stranger has a token that is none; an event stream says no on a 200."""
