"""How the recogniser's tables are laid out."""

from __future__ import annotations

from enum import IntEnum


class Layout(IntEnum):
    """Sizes and places in the tables.  Steps are known by where they start."""

    COLUMNS = 128
    """The predictions for a symbol: one for each kind of token, and …"""
    LINE_BREAK = 127
    """… the last for a symbol that wanted to stay on its line when the line has ended."""
    STEP_SIZE = 16
    ACTION = 0
    """A step consists of: what to do, …"""
    MODE = 1
    """… how to go on, …"""
    COUNT = 2
    """… how many symbols replace the topmost, …"""
    SYMBOLS = 3
    """… and those, the nearest one last."""
    MAX_SYMBOLS = 13


class Mode(IntEnum):
    """How a step goes on."""

    STAY = 0
    NEXT = 1
    REGEX = 2
    """To the token after the regular expression that starts with the current one."""
    TEMPLATE = 3
    """To the part of a template after the hole that ends with the current one."""


class Special(IntEnum):
    """Steps of their own."""

    REJECT = 0
    """The text is no program."""
    POP = 16
    """Nothing more is expected of the topmost symbol."""
