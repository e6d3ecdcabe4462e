# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Writer of mappings with checkpoints: for maps whose own mappings aren't in order, or not in one piece.

Only ``core.sourcemap.mappings_reader`` can read the result: where the lines jump, a checkpoint does and no semicolons
do, as a map may claim to have billions of lines.
"""

import cython

from core.sourcemap.vlq import ALPHABET

if cython.compiled:
    from cython.cimports.core.sourcemap.checkpoint import Field
else:
    from core.sourcemap.checkpoint import Field

COMPILED = cython.compiled

LONGEST_TOKEN = 5 * 7 + 1  # 32 bits and a sign need seven digits; then there is a comma
MOST_TOKENS = cython.declare(cython.int, 64)  # from one checkpoint to the next
TOKENS_PER_CHECKPOINT = MOST_TOKENS
NONE = cython.declare(cython.uint, 0xFFFFFFFF)


@cython.final
@cython.cclass
class MappingsWriter:
    """Writes mappings to ``text``, LONGEST_TOKEN bytes a token are enough, and then a quote; and ``checkpoints``.

    There is one checkpoint for every TOKENS_PER_CHECKPOINT tokens, and one for each line with tokens at most.
    ``text_size`` and ``checkpoints_size`` say how much of both was written.
    """

    text: cython.uchar[::1]
    checkpoints: cython.uint[::1]
    alphabet: cython.const[cython.uchar][::1]
    text_size = cython.declare(cython.longlong, visibility="readonly")
    checkpoints_size = cython.declare(cython.longlong, visibility="readonly")

    def __init__(self, text, checkpoints):
        self.text = text
        self.checkpoints = checkpoints
        self.alphabet = ALPHABET
        self.text_size = self.checkpoints_size = 0

    @cython.ccall
    def write(
        self,
        lines: cython.const[cython.uint][::1],
        columns: cython.const[cython.uint][::1],
        sources: cython.const[cython.uint][::1],
        original_lines: cython.const[cython.uint][::1],
        original_columns: cython.const[cython.uint][::1],
        names: cython.const[cython.uint][::1],
    ) -> cython.void:
        """Write all tokens, which are in order.  Unmapped ones have NONE as their source."""
        token: cython.longlong
        line: cython.longlong = 0
        column: cython.longlong = 0
        source: cython.longlong = 0
        original_line: cython.longlong = 0
        original_column: cython.longlong = 0
        name: cython.longlong = 0
        before: cython.int = 0
        row: cython.longlong = 0
        next_checkpoint: cython.longlong = 0
        for token in range(len(lines)):
            if token == next_checkpoint or lines[token] > line:
                next_checkpoint = token + MOST_TOKENS
                line = lines[token]
                column = 0
                self.checkpoints[row + Field.OFFSET] = self.text_size
                self.checkpoints[row + Field.NUMBER] = token
                self.checkpoints[row + Field.LINE] = line
                self.checkpoints[row + Field.COLUMN] = columns[token]
                self.checkpoints[row + Field.SOURCE] = source
                self.checkpoints[row + Field.ORIGINAL_LINE] = original_line
                self.checkpoints[row + Field.ORIGINAL_COLUMN] = original_column
                self.checkpoints[row + Field.NAME] = name
                self.checkpoints[row + Field.BEFORE] = before
                row += Field.SIZE
            self._write_number(columns[token] - column)
            column = columns[token]
            before = 1
            if sources[token] != NONE:
                self._write_number(sources[token] - source)
                self._write_number(original_lines[token] - original_line)
                self._write_number(original_columns[token] - original_column)
                source = sources[token]
                original_line = original_lines[token]
                original_column = original_columns[token]
                before = 4
                if names[token] != NONE:
                    self._write_number(names[token] - name)
                    name = names[token]
                    before = 5
            self._write_byte(44)
        self._write_byte(34)
        self.checkpoints_size = row

    @cython.cfunc
    @cython.inline
    @cython.exceptval(check=False)
    def _write_number(self, number: cython.longlong) -> cython.void:
        rest: cython.longlong = number << 1 if number >= 0 else -number << 1 | 1
        while rest > 31:
            self._write_byte(self.alphabet[rest & 31 | 32])
            rest >>= 5
        self._write_byte(self.alphabet[rest])

    @cython.cfunc
    @cython.inline
    @cython.exceptval(check=False)
    def _write_byte(self, byte: cython.uchar) -> cython.void:
        self.text[self.text_size] = byte
        self.text_size += 1
