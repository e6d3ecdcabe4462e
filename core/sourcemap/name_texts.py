"""The texts that the ``names`` of a source map stand for: they may be any JSON values."""

from __future__ import annotations

from decimal import Decimal

import orjson

_LONGEST_INTEGER = 20  # characters of -2^63 and of 2^64 - 1


def name_text(literal: bytes) -> str:
    """Return the text of a name, given as the JSON value it is in the map.

    Strings and numbers have one, anything else is empty.
    """
    if literal.startswith(b'"'):
        return str(orjson.loads(literal))
    if literal[0] in b"-0123456789":
        return _number_text(literal.decode())
    return ""


def _number_text(literal: str) -> str:
    if _is_integer(literal):
        return literal
    number = float(literal)
    shortest = repr(number)
    if 1e-5 <= abs(number) < 1e-4:
        return format(Decimal(shortest), "f")
    mantissa, exponent, power = shortest.partition("e")
    return f"{mantissa}e{int(power):+d}" if exponent else shortest


def _is_integer(literal: str) -> bool:
    digits = literal.removeprefix("-")
    if not digits.isdigit() or literal == "-0" or len(literal) > _LONGEST_INTEGER:
        return False
    return -(2**63) <= int(literal) < 2**64
