"""JSON text, checked as a whole and taken apart value by value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from core.errors import MalformedSourceMap
from core.sourcemap.json_strings import JsonStrings, short_json_string
from core.text.buffers import Content, numbers_buffer
from core.text.json_outline import (
    BYTE_KINDS,
    FAULT_TEXTS,
    NOT_UTF8,
    OUT_OF_ROOM,
    element_starts,
    first_foreign_value,
    outline_json,
)
from core.text.kernel_errors import fault_place

_MAX_U32 = 2**32 - 1
_BYTES_PER_VALUE = 6  # fewer is rare, and then it is read again
_KINDS = {b'"': "a string", b"{": "an object", b"[": "an array", b"t": "true", b"f": "false", b"n": "null"}


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A JSON text and its outline, see ``core.text.json_outline``."""

    text: Content
    starts: memoryview
    ends: memoryview
    nexts: memoryview


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A value of ``document``, with the ``path`` that error messages call it by.

    The typed readers raise MalformedSourceMap if the value is of another type.
    """

    document: JsonDocument
    index: int
    path: str

    @property
    def start(self) -> int:
        """Start of the value in the text, in bytes."""
        return self.document.starts[self.index]

    @property
    def end(self) -> int:
        """End of the value in the text, in bytes."""
        return self.document.ends[self.index]

    def literal(self) -> bytes:
        """Return the JSON text of the value."""
        return self.document.text[self.start : self.end]

    def string(self) -> str:
        """Return the text of a string."""
        self.expect(b'"', "a string")
        return str(orjson.loads(self.literal()))

    def short_string(self) -> str:
        """Return the text of a string: cut, if that is too long."""
        self.expect(b'"', "a string")
        return short_json_string(self.document.text, self.start, self.end)

    def utf8(self) -> bytes | memoryview:
        """Return the text of a string as UTF-8: in place, if nothing in it is escaped."""
        self.expect(b'"', "a string")
        if self.document.text.find(b"\\", self.start, self.end) >= 0:
            return self.string().encode()
        return memoryview(self.document.text)[self.start + 1 : self.end - 1]

    def u32(self) -> int:
        """Return an integer of 0…4294967295, written without fraction or exponent."""
        literal = self.literal()
        if not literal.isdigit() or len(literal) > len(str(_MAX_U32)) or int(literal) > _MAX_U32:
            raise self.mismatch("an integer of 32 bits")
        return int(literal)

    def elements(self) -> list[JsonValue]:
        """Return the elements of an array."""
        return list(self.each_element())

    def each_element(self) -> Iterator[JsonValue]:
        """Yield the elements of an array, which may be too many to have them all."""
        self.expect(b"[", "an array")
        document, path = self.document, self.path
        for place, index in enumerate(self._element_indexes()):
            yield JsonValue(document, index, f"{path}[{place}]")

    def literals(self) -> JsonStrings:
        """Return the elements of an array as they are in the text."""
        self.expect(b"[", "an array")
        document = self.document
        starts = numbers_buffer(document.nexts[self.index] - self.index)
        count = element_starts(document.starts, document.nexts, self.index, starts)
        starts[count] = self.end - 1
        return JsonStrings(document.text, starts[: count + 1])

    def scalars(self, allowed: bytes, expected: str) -> range:
        """Return the indexes of an array's elements, all of which are to be scalars.

        ``allowed`` has the first bytes these may have; ``expected`` says the same of one of them to people.
        """
        self.expect(b"[", "an array")
        document = self.document
        children = range(self.index + 1, document.nexts[self.index])
        foreign = first_foreign_value(document.text, document.starts, children.start, children.stop, allowed)
        if foreign < children.stop:
            raise JsonValue(document, foreign, f"{self.path}[{foreign - children.start}]").mismatch(expected)
        return children

    def members(self, known: frozenset[str]) -> dict[str, JsonValue]:
        """Return those members of an object whose names are ``known``, and whose values aren't null.

        Raises MalformedSourceMap if one of the known names is there twice, even as null.
        """
        self.expect(b"{", "an object")
        found: dict[str, JsonValue] = {}
        for key in self._key_indexes():
            name = self._key(key)
            if name in found:
                raise MalformedSourceMap(f"{self.path}: {name!r} is there twice")
            if name in known:
                found[name] = JsonValue(self.document, key + 1, f"{self.path}.{name}")
        return {name: value for name, value in found.items() if not value.is_a(b"n")}

    def last_member(self, name: str) -> JsonValue | None:
        """Return the member of an object that is called ``name``, the last one if there are several."""
        return self.last_members(name).get(name)

    def last_members(self, *names: str) -> dict[str, JsonValue]:
        """Return the members of an object that are called so, each the last one if there are several."""
        indexes = {name: key + 1 for key in self._key_indexes() if (name := self._key(key)) in names}
        return {name: JsonValue(self.document, index, f"{self.path}.{name}") for name, index in indexes.items()}

    def is_a(self, first_byte: bytes) -> bool:
        """Say whether the value starts with ``first_byte``: that tells its type."""
        return self.document.text[self.start] == first_byte[0]

    def expect(self, first_byte: bytes, expected: str) -> None:
        """Raise MalformedSourceMap, which says what was expected, if the value doesn't start with ``first_byte``."""
        if not self.is_a(first_byte):
            raise self.mismatch(expected)

    def mismatch(self, expected: str) -> MalformedSourceMap:
        """Return the error that says that ``expected`` should be here."""
        kind = _KINDS.get(self.document.text[self.start : self.start + 1], "a number")
        return MalformedSourceMap(f"{self.path}: expected {expected}, got {kind} at byte {self.start}")

    def _element_indexes(self) -> Iterator[int]:
        nexts = self.document.nexts
        child, end = self.index + 1, nexts[self.index]
        while child < end:
            yield child
            child = nexts[child]

    def _key_indexes(self) -> Iterator[int]:
        nexts = self.document.nexts
        key, end = self.index + 1, nexts[self.index]
        while key < end:
            yield key
            key = nexts[key + 1]

    def _key(self, index: int) -> str:
        document = self.document
        return str(orjson.loads(document.text[document.starts[index] : document.ends[index]]))


