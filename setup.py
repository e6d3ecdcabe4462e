"""What ``pyproject.toml`` can't say: how kernels are compiled, and the parts of the scopes kernel as one module.

C puts a function in the place of its call, which is much of the kernel's speed, within one file only.  So the parts
are joined in ``build/joined``, in the place of ``core/javascript/kernel.py``; uncompiled, that imports them.
"""

from __future__ import annotations

import os
import re
import shutil
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from Cython.Build import cythonize
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
# x86-64 processors have it since 2012; core/sourcemap/lanes is for that.
_SSSE3 = ["-mssse3"] if sysconfig.get_platform().endswith(("x86_64", "amd64")) else []
_NO_DEBUG_INFO = [] if "CFLAGS" in os.environ else ["-g0"]  # a quarter of the time that compiling takes
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


def kernels() -> list[Extension]:
    """Return the modules to be compiled: those that begin with directives for Cython."""
    files = [file for file in sorted(Path("core").rglob("*.py")) if file.read_text().startswith("# cython:")]
    return [Extension(".".join(file.with_suffix("").parts), [str(_source(file))]) for file in files]


def _source(file: Path) -> Path:
    return JOINED / file if file == PACKAGE / "kernel.py" else file


class BuildKernels(build_ext):
    """Compiles as many kernels at once as there are cores."""

    def build_extensions(self) -> None:
        """Translate them one after another, as Cython isn't made for threads; compile meanwhile what is translated."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            running = [pool.submit(self.build_extension, self._translated(ext)) for ext in self.extensions]
        for each in running:
            each.result()

    def _translated(self, ext: Extension) -> Extension:
        """Return the extension, in C now."""
        ext.sources = cythonize(ext, quiet=True, force=self.force)[0].sources
        ext.extra_compile_args = [*_SSSE3, *_NO_DEBUG_INFO]
        return ext


join_parts()
setup(ext_modules=kernels(), cmdclass={"build_ext": BuildKernels})
