"""What ``pyproject.toml`` can't say: which modules are compiled, and how."""

from __future__ import annotations

import os
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# x86-64 processors have it since 2012; core/sourcemap/simd is for that.
_SSSE3 = ["-mssse3"] if sysconfig.get_platform().endswith(("x86_64", "amd64")) else []
_NO_DEBUG_INFO = [] if "CFLAGS" in os.environ else ["-g0"]  # a quarter of the time that compiling takes


def kernels() -> list[Extension]:
    """Return the modules to be compiled: those that begin with directives for Cython."""
    files = [file for file in sorted(Path("core").rglob("*.py")) if file.read_text().startswith("# cython:")]
    return [Extension(".".join(file.with_suffix("").parts), [str(file)]) for file in files]


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


setup(ext_modules=kernels(), cmdclass={"build_ext": BuildKernels})