def read_json(text: Content, start: int) -> JsonValue:
    """Return the value of the JSON at ``text[start:]``.  What isn't UTF-8 in its strings becomes U+FFFD.

    Raises MalformedSourceMap if it isn't JSON, or nests more than 127 containers.

    Source: RFC 8259.
    """
    if len(text) > _MAX_U32:
        raise MalformedSourceMap(f"{len(text)} bytes: more than {_MAX_U32}")
    room = len(text) // _BYTES_PER_VALUE + 16
    risky_numbers = bytearray(1)
    while True:
        starts, ends, nexts = (numbers_buffer(room) for _ in range(3))
        answer = outline_json(text, start, BYTE_KINDS, starts, ends, nexts, risky_numbers)
        if answer >= 0:
            break
        at, kind = fault_place(answer)
        if kind == NOT_UTF8:
            return read_json(text[start:].decode("utf-8", "replace").encode(), 0)
        if kind != OUT_OF_ROOM:
            raise MalformedSourceMap(f"JSON, byte {at}: {FAULT_TEXTS[kind]}")
        room *= 8
    if risky_numbers[0]:
        _check_numbers(text, start)
    return JsonValue(JsonDocument(text, starts[:answer], ends[:answer], nexts[:answer]), 0, "$")


def _check_numbers(text: Content, start: int) -> None:
    """Raise MalformedSourceMap if a number is too large for a double.  orjson is strict about it."""
    try:
        orjson.loads(memoryview(text)[start:])
    except orjson.JSONDecodeError as error:
        raise MalformedSourceMap(f"JSON: {error}") from error


def json_start(text: Content) -> int:
    """Return the byte offset in ``text`` at which the JSON of a source map starts.

    A text that starts with one of ``)]}'`` loses its first line, whatever it holds; all of it if there's only one.
    Raises MalformedSourceMap if that line ends with a CR alone.
    """
    if text[:1] not in (b")", b"]", b"}", b"'"):
        return 0
    end = text.find(b"\n")
    junk_end = len(text) if end < 0 else end
    carriage_return = text.find(b"\r", 0, junk_end)
    if carriage_return < 0:
        return min(junk_end + 1, len(text))
    if carriage_return + 1 == junk_end and end >= 0:
        return end + 1
    if carriage_return + 1 == len(text):
        return len(text)
    raise MalformedSourceMap(f"byte {carriage_return}: the line before the JSON ends with a CR alone")
