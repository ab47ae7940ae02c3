"""Slugs: the words of a title or of a label as they stand in an address. One rule, for stories and for tags.

A slug is words of lower-case letters and digits, of any script, joined by hyphens. It is always stored folded, so that
two of them are the same slug if they are equal byte by byte:

- letters are lower case and composed (NFC); wide, narrow and presentation forms are the plain letters; digits are 0-9;
- Latin and Greek letters lose their accents, and Latin ones that have no plain form in Unicode get the one that people
  type (ß ss, æ ae, œ oe, ø o, ł l, đ d, þ th, ı i …); Cyrillic ones lose the mark of stress, and ё is е, as in print;
- all other letters keep their marks, without which words of Devanagari, Thai or Arabic cannot be read, and й and ї too;
- what is not seen is dropped: joiners, soft hyphens, selectors, marks of direction, the stretching of Arabic.

What stands between words parts them. Symbols that tell names apart are spelt out: C++ is `c-plus-plus`, C# `c-sharp`,
100 % `100-percent`, and a picture has its name in Unicode.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from app.domain.identifiers import is_uuid4
from app.domain.text_folding import decompose

MAX_SLUG_LENGTH = 120
MAX_TAG_SLUG_LENGTH = 100
MAX_SLUG_ADDRESS_LENGTH = 480
"""Characters once percent-encoded, where a letter of Cyrillic takes six and one of Chinese nine: eighty Cyrillic ones.
What shares and shortens links cuts long ones."""

MAX_REF_LENGTH = 400
"""Characters of a slug in any spelling: decomposed, a syllable of Hangul is three."""

_STEM_LENGTH = 80
_STEM_ADDRESS_LENGTH = 320
_DIGEST_LENGTH = 6

_ASCII_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_UUID_LIKE = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")

_WITH_COMPATIBILITY = re.compile("[^\u0e33\u0eb3\u3131-\u318e]+")
"""All but the vowels of Thai and Lao and the single letters of Hangul that would be taken to pieces for good."""

_GENERAL_MARKS = "\u0300-\u0344\u0346-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_ACCENT = re.compile(
    # After a Cyrillic letter: the stress, but not in ѓ and ќ, and the dots of ё.
    f"(?<![\u0400-\u052f])[{_GENERAL_MARKS}]|(?<=[\u0400-\u052f])[\u0300\u0301](?<![гкГК]\u0301)|(?<=[еЕ])\u0308"
)
_UNCOMPOSED = re.compile(f"[{_GENERAL_MARKS}]")
_PLAIN_LETTERS = str.maketrans(
    {
        **{"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ȷ": "j", "ħ": "h"},
        **{"ŧ": "t", "ŋ": "n", "ĸ": "k", "ə": "e", "ɛ": "e", "ɔ": "o", "ɓ": "b", "ɗ": "d", "ɖ": "d", "ƙ": "k"},
        **{"ƴ": "y", "ƒ": "f", "ɣ": "g", "ɩ": "i", "ɨ": "i", "ʉ": "u", "ʋ": "v", "ɲ": "n", "ƶ": "z", "ǥ": "g"},
    }
)
_FILLERS = "\u115f\u1160\u3164\uffa0"
"""Letters to Unicode, with nothing to be seen."""

_UNSEEN = re.compile(
    f"[{_FILLERS}\u0640\u07fa\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
    "\u02b9-\u02c1\u02c6-\u02d1\u02ec\u02ee\u2122\u2120\xa9\xae]"
)
"""Stretching, fillers, selectors, apostrophes that are letters to Unicode, and the signs of trade marks."""

_PERSIAN_BREAK = re.compile("(?<=[\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefc])\u200c(?=[\u0600-\u08ff])")
_FINAL_SIGMA = re.compile(r"(?<=[^\W_])σ(?![^\W_])")

_NATION = re.compile("\U0001f3f4([\U000e0030-\U000e007a]{2,6})\U000e007f|([\U0001f1e6-\U0001f1ff]{2})")
_KEYCAP = "\u20e3"
_MINUS = re.compile(r"^-(?=[0-9])|(?<=[^\W_])-$")
"""Of "-1" and of "AA-"; elsewhere it is a hyphen."""

_EMPHASIS = re.compile(r"(?<![^\W_])(?<!\*)\*+[^\W_]")
_PARTING = re.compile("[|~¦<=>\u2044\u2190-\u21ff\u2500-\u25ff]")
"""Symbols that stand between words as punctuation does."""


def is_slug(text: str) -> bool:
    """Return whether `text` can be a story's slug: folded, not too long, and nothing that looks like a UUID."""
    return fits(text, MAX_SLUG_LENGTH) and is_folded(text) and _UUID_LIKE.fullmatch(text) is None


