"""What is fuzzed: each kernel by itself, and reading a map, asking it, and keeping its index on disk.

A target makes inputs, and runs one in either build of the kernels.  What it returns must be the same for both; what it
raises other than MalformedSourceMap is a finding, and so is anything it asserts.

Buffers are arrays of just the size, so that AddressSanitizer sees a step beyond any end.
"""

from __future__ import annotations

import random
import sys
import tempfile
import zlib
from array import array
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from core.errors import MalformedSourceMap
from core.sourcemap.checkpoint import Field
from core.text.kernel_errors import fault_place
from core.text.source_context import read_context, source_context
from tests.core.sourcemap.encoding import map_of, mappings_of
from tests.fuzz import maps, peer, programs
from tests.fuzz.builds import module
from tests.fuzz.cases import Case
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import seeds

_NONE = 2**32 - 1
_MAPPINGS_WORDS = tuple(b"A AAAA CAAC AAAAA D ggggggI +/////H gggggggggggg/ g / ! , ;".split(b" "))
_SCOPES_WORDS = tuple(
    (
        b"A BAAA BHAAC BEAA BCAABC CAB CBA DAA EAA ECAAA EGAAC ENAAAA EDBAA FB FAB FBB IAAA IBAB GAB HAAB /A JA "
        b", , , ////// g !"
    ).split(b" ")
)
_DART_WORDS = tuple(b"A; C; C, A, CAAAA CAACA ECCCC CDDDD gB; D; ggggggggE , ; g / !".split(b" "))
_LONGEST_TOKENS = 60
_HARMLESS = (ValueError, IndexError, OverflowError, TypeError, orjson.JSONDecodeError)
"""What a forged index may end a question with."""


@dataclass(frozen=True, slots=True)
class Target:
    """``make`` returns a generated file and a source map, which need not be either; ``run`` takes the build's name."""

    make: Callable[[random.Random], tuple[bytes, bytes]]
    run: Callable[[Case, str], Any]


def _a_program(chance: random.Random) -> bytes:
    known = seeds().programs
    text = chance.choice((chance.choice(known), programs.program(chance)))
    return text if chance.random() < 0.2 else mutated(chance, text, programs.WORDS, known)


def _a_pair(chance: random.Random) -> tuple[bytes, bytes]:
    """Return a generated file and a map: a known pair or a random one, and most often one of the two mutated."""
    if chance.random() < 0.3:
        generated, source_map = chance.choice(seeds().pairs)
    else:
        generated = _a_program(chance)
        source_map = maps.source_map(chance, generated)
    if chance.random() < 0.4:
        source_map = mutated(chance, source_map, maps.WORDS, [source_map])
    if chance.random() < 0.3:
        generated = mutated(chance, generated, programs.WORDS, seeds().programs)
    return generated, source_map


def _a_json_text(chance: random.Random) -> tuple[bytes, bytes]:
    source_map = chance.choice(seeds().pairs)[1]
    start = chance.randint(0, len(source_map)) if len(source_map) > 1000 else 0
    return b"", mutated(chance, source_map[start : start + 1000], maps.WORDS, [source_map])


def _outline(case: Case, build: str) -> Any:
    """Outline a JSON text, with as much room as there happens to be; what is accepted is what orjson accepts."""
    kernel = module("core.text.json_outline", build)
    text = array("B", case.source_map)
    start, room = case.chance.choice(((0, 1, 3, 9)[case.number % 4], 0)), case.chance.choice((0, 5, 30, len(text) + 1))
    arrays = [array("I", [0]) * room for _ in range(3)]
    risky_numbers = bytearray(1)
    start = min(start, len(text))
    answer = kernel.outline_json(text, start, kernel.BYTE_KINDS, *arrays, risky_numbers)
    why = kernel.FAULT_TEXTS.get(fault_place(answer)[1], "") if answer < 0 else ""
    if room > len(text) and not risky_numbers[0] and "containers inside one another" not in why:
        assert (answer >= 0) == _is_json(case.source_map[start:]), "not what orjson says"
    return answer, risky_numbers, arrays


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _some_mappings(chance: random.Random) -> tuple[bytes, bytes]:
    known = _known_mappings()
    text = chance.choice(known)
    start = chance.randint(0, len(text)) if len(text) > 500 else 0
    ranges = mutated(chance, b"B;//;A", (b"g", b"/", b"-", b";"), [b";;;;"])
    return ranges, mutated(chance, text[start : start + 500], _MAPPINGS_WORDS, known)


