"""What ``pyproject.toml`` can't say: the parts of the scopes kernel are compiled as one module, and what for.

C puts a function in the place of its call, which is much of the kernel's speed, within one file only.  So the parts
are joined in ``build/joined``, in the place of ``core/javascript/kernel.py``; uncompiled, that imports them.
"""

from __future__ import annotations

import re
import shutil
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PARTS = ("reader", "literals", "tokenizer", "ledger", "operands", "contexts", "recognizer")
PACKAGE = Path("core", "javascript")
JOINED = Path("build", "joined")
_IMPORT_OF_PART = re.compile(
    rf"^ *from (?:cython\.cimports\.)?core\.javascript\.(?:{'|'.join(PARTS)}) c?import .*\n", re.MULTILINE
)
_METHOD = re.compile(r"^( +)def (?!__)(\w+)", re.MULTILINE)
_PYTHON_METHOD = re.compile(r"cpdef \w+ (\w+)")


def join_parts() -> None:
    """Write the joined kernel, and beside it what it's compiled with."""
    shutil.rmtree(JOINED, ignore_errors=True)
    for file in [*Path("core").rglob("*.pxd"), *Path("core").rglob("__init__.py")]:
        (JOINED / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, JOINED / file)
    kernel = JOINED / PACKAGE / "kernel.py"
    declarations = _joined(".pxd")
    directives, _, _ = (PACKAGE / "kernel.py").read_text().partition("\n")
    source = _final(_joined(".py"), called_by_python=set(_PYTHON_METHOD.findall(declarations)))
    kernel.write_text(f"{directives}\n{source}")
    kernel.with_suffix(".pxd").write_text(declarations)


def _joined(suffix: str) -> str:
    """Return the parts one after another, without their imports of one another."""
    files = [(PACKAGE / part).with_suffix(suffix) for part in PARTS]
    return _IMPORT_OF_PART.sub("", "\n".join(file.read_text() for file in files if file.exists()))


def _final(source: str, called_by_python: set[str]) -> str:
    """Return methods as such that nothing overrides, so that C calls them directly."""
    return _METHOD.sub(
        lambda found: found[0] if found[2] in called_by_python else f"{found[1]}@cython.final\n{found[0]}", source
    )


class BuildKernels(build_ext):
    """Compiles kernels with SSSE3, which x86-64 processors since 2012 have; ``core/sourcemap/lanes`` is for that."""

    def build_extension(self, ext: Extension) -> None:
        """Compile one of them."""
        if sysconfig.get_platform().endswith(("x86_64", "amd64")):
            ext.extra_compile_args = ["-mssse3"]
        super().build_extension(ext)


join_parts()
setup(cmdclass={"build_ext": BuildKernels})