def is_folded(text: str) -> bool:
    """Return whether `text` is words of folded letters and digits, joined by hyphens, of whatever length."""
    if text.isascii():
        return _ASCII_SLUG.fullmatch(text) is not None
    return text == _fold(text) and all(map(_is_word, text.split("-")))


def looks_like_uuid(text: str) -> bool:
    """Return whether `text` could be taken for a UUID in any of its spellings."""
    return _UUID_LIKE.fullmatch(text) is not None


def fits(slug: str, length: int, address_length: int = MAX_SLUG_ADDRESS_LENGTH) -> bool:
    """Return whether the slug has at most so many characters, both as it is and percent-encoded."""
    return len(slug) <= length and (slug.isascii() or sum(map(_address_length, slug)) <= address_length)


def canonical_slug(ref: str) -> str:
    """Return the slug that `ref` is a spelling of, by case, accents or normal form; `ref` itself if it is of none.

    What is spelt like a UUID stays as it is, for an id has one spelling, and so does what has a sign that nobody sees.
    """
    if ref.isascii():
        lower = ref.lower()
        return lower if lower == ref or _UUID_LIKE.fullmatch(ref) is None else ref
    if len(ref) > MAX_REF_LENGTH or any(map(_is_format_sign, ref)):
        return ref
    folded = _fold(ref)
    is_spelling = all(map(_is_word, folded.split("-"))) and _UUID_LIKE.fullmatch(folded) is None
    return folded if is_spelling else ref


def composed_slug(text: str) -> str:
    """Return `text` composed (NFC), as slugs are stored: a difference that nobody can see."""
    return unicodedata.normalize("NFC", text)


def slug_of(text: str) -> str:
    """Return all words of `text` as a slug of any length; empty if it has none."""
    return "-".join(_words(text, pictures=True))


def story_ref(text: str) -> str | None:
    """Return the id or slug that `text` names in any spelling; None for what names no story, without a look."""
    if is_uuid4(text):
        return text
    slug = canonical_slug(text)
    return slug if is_slug(slug) else None


def slug_from_title(title: str, *, tail: str) -> str:
    """Make a readable slug for `title` that ends in the random `tail`, so that it is free and cannot be guessed.

    The tail tells stories apart, so pictures are left out.
    """
    stem = _cut("-".join(_words(title, pictures=False)), _STEM_LENGTH, _STEM_ADDRESS_LENGTH)
    return f"{stem or 'story'}-{tail.lower()}"


