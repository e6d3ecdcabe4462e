"""How the recogniser's tables are laid out."""

from __future__ import annotations

from enum import IntEnum


class Layout(IntEnum):
    """Sizes and places in the tables.  Symbols are known by where their predictions start, and steps likewise."""

    COLUMNS = 128
    """The predictions for a symbol, which are steps: one for each kind of token, and …"""
    LINE_BREAK = 127
    """… the last for a symbol that wanted to stay on its line when the line has ended."""
    STEP_SIZE = 8
    ACTIONS = 0
    """A step consists of: what to do (as many bits for each action, the first one lowest), …"""
    MODE = 1
    """… how to go on, …"""
    COUNT = 2
    """… how many symbols replace the topmost, …"""
    MARK = 3
    """… where the token is noted (and above, what as), …"""
    SYMBOLS = 4
    """… and those symbols, the nearest one last."""
    MAX_SYMBOLS = 4
    MAX_ACTIONS = 2
    ACTION_BITS = 8
    SHAPE_SHIFT = 8


class Mode(IntEnum):
    """How a step goes on."""

    STAY = 0
    NEXT = 1
    REGEX = 2
    """To the token after the regular expression that starts with the current one."""
    TEMPLATE = 3
    """To the part of a template after the hole that ends with the current one."""