@cache
def _known_mappings() -> list[bytes]:
    return [_mappings_of(source_map) for _, source_map in seeds().pairs]


def _mappings_of(source_map: bytes) -> bytes:
    try:
        mappings = orjson.loads(source_map)["mappings"]
    except (orjson.JSONDecodeError, TypeError, KeyError):
        return b"AAAA"
    return mappings.encode() if isinstance(mappings, str) else b"AAAA"


def _decode(case: Case, build: str) -> Any:
    """Decode mappings, their ranges, and the same text as a function map."""
    kernel = module("core.sourcemap.vlq", build)
    text, ranges = array("B", case.source_map), array("B", case.generated)
    chance = case.chance
    start, end = sorted((chance.choice((0, chance.randint(0, len(text)))), len(text)))
    count = kernel.count_tokens(text, start, end)
    tokens = [_zeros(count) for _ in range(6)]
    limits = chance.choice((0, 1, 3, _NONE)), chance.choice((0, 1, 3, _NONE))
    answer = kernel.decode_mappings(text, start, end, kernel.DIGITS, *limits, *tokens)
    flags = bytearray(count)
    marked = (
        kernel.decode_ranges(text, start, end, ranges, kernel.DIGITS, chance.choice((-1, 0, 1)), flags)
        if answer == 0
        else 0
    )
    first = chance.randint(0, 3)
    entries = [_zeros(first + kernel.count_tokens(text, 0, len(text))) for _ in range(3)]
    return answer, tokens, marked, flags, kernel.decode_function_map(text, kernel.DIGITS, first, *entries), entries


