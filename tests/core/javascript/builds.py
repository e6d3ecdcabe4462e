"""The kernels twice: as they were compiled, and interpreted from the same files."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

PACKAGE = "core.javascript"
FOLDER = Path(importlib.import_module(PACKAGE).__path__[0])
KERNELS = ("reader", "literals", "tokenizer", "ledger", "operands", "contexts", "recognizer")


@cache
def scopes_module(build: str) -> ModuleType:
    """Return ``core.javascript.scopes`` on top of the kernels of one build, having made sure that they are."""
    if build == "compiled":
        return _imported(compiled=True)
    with _sources_first(), _modules_put_aside():
        return _imported(compiled=False)


def _imported(*, compiled: bool) -> ModuleType:
    for kernel in KERNELS:
        assert importlib.import_module(f"{PACKAGE}.{kernel}").COMPILED is compiled, f"{kernel} is not built"
    return importlib.import_module(f"{PACKAGE}.scopes")


class _SourceFinder:
    """Finds the modules of the package as Python files, whatever else is there."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if not name.startswith(PACKAGE + "."):
            return None
        file = FOLDER / (name.rpartition(".")[2] + ".py")
        return spec_from_file_location(name, file, loader=SourceFileLoader(name, str(file)))


@contextmanager
def _sources_first() -> Iterator[None]:
    finder = _SourceFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def _modules_put_aside() -> Iterator[None]:
    ours = {name: module for name, module in sys.modules.items() if name.startswith(PACKAGE + ".")}
    for name in ours:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.startswith(PACKAGE + ".")]:
            del sys.modules[name]
        sys.modules.update(ours)
