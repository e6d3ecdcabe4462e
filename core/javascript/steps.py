"""How the recogniser's tables are laid out."""

from __future__ import annotations

from enum import IntEnum


class Layout(IntEnum):
    """Sizes and places in the tables.  Symbols are known by where their predictions start, and steps likewise."""

    COLUMNS = 128
    """The predictions for a symbol: one for each kind of token, and …"""
    LINE_BREAK = 127
    """… the last for a symbol that wanted to stay on its line when the line has ended."""
    STEP_MASK = 0xFFFF
    """A prediction has a step in its low bits, …"""
    TOP_SHIFT = 16
    """… and above, so that nobody need wait for the step, the nearest of its symbols: the topmost then, or …"""
    POPPED = 0xFFFF
    """… if there's none, this."""
    STEP_SIZE = 8
    ACTION = 0
    """A step consists of: what to do, …"""
    MODE = 1
    """… how to go on, …"""
    COUNT = 2
    """… how many symbols replace the topmost, …"""
    SYMBOLS = 4
    """… and (one place is left free) those, the nearest one last."""
    MAX_SYMBOLS = 4


class Mode(IntEnum):
    """How a step goes on."""

    STAY = 0
    NEXT = 1
    REGEX = 2
    """To the token after the regular expression that starts with the current one."""
    TEMPLATE = 3
    """To the part of a template after the hole that ends with the current one."""
