"""The shape: ``api`` → ``core`` ← ``worker``, and a core that knows no framework and no network."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

NEVER_IMPORTED = {
    "core": {
        "api",
        "worker",
        "starlette",
        "uvicorn",
        "celery",
        "kombu",
        "redis",
        "aiohttp",
        "socket",
        "http",
        "urllib",
    },
    "worker": {"api", "starlette", "uvicorn"},
    "api": {"worker", "celery", "kombu", "aiohttp"},
}
ALLOWED_ANYWAY = {("core", "urllib.parse")}

FILES = [
    pytest.param(package, path, id=str(path.relative_to(ROOT)))
    for package in NEVER_IMPORTED
    for path in sorted((ROOT / package).rglob("*.py"))
]


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they go"
            yield node.module or ""


@pytest.mark.parametrize(("package", "path"), FILES)
def test_no_module_imports_what_its_package_must_not_know(package, path):
    imports = {name for name in imported_modules(path) if (package, name) not in ALLOWED_ANYWAY}
    assert not {name for name in imports if name.partition(".")[0] in NEVER_IMPORTED[package]}


def test_every_package_was_looked_at():
    assert {file.values[0] for file in FILES} == set(NEVER_IMPORTED)


def test_code_lives_in_the_three_packages_and_nowhere_else():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    # What setuptools leaves behind is nobody's code.
    folders = {name for name in folders if name != "build" and not name.endswith(".egg-info")}
    assert folders == {"api", "core", "worker", "tests", "docs", "bench", "examples"}
