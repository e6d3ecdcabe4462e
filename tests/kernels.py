"""The kernels in both builds: as the Python they are written in, and compiled.

A build that is missing, or isn't what it claims to be, fails; it never skips.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

BUILDS = ("interpreted", "compiled")

_SHARED = "core.sourcemap.position"  # the same module for both builds, so that their answers can be compared
_ROOT = Path(__file__).parent.parent
KERNELS = [
    ".".join(file.relative_to(_ROOT).with_suffix("").parts)
    for file in sorted((_ROOT / "core").rglob("*.py"))
    if file.read_text().startswith("# cython:")
]
_interpreted: dict[str, ModuleType] = {}


def load(name: str, build: str) -> ModuleType:
    """Return the module ``name`` of a package with kernels, on top of the kernels of this ``build``."""
    assert build in BUILDS
    import_module(_SHARED)
    if build == "compiled":
        _check_kernels(is_compiled=True)
        return import_module(name)
    with _interpreted_modules():
        _check_kernels(is_compiled=False)
        return import_module(name)


def _check_kernels(*, is_compiled: bool) -> None:
    for kernel in KERNELS:
        assert is_compiled == import_module(kernel).COMPILED, f"{kernel} is of the wrong build: pip install -e ."


@contextmanager
def _interpreted_modules() -> Iterator[None]:
    """Put other modules in place of all those near kernels for a while: they use the kernels as Python."""
    compiled = _take_out_modules()
    finder = _SourceFinder()
    sys.meta_path.insert(0, finder)
    _put_in_modules(_interpreted)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _interpreted.update(_take_out_modules())
        _put_in_modules(compiled)


def _take_out_modules() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if _is_near_kernels(name)]
    return {name: sys.modules.pop(name) for name in names}


def _put_in_modules(modules: dict[str, ModuleType]) -> None:
    sys.modules.update(modules)
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        setattr(sys.modules[parent], child, module)


def _is_near_kernels(name: str) -> bool:
    packages = {kernel.rpartition(".")[0] for kernel in KERNELS}
    return name != _SHARED and any(name == package or name.startswith(f"{package}.") for package in packages)


class _SourceFinder(MetaPathFinder):
    """Finds kernels in their Python files, where Python would prefer what was compiled from them."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        file = _ROOT.joinpath(*fullname.split(".")).with_suffix(".py")
        if not _is_near_kernels(fullname) or not file.is_file():
            return None
        return spec_from_loader(fullname, SourceFileLoader(fullname, str(file)))
