# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The scopes kernel, interpreted.  Compiled, all its parts are in this one module: see ``setup.py``."""

from __future__ import annotations

from core.javascript.contexts import COMPILED, Contexts
from core.javascript.recognizer import recognize
from core.javascript.tokenizer import Tokenizer

__all__ = ["COMPILED", "Contexts", "Tokenizer", "recognize"]
