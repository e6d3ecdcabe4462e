"""Versions of the program and of the Python that runs it."""

from __future__ import annotations

import platform
from importlib.metadata import version

VERSION = version("unmangle")
PYTHON = platform.python_version()