def slug_from_label(label: str) -> str:
    """Make the slug of a tag: the same for every spelling of its label, and another one for another label.

    Where nothing of a label is a word, each of its signs has its name. One that is too long ends in a digest of all.
    """
    slug = slug_of(label) or "-".join(word for sign in _fold(label) for word in _name_of(sign))
    if slug and fits(slug, MAX_TAG_SLUG_LENGTH):
        return slug
    digest = hashlib.blake2s((slug or label).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
    beside = _DIGEST_LENGTH + 1
    stem = _cut(slug or "tag", MAX_TAG_SLUG_LENGTH - beside, MAX_SLUG_ADDRESS_LENGTH - beside)
    return f"{stem}-{digest}"


def is_tag_word(text: str) -> bool:
    """Return whether `text` is one written word: letters of any script with their marks, digits, hyphens, underscores.

    It begins with a letter or digit, and has a letter; the joiners within words of Persian and of Indic scripts count.
    """
    if not text or not text[0].isalnum():
        return False
    if text.isascii():
        is_word = text.replace("-", "").replace("_", "").isalnum()
    else:
        is_word = all(map(_is_in_tag, text)) and text[-1] not in "\u200c\u200d"
    return is_word and any(map(str.isalpha, text))


def _is_in_tag(sign: str) -> bool:
    return sign in "-_\u200c\u200d" or (_is_letter(sign) and sign not in _FILLERS)


def _fold(text: str) -> str:
    """Return `text` with its letters, digits and marks folded; all else stays, but what is not seen."""
    if text.isascii():
        return text.lower()
    text = _UNSEEN.sub("", text)
    text = _WITH_COMPATIBILITY.sub(lambda run: decompose(run[0]), text)
    text = _ACCENT.sub("", text).casefold().translate(_PLAIN_LETTERS)
    text = unicodedata.normalize("NFC", _PERSIAN_BREAK.sub("-", _UNSEEN.sub("", text)))
    text = _UNCOMPOSED.sub("", text).replace("\u0e4d\u0e32", "\u0e33").replace("\u0ecd\u0eb2", "\u0eb3")
    return _FINAL_SIGMA.sub("ς", "".join(map(_folded_sign, text)))


def _folded_sign(sign: str) -> str:
    if sign.isascii() or sign.isalpha():
        return sign
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return "" if unicodedata.category(sign) == "Cf" else sign


def _is_format_sign(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf" and sign != "\u200c"  # which parts words of Persian


def _is_letter(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign)[0] == "M"


def _is_word(word: str) -> bool:
    return word[:1].isalnum() and all(map(_is_letter, word))


def _words(text: str, *, pictures: bool) -> list[str]:
    """Return the words of `text`, folded; without `pictures` those of its text alone."""
    named = _NATION.sub(_named_nation if pictures else " ", text).replace(_KEYCAP, " keycap " if pictures else "")
    folded = _fold(named)
    folded = _MINUS.sub(" minus ", folded)
    star = " " if _EMPHASIS.search(folded) else " star "
    made: list[str] = []
    is_attached = False
    for sign, after in zip(folded, f"{folded[1:]} ", strict=False):
        if sign.isalnum():
            made.append(sign)
            is_attached = True
        elif sign in "#*":
            made.append((" sharp " if sign == "#" else star) if is_attached and not after.isalnum() else " ")
        elif not sign.isascii() and unicodedata.category(sign)[0] == "M":
            made.append(sign if is_attached else " ")
        else:
            made.append(_spelt(sign, pictures=pictures))
            is_attached = sign == "+"
    return "".join(made).split()


def _named_nation(found: re.Match[str]) -> str:
    if found[1]:
        letters = "".join(chr(ord(sign) - 0xE0000) for sign in found[1])
    else:
        letters = "".join(chr(ord(sign) - 0x1F1E6 + ord("a")) for sign in found[2])
    return f" flag {letters} "


def _spelt(sign: str, *, pictures: bool) -> str:
    """Return what stands for a sign that is no letter: a blank, or its name between blanks."""
    if sign == "×":
        return "x"
    if sign in "%‰+":
        return f" {' '.join(_name_of(sign))} "
    category = unicodedata.category(sign)
    if category in {"Sm", "Sc"} or sign == "°":
        return " " if _PARTING.match(sign) else f" {' '.join(_name_of(sign))} "
    is_picture = category in {"So", "Cn", "Co"} or "\U0001f3fb" <= sign <= "\U0001f3ff"
    return f" {' '.join(_name_of(sign))} " if pictures and is_picture and not _PARTING.match(sign) else " "


def _name_of(sign: str) -> list[str]:
    """Return the words of the sign's name in Unicode; of its number, where this version of Unicode has none."""
    if sign.isspace():
        return []
    name = unicodedata.name(sign, "") or f"u{ord(sign):x}"
    return re.findall("[a-z0-9]+", name.lower().removesuffix(" sign"))


def _cut(slug: str, length: int, address_length: int) -> str:
    """Return the beginning of `slug` that fits, cut between words if that keeps half of it, else between letters."""
    if fits(slug, length, address_length):
        return slug
    taken = room = 0
    for sign in slug[:length]:
        room += _address_length(sign)
        if room > address_length:
            break
        taken += 1
    between_words = taken if slug[taken] == "-" else slug.rfind("-", 0, taken)
    if between_words >= taken // 2:
        return slug[:between_words]
    while taken and (_joins_before(slug[taken]) or unicodedata.combining(slug[taken - 1]) == _VIRAMA):
        taken -= 1
    return slug[:taken].rstrip("-")


_VIRAMA = 9
"""The combining class of the signs that join two consonants into one."""


def _joins_before(sign: str) -> bool:
    return unicodedata.category(sign)[0] == "M" or "\u1160" <= sign <= "\u11ff"


def _address_length(sign: str) -> int:
    return 1 if sign.isascii() else 3 * len(sign.encode("utf-8", "surrogatepass"))
