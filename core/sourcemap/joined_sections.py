"""Joined sections: index maps whose sections follow one another, as bundlers write them, searched as they are.

Their mappings stay where they are in the text; each section's checkpoints know how its numbers of sources and names
differ from those of the whole.  Sources are merged by their texts, names aren't: nobody can tell the difference.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from core.sourcemap.checkpoint import Field
from core.sourcemap.encoded_mappings import EncodedMappings
from core.sourcemap.json_document import JsonValue
from core.sourcemap.json_strings import JsonStrings
from core.sourcemap.mappings_survey import MappingsSurvey
from core.sourcemap.section_fields import SectionField
from core.sourcemap.section_outline import SectionOutline
from core.sourcemap.source_contents import SourceContents, no_contents
from core.text.buffers import Content, Numbers, numbers_buffer

_FEWEST_VALUES = 9
"""Least number of values that a section has in the outline of the text."""
_BYTES_PER_CHECKPOINT = 96
"""Least text that a checkpoint serves, beside the first one of a section: 64 tokens, or 512 bytes."""


@dataclass(frozen=True, slots=True)
class JoinedSections:
    """The parts of an index map, as those of ``core.sourcemap.prepared_map``."""

    mappings: EncodedMappings
    sources: JsonStrings
    names: JsonStrings
    contents: SourceContents
    ignored: array[int]


def join_sections(value: JsonValue) -> JoinedSections | None:
    """Return what the elements of the array ``value`` are as one map.

    None if they can't be searched so, whether something is wrong with them or just not as usual.
    """
    document = value.document
    rows = numbers_buffer((document.nexts[value.index] - value.index) // _FEWEST_VALUES * SectionField.SIZE)
    outline = SectionOutline(document.text, document.starts, document.ends, document.nexts, rows)
    count = outline.read(value.index)
    if count <= 0 or not outline.mappings_end:
        return None
    sources = _sources(outline, document.text)
    mappings = None if sources is None else _mappings(outline, document.text, rows[: count * SectionField.SIZE])
    if sources is None or mappings is None:
        return None
    contents = _contents(outline, document.text, len(sources))
    return JoinedSections(mappings, sources, _names(outline), contents, _ignored(outline, len(sources)))


def _sources(outline: SectionOutline, content: Content) -> JsonStrings | None:
    """Return the sources of all sections, each once; None if two of them may be the same one, spelt differently."""
    known: dict[bytes, int] = {}
    text, starts = bytearray(outline.source_bytes + 2), numbers_buffer(outline.source_count + 1)
    size = outline.number_sources(content, known, text, starts)
    if size < 0 or b"\\" in text or {b"null", b'""'} <= known.keys():
        return None
    return JsonStrings(bytes(memoryview(text)[:size]), starts[: len(known) + 1])


def _mappings(outline: SectionOutline, text: Content, rows: Numbers) -> EncodedMappings | None:
    start, end = outline.mappings_start, outline.mappings_end
    most = outline.mapping_bytes // _BYTES_PER_CHECKPOINT + len(rows) // SectionField.SIZE
    checkpoints = numbers_buffer((most + 1) * Field.SIZE)
    survey = MappingsSurvey(text, start, end, 0, 0)
    used = survey.write_sections(rows, checkpoints)
    if used < 0:
        return None
    return EncodedMappings(text, start, end, survey.token_count, checkpoints[:used], b"")


def _names(outline: SectionOutline) -> JsonStrings:
    text = bytearray(outline.name_bytes + 2)
    starts = numbers_buffer(outline.name_count + 1)
    size = outline.copy_names(text, starts)
    return JsonStrings(bytes(memoryview(text)[:size]), starts)


def _contents(outline: SectionOutline, text: Content, count: int) -> SourceContents:
    starts, ends = numbers_buffer(count), numbers_buffer(count)
    return SourceContents(text, starts, ends) if outline.place_contents(starts, ends) else no_contents()


def _ignored(outline: SectionOutline, count: int) -> array[int]:
    is_ignored = bytearray(count)
    outline.mark_ignored(is_ignored)
    return array("I", [source for source in range(count) if is_ignored[source]] if any(is_ignored) else [])
