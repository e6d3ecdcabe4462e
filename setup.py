"""What ``pyproject.toml`` can't say: the parts of the scopes kernel are compiled as one module.

C puts a function in the place of its call, which is much of the kernel's speed, within one file only.  So the parts
are joined in ``build/joined``, in the place of ``core/javascript/kernel.py``; uncompiled, that imports them.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from setuptools import setup

PARTS = ("reader", "literals", "tokenizer", "ledger", "operands", "contexts", "recognizer")
PACKAGE = Path("core", "javascript")
JOINED = Path("build", "joined")
_IMPORT_OF_PART = re.compile(
    rf"^ *from (?:cython\.cimports\.)?core\.javascript\.(?:{'|'.join(PARTS)}) c?import .*\n", re.MULTILINE
)
_DIRECTIVES = re.compile(r"^# cython: .*\n", re.MULTILINE)
_METHOD = re.compile(r"^( +)def (?!__)(\w+)", re.MULTILINE)
_PYTHON_METHOD = re.compile(r"cpdef \w+ (\w+)")


def join_parts() -> None:
    """Write the joined kernel, and beside it what it's compiled with."""
    shutil.rmtree(JOINED, ignore_errors=True)
    for declarations in [*Path("core").rglob("*.pxd"), *Path("core").rglob("__init__.py")]:
        (JOINED / declarations).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(declarations, JOINED / declarations)
    kernel = JOINED / PACKAGE / "kernel.py"
    source, declarations = _joined(".py"), _joined(".pxd")
    kernel.write_text(_final(source, called_by_python=set(_PYTHON_METHOD.findall(declarations))))
    kernel.with_suffix(".pxd").write_text(declarations)


def _joined(suffix: str) -> str:
    """Return the parts one after another, without their imports of one another."""
    files = [(PACKAGE / part).with_suffix(suffix) for part in PARTS]
    text = "\n".join(file.read_text() for file in files if file.exists())
    directives = _DIRECTIVES.search(text)
    return (directives[0] if directives else "") + _IMPORT_OF_PART.sub("", _DIRECTIVES.sub("", text))


def _final(source: str, called_by_python: set[str]) -> str:
    """Return methods as such that nothing overrides, so that C calls them directly."""
    return _METHOD.sub(
        lambda found: found[0] if found[2] in called_by_python else f"{found[1]}@cython.final\n{found[0]}", source
    )


join_parts()
setup()
