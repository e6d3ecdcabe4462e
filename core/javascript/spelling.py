"""What identifiers and literals of JavaScript stand for, as Symbolicator writes them in names."""

from __future__ import annotations

import re
from decimal import Decimal

_ESCAPE = re.compile(
    r"\\(?:u\{(?P<braced>[0-9A-Fa-f]+)\}|u(?P<four>[0-9A-Fa-f]{4})|x(?P<two>[0-9A-Fa-f]{2})"
    r"|(?P<octal>[0-3][0-7]{0,2}|[4-7][0-7]?)|(?P<line>\r\n|[\n\r\u2028\u2029])|(?P<other>.))",
    re.DOTALL,
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_SURROGATE_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_LEGACY_OCTAL = re.compile("0[0-7]+")


def identifier_name(spelling: str) -> str:
    r"""Return the name that an identifier spells, escapes or not; a lone surrogate stays spelt as ``\uD800``."""
    if "\\" not in spelling:
        return spelling
    return _with_surrogates_spelt(_ESCAPE.sub(_unescaped, spelling), r"\u{:X}")


def string_value(spelling: str) -> str:
    r"""Return the value of a string literal spelt with its quotes; a lone surrogate comes as ``\u{D800}``."""
    return _with_surrogates_spelt(_ESCAPE.sub(_unescaped, spelling[1:-1]), r"\u{{{:X}}}")


def number_text(spelling: str, infinity: str) -> str:
    """Return the value of a number literal as digits, ``infinity`` if it's too large.  BigInts keep their ``n``."""
    digits = spelling.replace("_", "")
    if digits.endswith("n"):
        return _decimal(_integer(digits[:-1])) + "n"
    try:
        value = float(_integer(digits)) if _is_integer(digits) else float(digits)
    except OverflowError:
        return infinity
    return infinity if value == float("inf") else _decimal(repr(value)).removesuffix(".0")


def _with_surrogates_spelt(text: str, spelling: str) -> str:
    """Return ``text`` with pairs of surrogates joined, and others spelt: no UTF-8 can hold them."""
    text = _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _SURROGATE.sub(lambda lone: spelling.format(ord(lone[0])), text)


def _unescaped(escape: re.Match[str]) -> str:
    if digits := escape["braced"] or escape["four"] or escape["two"]:
        return chr(int(digits, 16))
    if escape["octal"]:
        return chr(int(escape["octal"], 8))
    if escape["line"]:
        return ""
    return _ESCAPED.get(escape["other"], escape["other"])


def _is_integer(digits: str) -> bool:
    return digits[:2].lower() in _BASES or _LEGACY_OCTAL.fullmatch(digits) is not None


def _integer(digits: str) -> int | str:
    if base := _BASES.get(digits[:2].lower()):
        return int(digits[2:], base)
    return int(digits, 8) if _LEGACY_OCTAL.fullmatch(digits) else digits


def _decimal(value: int | str) -> str:
    # Not str(): it refuses integers of some thousand digits, and writes exponents.
    return format(Decimal(value), "f")
