"""Index maps whose sections follow one another, as bundlers write them: searched as they are, like one map.

Their mappings stay where they are in the text; each section's checkpoints know how its numbers of sources and names
differ from those of the whole.  Sources are merged by their texts, names aren't: nobody can tell the difference.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import accumulate

from core.buffers import Content, Numbers, numbers_buffer
from core.sourcemap.checkpoint import Field
from core.sourcemap.contents import Contents, no_contents
from core.sourcemap.encoded_mappings import EncodedMappings
from core.sourcemap.json_document import JsonValue
from core.sourcemap.literals import Literals
from core.sourcemap.mappings_survey import MappingsSurvey
from core.sourcemap.section_fields import SectionField
from core.sourcemap.section_outline import SectionOutline

_FEWEST_VALUES = 9
"""How many values a section has at least in the outline of the text."""
_BYTES_PER_CHECKPOINT = 96
"""How much text a checkpoint serves at least, beside the first one of a section: 64 tokens, or 512 bytes."""


@dataclass(frozen=True, slots=True)
class JoinedSections:
    """The parts of an index map, as those of ``core.sourcemap.map_index``."""

    mappings: EncodedMappings
    sources: Literals
    names: Literals
    contents: Contents
    ignored: array[int]


def join_sections(value: JsonValue) -> JoinedSections | None:
    """Return what the elements of the array ``value`` are as one map.

    None if they can't be searched so, whether something is wrong with them or just not as usual.
    """
    document = value.document
    rows = numbers_buffer((document.nexts[value.index] - value.index) // _FEWEST_VALUES * SectionField.SIZE)
    outline = SectionOutline(document.text, document.starts, document.ends, document.nexts, rows)
    count = outline.read(value.index)
    known: dict[bytes, int] = {}
    if count <= 0 or not outline.number_sources(document.text, known):
        return None
    sources = _sources(known)
    mappings = _mappings(document.text, rows[: count * SectionField.SIZE], outline.mapping_bytes)
    if sources is None or mappings is None:
        return None
    contents = _contents(outline, document.text, len(known))
    return JoinedSections(mappings, sources, _names(outline), contents, _ignored(outline, len(known)))


def _sources(known: dict[bytes, int]) -> Literals | None:
    """Return the array of literals; None if two of them may be the same source, spelt differently."""
    text = b"".join([b"[", b",".join([*known, b"]"])])
    if b"\\" in text or {b"null", b'""'} <= known.keys():
        return None
    return Literals(text, array("I", accumulate((len(literal) + 1 for literal in known), initial=1)))


def _mappings(text: Content, rows: Numbers, size: int) -> EncodedMappings | None:
    places = [place for place in range(0, len(rows), SectionField.SIZE) if rows[place + SectionField.END]]
    if not places:
        return None
    start, end = rows[places[0] + SectionField.START], rows[places[-1] + SectionField.END]
    checkpoints = numbers_buffer((size // _BYTES_PER_CHECKPOINT + len(places) + 8) * Field.SIZE)
    survey = MappingsSurvey(text, start, end, 0, 0)
    used = survey.write_sections(rows, checkpoints)
    if used < 0:
        return None
    return EncodedMappings(text, start, end, survey.token_count, checkpoints[:used], b"")


def _names(outline: SectionOutline) -> Literals:
    text = bytearray(outline.name_bytes + 2)
    starts = numbers_buffer(outline.name_count + 1)
    size = outline.copy_names(text, starts)
    return Literals(bytes(memoryview(text)[:size]), starts)


def _contents(outline: SectionOutline, text: Content, count: int) -> Contents:
    starts, ends = numbers_buffer(count), numbers_buffer(count)
    return Contents(text, starts, ends) if outline.place_contents(starts, ends) else no_contents()


def _ignored(outline: SectionOutline, count: int) -> array[int]:
    is_ignored = bytearray(count)
    outline.mark_ignored(is_ignored)
    return array("I", [source for source in range(count) if is_ignored[source]] if any(is_ignored) else [])
