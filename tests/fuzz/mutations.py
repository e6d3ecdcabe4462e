"""Texts made from other texts: a few bytes wrong, a stretch twice, two of them spliced."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

_MOST_CHANGES = 6
_LONGEST_STRETCH = 40
_MOST_REPEATS = 60

INTERESTING_BYTES = (
    b"\0",
    b"\n",
    b"\r",
    b"\r\n",
    b"\x7f",
    b"\x80",
    b"\xc0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    "\u2028".encode(),
    "\u2029".encode(),
    "\u00a0".encode(),
    "é".encode(),
    "😀".encode(),
    "𝒳".encode(),
    b"\\u0041",
    b"\\u{1F600}",
    b"\\ud83d",
    b"\\",
    b'"',
    b"'",
    b"`",
    b"${",
    b"/*",
    b"*/",
    b"//",
    b"<!--",
    b"-->",
)


def mutated(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """Return ``text`` with up to six changes; ``words`` are what may be put in, ``others`` what may be spliced in."""
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        text = chance.choice(_CHANGES)(chance, text, words, others)
    return text


Change = Callable[[random.Random, bytes, Sequence[bytes], Sequence[bytes]], bytes]


def _set_byte(chance: random.Random, text: bytes, *_: Sequence[bytes]) -> bytes:
    start, end = _stretch(chance, text, 1)
    return text[:start] + bytes([chance.randrange(256)]) + text[end:]


def _drop(chance: random.Random, text: bytes, *_: Sequence[bytes]) -> bytes:
    start, end = _stretch(chance, text, _LONGEST_STRETCH)
    return text[:start] + text[end:]


def _repeat(chance: random.Random, text: bytes, *_: Sequence[bytes]) -> bytes:
    start, end = _stretch(chance, text, _LONGEST_STRETCH)
    return text[:end] + text[start:end] * chance.randint(1, _MOST_REPEATS) + text[end:]


def _put_interesting(chance: random.Random, text: bytes, *_: Sequence[bytes]) -> bytes:
    start, _end = _stretch(chance, text, 1)
    return text[:start] + chance.choice(INTERESTING_BYTES) + text[start:]


def _put_word(chance: random.Random, text: bytes, words: Sequence[bytes], _: Sequence[bytes]) -> bytes:
    start, end = _stretch(chance, text, 2)
    return text[: chance.choice((start, end))] + chance.choice(words) + text[end:]


def _put_words(chance: random.Random, text: bytes, words: Sequence[bytes], _: Sequence[bytes]) -> bytes:
    start, end = _stretch(chance, text, 2)
    return text[:start] + chance.choice(words) * chance.randint(2, _MOST_REPEATS) + text[end:]


def _move(chance: random.Random, text: bytes, *_: Sequence[bytes]) -> bytes:
    start, end = _stretch(chance, text, _LONGEST_STRETCH)
    rest = text[:start] + text[end:]
    to, _end = _stretch(chance, rest, 1)
    return rest[:to] + text[start:end] + rest[to:]


def _splice(chance: random.Random, text: bytes, _: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    start, end = _stretch(chance, text, _LONGEST_STRETCH)
    return text[:start] + other[slice(*_stretch(chance, other, len(other)))] + text[end:]


def _cut(chance: random.Random, text: bytes, *_: Sequence[bytes]) -> bytes:
    return text[: _stretch(chance, text, 1)[0]]


def _stretch(chance: random.Random, text: bytes, longest: int) -> tuple[int, int]:
    """Return the bounds of some stretch of ``text``."""
    start = chance.randint(0, len(text))
    return start, min(start + chance.randint(0, max(longest, 1)), len(text))


# Cutting off hides what comes after, so there's less of it.
_CHANGES: tuple[Change, ...] = (
    _set_byte,
    _drop,
    _repeat,
    _put_interesting,
    _put_interesting,
    _put_word,
    _put_word,
    _put_word,
    _put_words,
    _move,
    _move,
    _splice,
    _splice,
    _cut,
)
