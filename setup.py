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

TOKENIZER = ("reader", "literals", "tokenizer")
CONTEXTS = ("ledger", "operands", "contexts")
"""The parts that are a class each, which extends the one before.  Compiled, they are one: see ``_whole``."""
PARTS = (*TOKENIZER, *CONTEXTS, "recognizer")
PACKAGE = Path("core", "javascript")
JOINED = Path("build", "joined")
_IMPORT_OF_PART = re.compile(
    rf"^ *from (?:cython\.cimports\.)?core\.javascript\.(?:{'|'.join(PARTS)}) c?import .*\n", re.MULTILINE
)
_CLASS = re.compile(r"^((?:@cython\.\w+\n)*(?:cdef )?class .*\n)", re.MULTILINE)
_BASE = re.compile(r"\(\w+\)(?=:)")


def join_parts() -> None:
    """Write the joined kernel, and beside it what it's compiled with."""
    shutil.rmtree(JOINED, ignore_errors=True)
    for file in [*Path("core").rglob("*.pxd"), *Path("core").rglob("__init__.py")]:
        (JOINED / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, JOINED / file)
    kernel = JOINED / PACKAGE / "kernel.py"
    directives, _, _ = (PACKAGE / "kernel.py").read_text().partition("\n")
    kernel.write_text(f"{directives}\n{_joined('.py')}")
    kernel.with_suffix(".pxd").write_text(_joined(".pxd"))


def _joined(suffix: str) -> str:
    """Return the parts one after another, without their imports of one another."""
    files = ((PACKAGE / part).with_suffix(suffix) for part in PARTS)
    texts = {file.stem: _IMPORT_OF_PART.sub("", file.read_text()) for file in files if file.exists()}
    rest = [text for part, text in texts.items() if part not in TOKENIZER + CONTEXTS]
    return "\n".join([_whole([texts[part] for part in parts]) for parts in (TOKENIZER, CONTEXTS)] + rest)


def _whole(texts: list[str]) -> str:
    """Return classes that extend one another as one.

    Cython calls methods directly only in the class that they are defined in, and if nothing extends that.
    """
    pieces = [_CLASS.split(text, maxsplit=1) for text in texts]
    heads, lines, bodies = zip(*pieces, strict=True)
    return "".join([*heads, _BASE.sub("", lines[-1]), *bodies])


class BuildKernels(build_ext):
    """Compiles kernels with SSSE3, which x86-64 processors since 2012 have; ``core/sourcemap/lanes`` is for that."""

    def build_extension(self, ext: Extension) -> None:
        """Compile one of them."""
        if sysconfig.get_platform().endswith(("x86_64", "amd64")):
            ext.extra_compile_args = ["-mssse3"]
        super().build_extension(ext)


join_parts()
setup(cmdclass={"build_ext": BuildKernels})
