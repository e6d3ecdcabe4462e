"""Writes ``built_tables``, the tables of the recogniser: ``python -m core.javascript.tables_writer`` after a change."""

from __future__ import annotations

from array import array
from pathlib import Path

from core.javascript import grammar
from core.javascript.grammar import Action
from core.javascript.numbers import TableLayout
from core.javascript.packing import constant
from core.javascript.predictions import Predictions
from core.javascript.sequences import JoinedRow, JoinedStep, Sequence, joined_rows
from core.javascript.tables import Tables
from core.javascript.word_table import WordTable, word_table

_FILE = Path(__file__).with_name("built_tables.py")


def built_tables() -> tuple[Tables, WordTable]:
    """Return the tables for the grammar as it is."""
    predictions = Predictions()
    rows = joined_rows(predictions, grammar.START)
    return _tables(rows), word_table(predictions.words)


def _tables(rows: dict[Sequence, JoinedRow]) -> Tables:
    steps = list(dict.fromkeys(step for row in rows.values() for step in row))
    steps.sort(key=lambda step: step is not None and step.same_line)
    places = {step: TableLayout.STEP_SIZE * number for number, step in enumerate(steps)}
    symbols = {sequence: TableLayout.COLUMNS * number for number, sequence in enumerate(rows)}
    return Tables(
        array("H", [places[step] for row in rows.values() for step in row]),
        array("H", [number for step in steps for number in _packed(step, symbols)]),
        next(places[step] for step in steps if step and step.same_line),
    )


def _packed(step: JoinedStep | None, symbols: dict[Sequence, int]) -> list[int]:
    if step is None:
        return [Action.REJECT, *[0] * (TableLayout.STEP_SIZE - 1)]
    actions = sum(action << TableLayout.ACTION_BITS * place for place, action in enumerate(step.actions))
    expected = [symbols[sequence] for sequence in reversed(step.sequences)]
    padding = [0] * (TableLayout.MAX_SYMBOLS - len(expected))
    slot, kind = step.noted
    return [actions, step.mode, len(expected), slot | kind << TableLayout.KIND_SHIFT, *expected, *padding]


def _text(tables: Tables, words: WordTable) -> str:
    lines = [
        '"""The tables of the recogniser, for ``tables``.  Made by ``tables_writer``."""',
        "",
        f"SAME_LINE_STEPS = {tables.same_line_steps}",
        f"WORD_FACTOR = 0x{words.factor:X}",
        constant("PREDICTIONS", tables.predictions),
        constant("STEPS", tables.steps),
        constant("WORDS", words.words),
        constant("WORD_KINDS", words.kinds),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    _FILE.write_text(_text(*built_tables()))
