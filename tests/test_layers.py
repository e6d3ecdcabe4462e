"""The shape: packages and rooms, and what each may import; names that mean one thing; files of a readable size.

A room is a folder in one of the packages, or a loose module.  ``docs/architecture.md`` says what is
in each.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "worker", "api")

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

ROOMS: dict[str, str] = {
    "core.failures": "",
    "core.errors": "core.failures core.web",
    "core.settings": "core.errors core.queue core.text",
    "core.text": "",
    "core.web": "core.failures core.text",
    "core.files": "core.errors core.failures core.text core.web",
    "core.wire": "core.errors core.failures core.files core.text core.web",
    "core.javascript": "core.text",
    "core.sourcemap": "core.errors core.files core.javascript core.text",
    "core.source_names": "core.javascript core.sourcemap core.text",
    "core.frames": "core.failures core.files core.sourcemap core.web core.wire",
    "core.queue": "core.errors",
    "core.observing": "core.errors",
    "core.explain": "core.failures core.files core.frames core.sourcemap core.text core.web core.wire",
    "core.offline": "core.errors core.files core.frames core.javascript core.source_names core.sourcemap core.text",
    "core.store": (
        "core.concurrency core.errors core.files core.observing core.offline core.sourcemap core.text core.web"
    ),
    "worker.caches": "",
    "worker.fetch": "worker.caches",
    "worker.source_maps": "worker.caches",
    "worker.requests": "worker.caches worker.fetch worker.source_maps",
    "worker.store": "worker.fetch worker.requests",
    "worker.jobs": "worker.caches worker.store",
    "worker.command": "worker.caches worker.jobs worker.requests",
    "api.serving": "",
    "api.uploads": "",
}
"""The rooms of each package, and what each of them may import of its package's other rooms.

Rooms of ``worker`` and ``api`` may also import the loose modules there, as far as no circle comes of it.
"""

LOOSE_IN_CORE = 6
LONGEST_FILE = 650
SHORT_FILE = 60
MOST_SHORT_FILES = 0.15

SAME_MODULE_NAMES = {
    "__main__": "Python's own name for what ``python -m`` runs",
}
SAME_CLASS_NAMES: dict[str, str] = {}
"""Names that stand more than once, and why nobody can mean the other."""


def modules() -> dict[str, Path]:
    """Return the files of the three packages by module name; a package has the name of its folder."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


MODULES = modules()


def imported_modules(path: Path) -> Iterator[str]:
    """Yield what a file imports anywhere: modules, and for ``from package import module`` that module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they go"
            within = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name.removeprefix("cython.cimports.") in MODULES else str(node.module) for name in within]
        else:
            continue
        yield from (name.removeprefix("cython.cimports.") for name in names)


IMPORTS = {module: set(imported_modules(path)) for module, path in MODULES.items()}


def room(module: str) -> str:
    """Return the room that a module is in."""
    return ".".join(module.split(".")[:2])


def circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the nodes of a circle, an empty list if there's none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def imports_of_rooms() -> dict[str, set[str]]:
    """Return which rooms each room imports."""
    rooms = defaultdict[str, set[str]](set)
    for module, imports in IMPORTS.items():
        rooms[room(module)] |= {room(name) for name in imports if name in MODULES} - {room(module)}
    return rooms


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_what_its_package_must_not_know(module):
    package = module.partition(".")[0]
    imports = {name for name in IMPORTS[module] if (package, name) not in ALLOWED_ANYWAY}
    assert not {name for name in imports if name.partition(".")[0] in NEVER_IMPORTED[package]}


def test_every_package_was_looked_at():
    assert {module.partition(".")[0] for module in MODULES} == set(NEVER_IMPORTED) == set(PACKAGES)


def test_code_lives_in_the_three_packages_and_nowhere_else():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    # What setuptools leaves behind is nobody's code.
    folders = {name for name in folders if name != "build" and not name.endswith(".egg-info")}
    assert folders == {"api", "core", "worker", "tests", "docs", "bench", "examples"}


def imports_within_package(name: str) -> set[str]:
    """Return which rooms of its package a room imports; of the loose modules only those of ``core``."""
    package = name.partition(".")[0]
    imports = {each for each in imports_of_rooms()[name] if each.startswith(f"{package}.")}
    return imports if package == "core" else {each for each in imports if (ROOT / each.replace(".", "/")).is_dir()}


def test_rooms_import_no_more_than_the_table_says():
    names = [name for name in imports_of_rooms() if name.startswith("core.") or name in ROOMS]
    too_many = {name: imports_within_package(name) - set(ROOMS.get(name, "").split()) for name in names}
    assert {name: imports for name, imports in too_many.items() if imports} == {}


def test_the_table_of_rooms_allows_nothing_that_nobody_needs():
    found = imports_of_rooms()
    unused = {name: set(allowed.split()) - found[name] for name, allowed in ROOMS.items()}
    assert {name: rooms for name, rooms in unused.items() if rooms} == {}


def test_every_folder_is_a_room_that_the_architecture_shows():
    page = (ROOT / "docs" / "architecture.md").read_text()
    rooms = {str(path.parent.relative_to(ROOT)) for package in PACKAGES for path in ROOT.glob(f"{package}/*/*.py")}
    assert not {name for name in rooms if f"\n| `{name}` |" not in page}
    assert not {name for name in rooms if name.replace("/", ".") not in ROOMS}


def test_no_circle_of_rooms():
    assert circle(imports_of_rooms()) == []


def test_no_circle_of_modules():
    assert circle({module: imports & MODULES.keys() for module, imports in IMPORTS.items()}) == []


def test_no_module_name_stands_twice():
    names = [path.stem for path in MODULES.values() if path.name != "__init__.py"]
    assert {name for name in names if names.count(name) > 1} == SAME_MODULE_NAMES.keys()


def test_no_class_name_stands_twice():
    nodes = [node for path in MODULES.values() for node in ast.walk(ast.parse(path.read_text()))]
    names = [node.name for node in nodes if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    assert {name for name in names if names.count(name) > 1} == SAME_CLASS_NAMES.keys()


def test_few_files_lie_loose_in_core():
    assert len([path for path in (ROOT / "core").glob("*.py") if path.name != "__init__.py"]) <= LOOSE_IN_CORE


def test_files_are_as_long_as_one_idea():
    lines = {module: len(path.read_text().splitlines()) for module, path in MODULES.items()}
    lengths = [lines[module] for module, path in MODULES.items() if path.name != "__init__.py"]
    assert {module: length for module, length in lines.items() if length > LONGEST_FILE} == {}
    short = sum(length <= SHORT_FILE for length in lengths) / len(lengths)
    assert short <= MOST_SHORT_FILES, (
        f"{short:.0%} of {len(lengths)} files, whose median is {median(lengths):.0f} lines"
    )


@pytest.mark.parametrize("package", [*PACKAGES, "bench", "examples"])
def test_docstrings_of_modules_and_classes_begin_with_a_noun(package):
    """And not with a question word: who searches for a thing searches for its name."""
    question = re.compile(r"(What|Which|Where|Who|Whose|Why|How|Whether)\b")
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text())
        nodes = [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
        texts = [ast.get_docstring(node) or "" for node in nodes]
        found += [f"{path.relative_to(ROOT)}: {text.splitlines()[0]}" for text in texts if question.match(text)]
    assert found == []
