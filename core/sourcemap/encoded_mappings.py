"""Encoded mappings: checked and surveyed once, decoded only around the places that are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import MalformedMappings
from core.sourcemap.checkpoint import Field
from core.sourcemap.decoded_map import Tokens, decode_range_mappings
from core.sourcemap.map_document import Mappings
from core.sourcemap.mappings_faults import FAULT_TEXTS, MappingsFault
from core.sourcemap.mappings_reader import MappingsReader
from core.sourcemap.mappings_survey import MappingsSurvey
from core.sourcemap.mappings_writer import LONGEST_TOKEN, TOKENS_PER_CHECKPOINT, MappingsWriter
from core.text.buffers import Content, Numbers, numbers_buffer
from core.text.kernel_errors import fault_place

_BYTES_PER_CHECKPOINT = 300
"""Text that a checkpoint usually serves, or a bit less: 64 tokens."""
_FEWEST_BYTES_PER_CHECKPOINT = 64


@dataclass(frozen=True, slots=True)
class EncodedMappings:
    """The mappings ``text[start:end]``, with what it takes to decode any part of them.

    ``ranges`` is 1 for range tokens; it is empty if there are none.  The byte after the mappings is a quote.
    """

    text: Content
    start: int
    end: int
    token_count: int
    checkpoints: Numbers
    ranges: bytes | bytearray | memoryview

    def reader(self) -> MappingsReader:
        """Return what decodes these mappings."""
        return MappingsReader(self.text, self.start, self.end, self.checkpoints, self.token_count)


def survey_mappings(mappings: Mappings, source_count: int, name_count: int) -> EncodedMappings | None:
    """Check ``mappings``, whose tokens may refer to that many sources and names, and prepare them for search.

    Returns None if they can't be searched, as their tokens aren't in order.  Raises MalformedMappings at the first
    number or reference that makes no sense.
    """
    text, start, end = mappings.text, mappings.start, mappings.end
    survey = MappingsSurvey(text, start, end, source_count, name_count)
    for bytes_per_checkpoint in (_BYTES_PER_CHECKPOINT, _FEWEST_BYTES_PER_CHECKPOINT):
        checkpoints = numbers_buffer(((end - start) // bytes_per_checkpoint + 8) * Field.SIZE)
        answer = survey.write(checkpoints)
        if answer >= 0 or fault_place(answer)[1] != MappingsFault.NO_ROOM:
            break
    if answer < 0:
        at, kind = fault_place(answer)
        raise MalformedMappings(at - start, FAULT_TEXTS[kind])
    ranges = decode_range_mappings(mappings, survey.token_count)
    if not survey.is_ordered:
        return None
    return EncodedMappings(text, start, end, survey.token_count, checkpoints[:answer], ranges)


def encode_tokens(tokens: Tokens) -> EncodedMappings:
    """Return mappings that say ``tokens``, which are in order."""
    text = bytearray(LONGEST_TOKEN * len(tokens) + 1)
    rows = len(tokens) // TOKENS_PER_CHECKPOINT + 1 + min(len(tokens), tokens.lines[-1] if tokens.lines else 0)
    checkpoints = numbers_buffer(rows * Field.SIZE)
    writer = MappingsWriter(text, checkpoints)
    writer.write(*tokens.arrays())
    return EncodedMappings(
        text=bytes(memoryview(text)[: writer.text_size]),
        start=0,
        end=writer.text_size - 1,
        token_count=len(tokens),
        checkpoints=checkpoints[: writer.checkpoints_size],
        ranges=tokens.ranges,
    )