def _survey(case: Case, build: str) -> Any:
    """Survey mappings, with enough room for checkpoints or without."""
    kernel, chance = module("core.sourcemap.mappings_survey", build), case.chance
    mappings = case.source_map.replace(b'"', b"")
    start = chance.choice((0, chance.randint(0, len(mappings))))
    text = array("B", mappings + b'"' + chance.choice((b"", b"}", b"," * 64, mappings)))
    counts = chance.choice((0, 1, 3, _NONE)), chance.choice((0, 1, 3, _NONE))
    survey = kernel.MappingsSurvey(text, start, len(mappings), *counts)
    checkpoints = _zeros(Field.SIZE * chance.choice((len(mappings) // 60 + 8, 1)))
    answer = survey.write(checkpoints)
    return answer, answer >= 0 and (survey.token_count, survey.is_ordered, checkpoints)


def _zeros(count: int) -> array[int]:
    return array("I", [0]) * count


def _nothing(_: random.Random) -> tuple[bytes, bytes]:
    return b"", b""


def _work_on_arrays(case: Case, build: str) -> Any:
    """Order, search and renumber tokens that are nothing but numbers."""
    kernel, chance = module("core.sourcemap.token_arrays", build), case.chance
    count = chance.randint(0, _LONGEST_TOKENS)
    lines, columns, names = (_numbers(chance, count) for _ in range(3))
    order, entries, spare = (array(code, [0] * count) for code in "IQQ")
    kernel.sort_order(lines, columns, order, entries, spare, array("I", bytes(1024)))
    assert list(order) == sorted(range(count), key=lambda token: (lines[token], columns[token]))
    kernel.gather(lines, order, lines := _zeros(count))
    found = kernel.last_token(lines, columns, _number(chance), _number(chance))
    assert -1 <= found < count
    kernel.renumber(names, _numbers(chance, chance.randint(0, 6)))
    start, end = sorted((chance.randint(0, count), count))
    entry = kernel.covering_entry(lines, columns, start, end, _number(chance), _number(chance))
    assert entry == -1 or start <= entry < end
    kernel.shift(lines, columns, _number(chance), _number(chance))
    return order, found, names, entry, lines, columns, kernel.is_ordered(lines, columns)


def _numbers(chance: random.Random, count: int) -> array[int]:
    return array("I", [_number(chance) for _ in range(count)])


def _number(chance: random.Random) -> int:
    return chance.randint(0, 4) if chance.random() < 0.9 else chance.choice((_NONE, _NONE - 1, 2**31, 2**31 - 1))


def _find_positions(case: Case, build: str) -> Any:
    """Turn every offset of a text into a position, which is what counting from the start says, and some back."""
    kernel = module("core.sourcemap.text_positions", build)
    text = case.generated.decode("utf-8", "replace").encode() * case.chance.choice((1, 1, 7))
    if not text:
        return None
    blocks = _zeros(2 * -(-len(text) // kernel.BLOCK_SIZE))
    kernel.survey_text(array("B", text), blocks)
    positions = kernel.TextPositions(array("B", text), blocks)
    found = [positions.position(offset) for offset in range(-1, len(text) + 2)]
    assert found == [None, *_counted_positions(text), None, None]
    offsets = [positions.offset(_number(case.chance), _number(case.chance)) for _ in range(20)]
    assert all(0 <= offset < len(text) for offset in offsets)
    return found, offsets


def _counted_positions(text: bytes) -> list[tuple[int, int] | None]:
    """Return the position of each byte; for those inside a character, of the next one."""
    positions: list[tuple[int, int] | None] = []
    line = column = 0
    for character in text.decode():
        positions.append((line, column))
        line, column = (line + 1, 0) if character == "\n" else (line, column + 1 + (character > "\uffff"))
        positions.extend([(line, column)] * (len(character.encode()) - 1))
    for offset in range(len(text) - 1, -1, -1):
        if text[offset] & 0xC0 != 0x80:
            break
        positions[offset] = None
    return positions


def _read_and_ask(case: Case, build: str) -> Any:
    """Read a map and ask it about places of the generated file and of nowhere; in a random order."""
    read = module("core.sourcemap.source_map", build).read_source_map
    return _answers(read(case.source_map, case.generated), case)


def _answers(source_map: Any, case: Case) -> Any:
    chance = case.chance
    places = [_place(chance, case.generated) for _ in range(30)]
    positions = [source_map.lookup(*place) for place in places]
    sources = [chance.randint(0, len(source_map.sources)) for _ in range(3)]
    contents = [source_map.source_content(source) for source in sources]
    lines = [_lines(source_map, position, chance) for position in positions]
    contexts = [_context(source_map, position) for position in positions]
    return source_map.sources, positions, contents, lines, contexts


def _context(source_map: Any, position: Any) -> Any:
    """Return what a frame would show of a source, which is what its decoded text would give."""
    if position is None or position.source is None:
        return None
    context = read_context(source_map.source_context(position.source, position.line, position.column))
    content = source_map.source_content(position.source)
    assert context == (None if content is None else source_context(content, position.line + 1, position.column + 1))
    return context


def _lines(source_map: Any, position: Any, chance: random.Random) -> Any:
    if position is None or position.source is None:
        return None
    lines = source_map.source_lines(position.source, position.line, around=chance.choice((0, 1, 5, 1000)))
    return lines and (lines.before, lines.line, lines.after)


def _place(chance: random.Random, generated: bytes) -> tuple[int, int]:
    if chance.random() < 0.1:
        return _number(chance), _number(chance)
    before = generated[: chance.randint(0, len(generated))]
    return before.count(b"\n"), len(before) - before.rfind(b"\n") - 1


def _keep_on_disk(case: Case, build: str) -> Any:
    """Write the index of a map, and open it again; then with some bytes of it changed, or of the map, or of the code.

    The index answers as the map does.  A changed one does so too, or is refused.  Texts are told apart by their ends
    only: with others in between, what the index answers is anybody's guess, but it answers, or says that the map is
    malformed.
    """
    files = module("core.sourcemap.index_file", build)
    blank = b" " * case.chance.choice((0, 5000))
    text = blank + case.source_map.decode("utf-8", "replace").encode() + blank
    minified = blank + case.generated + blank
    source_map = module("core.sourcemap.source_map", build).read_source_map(text, minified)
    expected = _answers(source_map, case)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "index")
        files.write_index(source_map, path)
        if source_map.is_utf8:
            assert _answers(files.open_index(path, text, minified), case) == expected
        else:
            assert _is_stale(files, path, text, minified), "an index of what other texts were read as"
        with suppress(files.StaleIndex, MalformedSourceMap):
            _answers(files.open_index(path, _other(case, text), _other(case, minified)), case)
        path.write_bytes(_corrupted(case.chance, path.read_bytes()))
        with suppress(files.StaleIndex):
            assert _answers(files.open_index(path, text, minified), case) == expected
    return expected


def _believe_an_index(case: Case, build: str) -> None:
    """Open an index that was changed by somebody who knows its checksums: whatever it answers, it does so soon."""
    files = module("core.sourcemap.index_file", build)
    source_map = module("core.sourcemap.source_map", build).read_source_map(case.source_map, case.generated)
    if not source_map.is_utf8:
        return
    header, _, written = files.index_pieces(source_map)
    body = bytearray(written)
    for _ in range(case.chance.randint(1, 8)):
        place = case.chance.randrange(len(body) // 4) * 4
        body[place : place + 4] = _number(case.chance).to_bytes(4, sys.byteorder)
    forged = _with_checksums(files, header, bytes(body))
    with suppress(files.StaleIndex, MalformedSourceMap, *_HARMLESS):
        opened = files.read_index(memoryview(forged), case.source_map, case.generated)
        for place in [_place(case.chance, case.generated) for _ in range(10)]:
            with suppress(*_HARMLESS):
                position = opened.lookup(*place)
                _lines(opened, position, case.chance)
        for source in range(3):
            with suppress(*_HARMLESS):
                opened.source_content(source)
                opened.source_context(source, *_place(case.chance, case.source_map))


def _with_checksums(files: Any, header: bytes, body: bytes) -> bytes:
    facts = files._HEADER.unpack(header)[:-1]
    header = files._HEADER.pack(*facts, files._body_checksum(memoryview(body)))
    return header + files._CRC.pack(zlib.crc32(header)) + body


def _is_stale(files: Any, path: Path, text: bytes, minified: bytes) -> bool:
    try:
        files.open_index(path, text, minified)
    except files.StaleIndex:
        return True
    return False


def _other(case: Case, text: bytes) -> bytes:
    """Return a text of the same size with other bytes in between."""
    start, end = sorted((case.chance.randint(0, len(text)), case.chance.randint(0, len(text))))
    return text[:start] + bytes(case.chance.choice(b'a"\\,;\n{}\xc3') for _ in range(start, end)) + text[end:]


def _corrupted(chance: random.Random, index: bytes) -> bytes:
    return mutated(chance, index, (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x01\0\0\0"), [index])


def _a_scopes_case(chance: random.Random) -> tuple[bytes, bytes]:
    return _a_program(chance), b""


def _find_scopes(case: Case, build: str) -> Any:
    """Find the scopes of a text, which nest and lie within it."""
    scopes = module("core.javascript.scopes", build).find_scopes(case.generated)
    if scopes is None:
        return None
    found = [(scopes.start(index), scopes.end(index), scopes.name(index)) for index in range(len(scopes))]
    _check_nesting(found, len(case.generated))
    return found


def _check_nesting(scopes: list[tuple[int, int, str | None]], size: int) -> None:
    ends = [size]
    for start, end, _ in sorted(scopes, key=lambda scope: (scope[0], -scope[1])):
        assert 0 <= start < end <= size, "a scope that leaves the text"
        while ends and ends[-1] <= start and len(ends) > 1:
            ends.pop()
        assert end <= ends[-1], "scopes that overlap"
        ends.append(end)


def _a_named_pair(chance: random.Random) -> tuple[bytes, bytes]:
    """Return a program and a map with tokens at some places of it, or at all, most of them with names.

    The program is as it was made: what the peer does about one that isn't sound is its own affair.
    """
    generated = programs.program(chance)
    share = chance.choice((1.0, 0.5, 0.1))
    places = [place for place in peer.places(generated) if chance.random() < share]
    tokens = [(*place, 0, chance.randint(0, 3), chance.randint(0, 9), chance.randrange(5)) for place in places]
    tokens = [token if chance.random() < 0.8 else token[: chance.choice((2, 5))] for token in tokens]
    return generated, map_of(mappings_of(tokens), names=["a", "total", "", "Cart.add", "é"])


def _name_functions(case: Case, build: str) -> Any:
    """Name the functions around all places of a program, in a random order."""
    source_map = module("core.sourcemap.source_map", build).read_source_map(case.source_map, case.generated)
    places = peer.places(case.generated)
    case.chance.shuffle(places)
    return [source_map.lookup(*place) for place in places]


def _a_source(chance: random.Random) -> tuple[bytes, bytes]:
    """Return an original source, in TypeScript or JSX as likely as not, and the ending of its name."""
    text = mutated(chance, _a_program(chance), programs.TYPED_WORDS, seeds().programs)
    return text, chance.choice((b".ts", b".tsx", b".jsx", b".mjs", b".vue", b".svelte"))


def _name_written_functions(case: Case, build: str) -> Any:
    """Name the functions around places of an original source as it has them."""
    read = module("core.source_names.source_functions", build).read_functions
    functions = read(case.generated.decode("utf-8", "replace").encode(), f"src/a{case.source_map.decode()}")
    if functions is None:
        return None
    offsets = [case.chance.randint(0, len(case.generated)) for _ in range(30)]
    return [functions.name_at_offset(offset, outwards) for offset in offsets for outwards in (0, 2)]


def _some_scopes(chance: random.Random) -> tuple[bytes, bytes]:
    """Return ``scopes``: items in a random order, or ones that nest, and most often mutated."""
    items = [chance.choice(_SCOPES_WORDS) for _ in range(chance.randint(0, 30))]
    if chance.random() < 0.7:
        items = [*_nested(chance, (b"BHAAC", b"BEAA", b"BAAA"), (b"CAB", b"CBA")), b"A"]
        items += _nested(chance, (b"EGAAA", b"ECAA", b"EEAA", b"EMAA", b"EAA"), (b"FB", b"FBA"), (b"IABB", b"GAB"))
    text = b",".join(items)
    return b"", text if chance.random() < 0.3 else mutated(chance, text, _SCOPES_WORDS, [text])


def _nested(
    chance: random.Random, starts: tuple[bytes, ...], ends: tuple[bytes, ...], others: tuple[bytes, ...] = (b"DA",)
) -> list[bytes]:
    items, depth = [], 0
    for _ in range(chance.randint(1, 20)):
        choice = chance.random()
        if choice < 0.5 or not depth:
            items.append(chance.choice(starts))
            depth += 1
        elif choice < 0.7:
            items.append(chance.choice(others))
        else:
            items.append(chance.choice(ends))
            depth -= 1
    return [*items, *[chance.choice(ends)] * depth]


def _some_dart_frames(chance: random.Random) -> tuple[bytes, bytes]:
    text = b"".join(chance.choice(_DART_WORDS[:9]) for _ in range(chance.randint(0, 30)))
    return b"", text if chance.random() < 0.5 else mutated(chance, text, _DART_WORDS, [text])


def _decode_scopes(case: Case, build: str) -> Any:
    """Decode ``scopes`` into tables with just the room they need, or less, and search in them; they nest."""
    kernel = module("core.sourcemap.call_tables", build)
    text = array("B", case.source_map)
    room = kernel.count_starts(text) if case.chance.random() < 0.8 else case.chance.randint(0, 5)
    scopes, ranges = array("I", [_NONE] * 8 * room), array("I", [_NONE] * 13 * room)
    decoder = kernel.ScopesDecoder(text, case.chance.randint(0, 2), case.chance.randint(0, 3), scopes, ranges)
    if not decoder.decode():
        return None
    used = scopes[: decoder.scope_count * 8], ranges[: decoder.range_count * 13]
    for table, size in zip(used, (8, 13), strict=True):
        parents = [table[row + 5] for row in range(0, len(table), size)]
        assert all(parent <= number for number, parent in enumerate(parents)), "a row that is around itself"
    places = [(_number(case.chance) % 4, _number(case.chance), _number(case.chance)) for _ in range(10)]
    found = [
        [kernel.innermost(table, size, *place) for place in places] for table, size in zip(used, (8, 13), strict=True)
    ]
    return used, decoder.has_frames, found


def _decode_dart_frames(case: Case, build: str) -> Any:
    """Decode the ``frames`` of dart2js into tables with just the room they need, or less."""
    kernel = module("core.sourcemap.call_tables", build)
    text = array("B", case.source_map)
    room = len(text) if case.chance.random() < 0.8 else case.chance.randint(0, 8)
    entries, calls = array("I", [_NONE] * (room // 2 * 2)), array("I", [_NONE] * (room // 5 * 5))
    decoder = kernel.DartDecoder(text, case.chance.randint(0, 2), case.chance.randint(0, 3), entries, calls)
    if not decoder.decode():
        return None
    tops = entries[: decoder.entry_count * 2][1::2]
    assert all(top <= decoder.call_count for top in tops), "a call that isn't there"
    return entries[: decoder.entry_count * 2], calls[: decoder.call_count * 5]


def _some_ranges(chance: random.Random) -> tuple[bytes, bytes]:
    """Return ``rangeMappings``, and the mappings that they are about."""
    words = (b"A", b"B", b"C", b"L", b"AB", b"BC", b"g", b"gB", b"/", b";", b";", b"!", b",")
    ranges = b"".join(chance.choice(words) for _ in range(chance.randint(0, 12)))
    return ranges, b"".join(chance.choice((b"AAAA,", b",", b"C", b";", b"A;")) for _ in range(chance.randint(0, 30)))


def _decode_ranges(case: Case, build: str) -> Any:
    """Decode ranges in each encoding."""
    kernel = module("core.sourcemap.vlq", build)
    text, ranges = array("B", case.source_map), array("B", case.generated)
    count = kernel.count_tokens(text, 0, len(text))
    found = []
    for encoding in (0, 1, -1):
        marked = array("B", bytes(count))
        fits = kernel.decode_ranges(text, 0, len(text), ranges, kernel.DIGITS, encoding, marked)
        found.append(marked.tolist() if fits else None)
    return found


TARGETS = {
    "ranges": Target(_some_ranges, _decode_ranges),
    "original scopes": Target(_some_scopes, _decode_scopes),
    "dart frames": Target(_some_dart_frames, _decode_dart_frames),
    "json": Target(_a_json_text, _outline),
    "mappings": Target(_some_mappings, _decode),
    "survey": Target(_some_mappings, _survey),
    "arrays": Target(_nothing, _work_on_arrays),
    "positions": Target(_a_scopes_case, _find_positions),
    "scopes": Target(_a_scopes_case, _find_scopes),
    "map": Target(_a_pair, _read_and_ask),
    "names": Target(_a_named_pair, _name_functions),
    "source names": Target(_a_source, _name_written_functions),
    "index": Target(_a_pair, _keep_on_disk),
    "forged index": Target(_a_pair, _believe_an_index),
}
if peer.HAS_PEER:
    TARGETS["peer scopes"] = Target(_a_scopes_case, peer.agree_on_scopes)
    TARGETS["peer names"] = Target(_a_named_pair, peer.agree_on_map)
    TARGETS["peer map"] = Target(_a_pair, peer.agree_on_map)
