# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""The sections of an index map as a bundler writes them, read from the outline of its JSON (``json_outline``).

A section is a row of numbers, see ``core.sourcemap.section_fields``.  What isn't usual (a section without a map, a map
with a source root, with ranges or sections of its own, escapes in mappings or keys, and whatever is wrong) isn't read
here: -1 says so, and whoever called reads the map by the letter.
"""

import cython

if cython.compiled:
    from cython.cimports.core.sourcemap.section_fields import SectionField
    from cython.cimports.core.text.swar import byte_place
else:
    from core.sourcemap.section_fields import SectionField
    from core.text.swar import byte_place

COMPILED = cython.compiled

UNUSUAL = cython.declare(cython.int, -1)
MOST_DIGITS = cython.declare(cython.int, 10)  # of 32 bits
MAX_U32 = cython.declare(cython.longlong, 0xFFFFFFFF)

# Keys, the usual ones first: what is looked for in vain takes longest.
OFFSET = cython.declare(cython.int, 0)
MAP = cython.declare(cython.int, 1)
LINE = cython.declare(cython.int, 2)
COLUMN = cython.declare(cython.int, 3)
VERSION = cython.declare(cython.int, 4)
SOURCES = cython.declare(cython.int, 5)
CONTENT = cython.declare(cython.int, 6)
NAMES = cython.declare(cython.int, 7)
MAPPINGS = cython.declare(cython.int, 8)
IGNORED = cython.declare(cython.int, 9)
FILE = cython.declare(cython.int, 10)
SOURCE_ROOT = cython.declare(cython.int, 11)
OTHERS = cython.declare(cython.int, 12)  # from here on, all are unusual
NO_KEY = cython.declare(cython.int, 31)

_KEYS = (
    b"offset",
    b"map",
    b"line",
    b"column",
    b"version",
    b"sources",
    b"sourcesContent",
    b"names",
    b"mappings",
    b"ignoreList",
    b"file",
    b"sourceRoot",
    b"url",
    b"rangeMappings",
    b"sections",
    b"debugId",
    b"debug_id",
    b"x_google_ignoreList",
    b"x_facebook_sources",
    b"x_facebook_offsets",
    b"x_metro_module_paths",
)
KEY_COUNT = cython.declare(cython.int, len(_KEYS))
KEY_WIDTH = cython.declare(cython.int, 24)
KEYS = b"".join(bytes([len(key)]) + key.ljust(23, b"\0") for key in _KEYS)


@cython.final
@cython.cclass
class SectionOutline:
    """Reads the sections that are the elements of the array ``container`` of an outlined JSON text.

    ``rows`` has room for all of them.  Afterwards ``source_count``, ``source_bytes``, ``name_count``, ``name_bytes``
    and ``mapping_bytes`` say how much there is in all sections together; the first mappings start at
    ``mappings_start``, the last ones end at ``mappings_end``, which is 0 if there are none.
    """

    text: cython.const[cython.uchar][::1]
    starts: cython.const[cython.uint][::1]
    ends: cython.const[cython.uint][::1]
    nexts: cython.const[cython.uint][::1]
    keys: cython.const[cython.uchar][::1]
    rows: cython.uint[::1]
    row_count: cython.longlong
    source_count = cython.declare(cython.longlong, visibility="readonly")
    source_bytes = cython.declare(cython.longlong, visibility="readonly")
    name_count = cython.declare(cython.longlong, visibility="readonly")
    name_bytes = cython.declare(cython.longlong, visibility="readonly")
    mapping_bytes = cython.declare(cython.longlong, visibility="readonly")
    mappings_start = cython.declare(cython.longlong, visibility="readonly")
    mappings_end = cython.declare(cython.longlong, visibility="readonly")

    def __init__(self, text, starts, ends, nexts, rows):
        self.text = text
        self.starts = starts
        self.ends = ends
        self.nexts = nexts
        self.keys = KEYS
        self.rows = rows
        self.row_count = self.source_count = self.source_bytes = self.name_count = self.name_bytes = 0
        self.mapping_bytes = self.mappings_start = self.mappings_end = 0

    @cython.ccall
    def read(self, container: cython.longlong) -> cython.longlong:
        """Write the rows of all sections and return how many there are, or -1 if they aren't usual, or in no order."""
        with cython.nogil:
            return self._read(container)

    @cython.ccall
    def number_sources(
        self, content: object, known: dict, text: cython.uchar[::1], starts: cython.uint[::1]
    ) -> cython.longlong:
        """Note for each section the number of its first source; the others' must be the next ones.

        ``content`` is the text, ``known`` maps the literals that were there before to their numbers, and is added to.
        Writes the literals as one JSON array, and where each starts; there is room for ``source_bytes`` and two more,
        and for ``source_count`` and one more.  Returns how long the array is, -1 if some section's sources have other
        numbers.
        """
        row: cython.longlong
        place: cython.longlong
        value: cython.longlong
        number: cython.longlong
        first: cython.longlong
        count: cython.longlong = len(known)
        size: cython.longlong = 1
        text[0] = 91
        for row in range(self.row_count):
            first = 0
            value = self.rows[row * SectionField.SIZE + SectionField.SOURCES] + 1
            for place in range(self.rows[row * SectionField.SIZE + SectionField.SOURCE_COUNT]):
                number = known.setdefault(content[self.starts[value] : self.ends[value]], count)
                if place == 0:
                    first = number
                elif number != first + place:
                    return UNUSUAL
                if number == count:
                    starts[count] = size
                    count += 1
                    size = self._copied(value, text, size)
                value += 1
            self.rows[row * SectionField.SIZE + SectionField.FIRST_SOURCE] = first
        return self._closed(text, size, starts, count)

    @cython.ccall
    def copy_names(self, text: cython.uchar[::1], starts: cython.uint[::1]) -> cython.longlong:
        """Write the names of all sections as one JSON array, and where each starts; return how long the array is.

        There is room for ``name_bytes`` and two more, and for ``name_count`` and one more.
        """
        with cython.nogil:
            return self._copy_names(text, starts)

    @cython.ccall
    def place_contents(self, starts: cython.uint[::1], ends: cython.uint[::1]) -> cython.bint:
        """Write where the content of each source is, of which there are as many as numbers; say if there are any."""
        row: cython.longlong
        place: cython.longlong
        value: cython.longlong
        source: cython.longlong
        found: cython.bint = False
        for row in range(self.row_count):
            value = self.rows[row * SectionField.SIZE + SectionField.CONTENT]
            source = self.rows[row * SectionField.SIZE + SectionField.FIRST_SOURCE]
            for place in range(min(self._size(value), self.rows[row * SectionField.SIZE + SectionField.SOURCE_COUNT])):
                value += 1
                if self.text[self.starts[value]] == 34:
                    starts[source + place] = self.starts[value]
                    ends[source + place] = self.ends[value]
                    found = True
        return found

    @cython.ccall
    def mark_ignored(self, is_ignored: cython.uchar[::1]) -> cython.bint:
        """Mark the sources that nobody wants to see; say if there are any."""
        row: cython.longlong
        place: cython.longlong
        value: cython.longlong
        number: cython.longlong
        found: cython.bint = False
        for row in range(self.row_count):
            value = self.rows[row * SectionField.SIZE + SectionField.IGNORED]
            for place in range(self._size(value)):
                number = self._u32(value + 1 + place)
                if number < self.rows[row * SectionField.SIZE + SectionField.SOURCE_COUNT]:
                    is_ignored[self.rows[row * SectionField.SIZE + SectionField.FIRST_SOURCE] + number] = 1
                    found = True
        return found

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read(self, container: cython.longlong) -> cython.longlong:
        section: cython.longlong = container + 1
        end: cython.longlong = self.nexts[container]
        row: cython.longlong = 0
        while section < end:
            if row + SectionField.SIZE > len(self.rows) or not self._read_section(section, row):
                return UNUSUAL
            if row > 0 and self._is_before(row, row - SectionField.SIZE):
                return UNUSUAL
            section = self.nexts[section]
            row += SectionField.SIZE
        self.row_count = row // SectionField.SIZE
        return self.row_count

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _is_before(self, row: cython.longlong, other: cython.longlong) -> cython.bint:
        line: cython.uint = self.rows[row + SectionField.LINE]
        other_line: cython.uint = self.rows[other + SectionField.LINE]
        return line < other_line or (
            line == other_line and self.rows[row + SectionField.COLUMN] < self.rows[other + SectionField.COLUMN]
        )

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_section(self, section: cython.longlong, row: cython.longlong) -> cython.bint:
        if self.text[self.starts[section]] != 123:
            return False
        key: cython.longlong = section + 1
        seen: cython.int = 0
        kind: cython.int
        while key < self.nexts[section]:
            kind = self._kind(key)
            if kind == NO_KEY:
                key = self.nexts[key + 1]
                continue
            if kind > MAP or seen & (1 << kind):
                return False
            seen |= 1 << kind
            if not (self._read_offset(key + 1, row) if kind == OFFSET else self._read_map(key + 1, row)):
                return False
            key = self.nexts[key + 1]
        return seen == (1 << OFFSET) | (1 << MAP)

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_offset(self, offset: cython.longlong, row: cython.longlong) -> cython.bint:
        if self.text[self.starts[offset]] != 123:
            return False
        key: cython.longlong = offset + 1
        seen: cython.int = 0
        kind: cython.int
        number: cython.longlong
        while key < self.nexts[offset]:
            kind = self._kind(key)
            if kind != NO_KEY:
                number = self._u32(key + 1)
                if (kind != LINE and kind != COLUMN) or seen & (1 << kind) or number < 0:
                    return False
                seen |= 1 << kind
                self.rows[row + (SectionField.LINE if kind == LINE else SectionField.COLUMN)] = number
            key = self.nexts[key + 1]
        return seen == (1 << LINE) | (1 << COLUMN)

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_map(self, map_: cython.longlong, row: cython.longlong) -> cython.bint:  # noqa: C901 (a switch)
        if self.text[self.starts[map_]] != 123:
            return False
        key: cython.longlong = map_ + 1
        value: cython.longlong
        seen: cython.int = 0
        kind: cython.int
        while key < self.nexts[map_]:
            value = key + 1
            kind = self._kind(key)
            key = self.nexts[value]
            if kind == NO_KEY or kind <= COLUMN:
                continue  # names that mean nothing here
            if kind >= OTHERS or seen & (1 << kind):
                return False
            seen |= 1 << kind
            if self.text[self.starts[value]] == 110:
                continue  # null
            if kind == MAPPINGS:
                if not self._read_mappings(value, row):
                    return False
            elif kind == SOURCES:
                if not self._has_only_texts(value):
                    return False
                self.rows[row + SectionField.SOURCES] = value
                self.rows[row + SectionField.SOURCE_COUNT] = self._size(value)
                self.source_count += self._size(value)
                self.source_bytes += self.ends[value] - self.starts[value]
            elif kind == CONTENT:
                if not self._has_only_texts(value):
                    return False
                self.rows[row + SectionField.CONTENT] = value
            elif kind == NAMES:
                if not self._read_names(value, row):
                    return False
            elif kind == IGNORED:
                if not self._has_only_numbers(value):
                    return False
                self.rows[row + SectionField.IGNORED] = value
            elif kind == VERSION:
                if self._u32(value) < 0:
                    return False
            elif kind == SOURCE_ROOT and not self._is_empty(value):
                return False
        return True

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _is_empty(self, value: cython.longlong) -> cython.bint:
        return self.text[self.starts[value]] == 34 and self.ends[value] - self.starts[value] == 2

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_mappings(self, value: cython.longlong, row: cython.longlong) -> cython.bint:
        if self.text[self.starts[value]] != 34:
            return False
        if byte_place(self.text, self.starts[value], self.ends[value], 92) < self.ends[value]:
            return False
        self.rows[row + SectionField.START] = self.starts[value] + 1
        self.rows[row + SectionField.END] = self.ends[value] - 1
        self.mapping_bytes += self.ends[value] - self.starts[value]
        if self.mappings_end == 0:
            self.mappings_start = self.starts[value] + 1
        self.mappings_end = self.ends[value] - 1
        return True

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_names(self, value: cython.longlong, row: cython.longlong) -> cython.bint:
        """Note the names, all of which must be strings: others are containers, which have parts, or rare."""
        name: cython.longlong
        if self.text[self.starts[value]] != 91:
            return False
        for name in range(value + 1, self.nexts[value]):
            if self.text[self.starts[name]] != 34:
                return False
        self.rows[row + SectionField.NAMES] = value
        self.rows[row + SectionField.FIRST_NAME] = self.name_count
        self.rows[row + SectionField.NAME_COUNT] = self._size(value)
        self.name_count += self._size(value)
        self.name_bytes += self.ends[value] - self.starts[value]
        return True

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _copy_names(self, text: cython.uchar[::1], starts: cython.uint[::1]) -> cython.longlong:
        row: cython.longlong
        name: cython.longlong
        value: cython.longlong
        size: cython.longlong = 1
        count: cython.longlong = 0
        text[0] = 91
        for row in range(self.row_count):
            value = self.rows[row * SectionField.SIZE + SectionField.NAMES]
            for name in range(value + 1, value + 1 + self.rows[row * SectionField.SIZE + SectionField.NAME_COUNT]):
                starts[count] = size
                count += 1
                size = self._copied(name, text, size)
        return self._closed(text, size, starts, count)

    @cython.cfunc
    @cython.nogil
    @cython.inline
    @cython.exceptval(check=False)
    def _copied(self, value: cython.longlong, text: cython.uchar[::1], size: cython.longlong) -> cython.longlong:
        """Write a literal and a comma behind it to ``text[size:]``; return where they end."""
        at: cython.longlong
        for at in range(self.starts[value], self.ends[value]):
            text[size] = self.text[at]
            size += 1
        text[size] = 44
        return size + 1

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _closed(
        self, text: cython.uchar[::1], size: cython.longlong, starts: cython.uint[::1], count: cython.longlong
    ) -> cython.longlong:
        """Close the array that ``text[:size]`` is, in the place of its last comma; return how long it is then."""
        if count > 0:
            size -= 1
        text[size] = 93
        starts[count] = size
        return size + 1

    @cython.cfunc
    @cython.nogil
    @cython.inline
    @cython.exceptval(check=False)
    def _size(self, container: cython.longlong) -> cython.longlong:
        """Return how many elements an array has, none of which has parts; 0 where there is no array."""
        return self.nexts[container] - container - 1 if container > 0 else 0

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _has_only_texts(self, value: cython.longlong) -> cython.bint:
        element: cython.longlong
        byte: cython.uchar
        if self.text[self.starts[value]] != 91:
            return False
        for element in range(value + 1, self.nexts[value]):
            byte = self.text[self.starts[element]]
            if byte != 34 and byte != 110:
                return False
        return True

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _has_only_numbers(self, value: cython.longlong) -> cython.bint:
        element: cython.longlong
        found: cython.bint = True
        if self.text[self.starts[value]] != 91:
            return False
        for element in range(value + 1, self.nexts[value]):
            found = found and self._u32(element) >= 0
        return found

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _u32(self, value: cython.longlong) -> cython.longlong:
        """Return an integer of 32 bits without sign, fraction or exponent; -1 if it's anything else."""
        number: cython.longlong = 0
        at: cython.longlong
        if self.ends[value] - self.starts[value] > MOST_DIGITS:
            return -1
        for at in range(self.starts[value], self.ends[value]):
            if self.text[at] < 48 or self.text[at] > 57:
                return -1
            number = number * 10 + self.text[at] - 48
        return number if number <= MAX_U32 else -1

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _kind(self, key: cython.longlong) -> cython.int:
        """Return which of the keys this is, NO_KEY if none; OTHERS for one with escapes, which may be any."""
        start: cython.longlong = self.starts[key] + 1
        size: cython.longlong = self.ends[key] - 1 - start
        kind: cython.int
        at: cython.longlong
        for kind in range(KEY_COUNT):
            if self.keys[kind * KEY_WIDTH] == size:
                for at in range(size):
                    if self.text[start + at] != self.keys[kind * KEY_WIDTH + 1 + at]:
                        break
                else:
                    return kind
        for at in range(start, start + size):
            if self.text[at] == 92:
                return OTHERS
        return NO_KEY
