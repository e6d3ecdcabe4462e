# cython: language_level=3, boundscheck=False, wraparound=False
"""Decoding of the ``mappings`` field: the hot loop of reading a source map."""

import cython

COMPILED = cython.compiled
