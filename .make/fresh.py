"""A newcomer's first hour, played for one Python: ``make fresh PYTHON=/path/to/python``.

A clone in a folder with spaces and letters beyond ASCII, a user who is not root (if root plays it), no cache of pip;
then ``make run``, two commands of the README, Ctrl-C, and, if asked to, some tests.  Prints how long each took, in
seconds by the clock and of CPU, and ends with 1 at the first thing that goes wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pwd
import re
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_NEWCOMER = "nobody"
_PATIENCE_S = 3600.0
_OF_THIS_PROJECT = re.compile(r"UNMANGLE_|REDIS_URL$|PORT$|VIRTUAL_ENV$|PYTHON|XDG_|MAKE|MFLAGS$|PYENV_|CC$|CFLAGS$")
_TRACE = ["trace", "examples/traces/release.txt", "--artifacts", "examples/shop/dist/esbuild"]
_TRACED = "at worthOf (src/vouchers.ts:23:35)"


class Failed(Exception):
    """Something that a newcomer would complain about."""


def main() -> int:
    """Play it; return the exit code."""
    parser = argparse.ArgumentParser("make fresh", description="Play the newcomer for one Python.")
    parser.add_argument("python", help="the Python to set up with")
    parser.add_argument("--tests", default="", help="arguments of pytest, to be run after all")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unmangle fresh ") as folder:
        try:
            Newcomer(Path(folder), chosen.python).play(shlex.split(chosen.tests))
        except (Failed, subprocess.SubprocessError, OSError) as error:
            print(f"fresh: {error}", file=sys.stderr)
            return 1
    return 0


class Newcomer:
    """A user, a home and a clone, in a folder that is removed afterwards."""

    def __init__(self, folder: Path, python: str) -> None:
        self._checkout = folder / "Bücher und Läden" / "unmangle"
        self._home = folder / "home"
        self._libraries = ""
        self._user = pwd.getpwnam(_NEWCOMER) if os.geteuid() == 0 else None
        folder.chmod(0o755)
        self._home.mkdir()
        self._checkout.parent.mkdir()
        subprocess.run([shutil.which("git") or "git", "clone", "--quiet", str(ROOT), str(self._checkout)], check=True)
        with socket.create_server(("127.0.0.1", 0)) as probe:  # 3021 may be somebody else's
            self._port = probe.getsockname()[1]
        self._python = self._reachable(folder, python)
        if self._user is not None:
            for path in (self._home, self._checkout.parent):
                command = ["chown", "-R", f"{self._user.pw_uid}:{self._user.pw_gid}", str(path)]
                subprocess.run(command, check=True)

    def play(self, tests: Sequence[str]) -> None:
        """Do what the README says, in its order.  Raises Failed."""
        version = self._output([self._python, "-c", "import platform as p; print(p.python_version(), p.machine())"])
        print(f"fresh: Python {version.strip()}, as {self._user.pw_name if self._user else 'this user'}", flush=True)
        with self._timed("first `make run`, until it is up"), self._service() as service:
            screen = self._first_screen(service)
        self._check_trace()
        with self._timed("second `make run`"), self._service() as service:
            self._check_request(self._first_screen(service))
        print(f"fresh: .venv has {self._size_mb()} MB, and the first screen was:\n{screen}", flush=True)
        if tests:
            with self._timed(f"pytest {shlex.join(tests)}"):
                self._run(["make", f"PYTHON={self._python}", "setup"])
                self._run([".venv/bin/python", "-m", "pytest", "-q", *tests])

    def _reachable(self, folder: Path, python: str) -> str:
        """Return a path of this Python that the newcomer may run: root's own pyenv is copied."""
        executable = subprocess.check_output([python, "-c", "import sys; print(sys.executable)"], text=True).strip()
        if self._user is None or self._may_run(executable):
            return executable
        prefix = subprocess.check_output([python, "-c", "import sys; print(sys.base_prefix)"], text=True).strip()
        shutil.copytree(prefix, folder / "python", symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "test"))
        self._libraries = str(folder / "python" / "lib")  # where it finds its own library, if it has one
        return str(folder / "python" / "bin" / "python3")

    def _may_run(self, executable: str) -> bool:
        with contextlib.suppress(PermissionError):
            return subprocess.run([executable, "-c", ""], check=False, **self._identity()).returncode == 0
        return False

    @contextlib.contextmanager
    def _service(self) -> Iterator[subprocess.Popen[str]]:
        command = ["make", f"PYTHON={self._python}", "run"]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **self._identity(),
        ) as service:
            try:
                yield service
            finally:
                os.killpg(service.pid, signal.SIGINT)
                service.wait(timeout=60)

    def _first_screen(self, service: subprocess.Popen[str]) -> str:
        """Return what it says until the request to paste is complete."""
        assert service.stdout is not None
        lines = []
        for line in service.stdout:
            print(f"  | {line}", end="", flush=True)
            lines.append(line)
            if "--data-binary" in line:
                return "".join(lines[-5:])
        raise Failed("`make run` ended before it was up")

    def _check_request(self, screen: str) -> None:
        """Send the request that was shown."""
        shown = screen[screen.index("  curl") :]
        if shutil.which("curl") is None:
            print("fresh: there is no curl here, so the request is not sent", flush=True)
            return
        answer: Any = json.loads(self._output(["sh", "-c", shown]))
        last = answer["stacktraces"][0]["frames"][-1]
        if (last["function"], last["lineno"]) != ("worthOf", 23):
            raise Failed(f"the request of the README is answered {last}")

    def _check_trace(self) -> None:
        if _TRACED not in self._output([".venv/bin/unmangle", *_TRACE]):
            raise Failed(f"`unmangle {shlex.join(_TRACE)}` does not say {_TRACED}")

    def _output(self, command: Sequence[str]) -> str:
        output: str = subprocess.check_output(command, text=True, **self._identity())
        return output

    def _run(self, command: Sequence[str]) -> None:
        if code := subprocess.run(command, check=False, timeout=_PATIENCE_S, **self._identity()).returncode:
            raise Failed(f"`{shlex.join(command)}` ended with {code}")

    def _identity(self) -> dict[str, Any]:
        """Return who runs a command, where, and with which environment, as arguments of ``subprocess``."""
        clean: Mapping[str, str] = {
            **{name: text for name, text in os.environ.items() if not _OF_THIS_PROJECT.match(name)},
            "HOME": str(self._home),
            "PIP_NO_CACHE_DIR": "1",
            "PORT": str(self._port),
            **({"LD_LIBRARY_PATH": self._libraries} if self._libraries else {}),
        }
        who = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        return {"cwd": self._checkout, "env": clean, **who}

    @contextlib.contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        started_s, cpu_s = time.monotonic(), _cpu_of_children()
        yield
        took_s, cpu_s = time.monotonic() - started_s, _cpu_of_children() - cpu_s
        print(f"fresh: {what}: {took_s:.0f} s, {cpu_s:.0f} s of CPU", flush=True)

    def _size_mb(self) -> int:
        files = (path for path in (self._checkout / ".venv").rglob("*") if path.is_file() and not path.is_symlink())
        return round(sum(path.stat().st_size for path in files) / 1e6)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
